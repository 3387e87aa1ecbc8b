"""R, the reference: the least that is still a staff list in Flask with the ORM. One user, 25 of 100,000 rows by keyset.

Two statements a page, about 9 KB. Nothing of the product is imported, so R does not change when the product does.
"""

import os

from flask import Flask, redirect, render_template, request, session
from sqlalchemy import Text, create_engine, func, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

ROWS = 100_000
PAGE = 25


class Base(DeclarativeBase):
    """Tables of R, in a schema of its own."""


class User(Base):
    """Who is signed in."""

    __tablename__ = "users"
    __table_args__ = {"schema": "reference"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)


class Guest(Base):
    """A row of the list."""

    __tablename__ = "guests"
    __table_args__ = {"schema": "reference"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kana: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    mail: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    since: Mapped[str] = mapped_column(Text)


engine = create_engine(os.environ["BENCH_DATABASE"], pool_size=8)
app = Flask(__name__)
app.secret_key = "reference"


def load() -> None:
    """Create and fill the tables of R, once."""
    with engine.begin() as connection:
        connection.execute(text("create schema if not exists reference"))
    Base.metadata.create_all(engine)
    with Session(engine) as rows:
        if rows.scalar(select(func.count()).select_from(User)):
            return
        rows.execute(insert(User), [{"id": 1, "name": "北野 結", "role": "desk"}])
        for first in range(0, ROWS, 5_000):
            rows.execute(insert(Guest), [_guest(number) for number in range(first + 1, first + 5_001)])
        rows.execute(text("analyze"))
        rows.commit()


def _guest(number: int) -> dict[str, object]:
    return {
        "id": number, "name": f"山田 花子{number}", "kana": "ヤマダ ハナコ", "phone": f"070-{number:08d}",
        "mail": f"guest{number}@example.com", "state": "open", "since": "2026-11-01",
    }  # fmt: skip


@app.get("/enter")
def enter() -> str:
    """Sign in."""
    session["user"] = 1
    return "ok"


@app.get("/list")
def guests() -> object:
    """The reference page."""
    before = request.args.get("before", ROWS + 1, type=int)
    with Session(engine) as rows:
        user = rows.get(User, session.get("user", 0))
        if user is None:
            return redirect("/enter")
        page = rows.scalars(
            select(Guest).where(Guest.id < before).order_by(Guest.id.desc()).limit(PAGE)
        ).all()
        return render_template("list.html", user=user, rows=page)


if __name__ == "__main__":
    load()
