"""An A4 page to write on from top to bottom, in a face that has the rare characters of Japanese names."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from backoffice.core.config import ROOT
from backoffice.core.contact import one_line_end
from backoffice.core.paper.breaking import lines

FACES = ROOT / "frontend" / "dist" / "paper"
MISSING = "〓"  # what Japanese printers set for a character they have no type for
MARGIN = 18.0
INK, MUTED, RULE = (33, 37, 41), (92, 99, 106), (173, 181, 189)
Align = Literal["L", "C", "R"]


class FacesMissing(RuntimeError):
    """The front end was never built on this machine, so there is nothing to print with."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its part of the width, and whether it holds numbers (set to the right)."""

    heading: str
    share: float
    is_number: bool = False


class Sheet:
    """A document in the making. Lengths are millimetres, sizes of letters points.

    Raises `FacesMissing` when the faces were not built.
    """

    def __init__(self, title: str, *, language: str, at: datetime, footer: str = "") -> None:
        self._pdf = _Pages(footer)
        self._pdf.set_title(title)
        self._pdf.set_lang(language)
        self._pdf.set_creation_date(at)
        self._pdf.add_page()
        self._known = cast(TTFFont, self._pdf.fonts["paper"]).cmap

    @property
    def width(self) -> float:
        """What can be written on between the margins."""
        return float(self._pdf.epw)

    def text(
        self, words: str, *, size: float = 10.5, bold: bool = False, muted: bool = False, align: Align = "L"
    ) -> None:
        """A paragraph over the whole width."""
        self._face(size, bold, muted)
        for line in self._lines(words, self.width):
            self._pdf.cell(self.width, _height(size), line, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def beside(self, left: Sequence[str], right: Sequence[str], *, size: float = 10.5) -> None:
        """Two blocks next to each other, as a letter has who it is for and who it is from; `right` takes 42 %."""
        part = self.width * 0.58
        self._face(size, False, False)
        blocks = ([(0.0, part - 4)] * len(left), [(part, self.width - part)] * len(right))
        self._hold(max(len(left), len(right)) * _height(size))
        top, low = self._pdf.get_y(), self._pdf.get_y()
        for words, places in zip((left, right), blocks, strict=True):
            self._pdf.set_y(top)
            for one, (x, width) in zip(words, places, strict=True):
                for line in self._lines(one, width):
                    self._pdf.set_x(MARGIN + x)
                    self._pdf.cell(width, _height(size), line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            low = max(low, self._pdf.get_y())
        self._pdf.set_y(low)

    def facts(self, rows: Sequence[tuple[str, str]], *, size: float = 10.5, label: float = 42) -> None:
        """Names and values under each other, with a thin line between; an empty value stays empty."""
        for name, value in rows:
            self._row([name, value], [label, self.width - label], ["L", "L"], size=size, muted_first=True)

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        total: Sequence[str] = (),
        size: float = 9.5,
    ) -> None:
        """A table whose head comes again on each page; `total` is a last row in bold."""
        whole = sum(column.share for column in columns)
        widths = [self.width * column.share / whole for column in columns]
        aligns: list[Align] = ["R" if column.is_number else "L" for column in columns]
        heads = [column.heading for column in columns]
        self._row(heads, widths, aligns, size=size, bold=True)
        for row in rows:
            page = self._pdf.page
            self._hold(self._row_height(row, widths, size))
            if self._pdf.page != page:
                self._row(heads, widths, aligns, size=size, bold=True)
            self._row(row, widths, aligns, size=size)
        if total:
            self._row(total, widths, aligns, size=size, bold=True)

    def amount(self, label: str, value: str) -> None:
        """The one number of a paper, large and framed."""
        self._hold(16)
        self._pdf.set_draw_color(*INK)
        top = self._pdf.get_y()
        self._pdf.rect(MARGIN, top, self.width, 14)
        self._face(11, False, False)
        self._pdf.set_xy(MARGIN + 4, top)
        self._pdf.cell(50, 14, self._shown(label))
        self._face(20, True, False)
        self._pdf.set_xy(MARGIN + 54, top)
        self._pdf.cell(self.width - 58, 14, self._shown(value), align="R")
        self._pdf.set_xy(MARGIN, top + 16)

    def picture(self, content: bytes, *, height: float, align: Align = "L") -> None:
        """A PNG or JPEG as high as said, for example a signature."""
        self._hold(height)
        place: Any = {"L": MARGIN, "C": "C", "R": "R"}[align]
        self._pdf.image(io.BytesIO(content), x=place, h=height)

    def height_of(self, words: str, *, size: float = 10.5) -> float:
        """How high a paragraph is."""
        self._face(size, False, False)
        return len(self._lines(words, self.width)) * _height(size)

    def keep(self, height: float) -> None:
        """Keep so much of what comes on one page."""
        self._hold(height)

    def rule(self) -> None:
        """A thin line over the width."""
        self._pdf.set_draw_color(*RULE)
        self._pdf.line(MARGIN, self._pdf.get_y(), MARGIN + self.width, self._pdf.get_y())

    def gap(self, height: float = 4) -> None:
        """Room below what stands."""
        self._pdf.set_y(self._pdf.get_y() + height)

    def content(self) -> bytes:
        """The finished document."""
        return bytes(self._pdf.output())

    def _row(
        self,
        cells: Sequence[str],
        widths: Sequence[float],
        aligns: Sequence[Align],
        *,
        size: float,
        bold: bool = False,
        muted_first: bool = False,
    ) -> None:
        height = self._row_height(cells, widths, size)
        self._hold(height)
        top, x = self._pdf.get_y(), MARGIN
        for number, (cell, width, align) in enumerate(zip(cells, widths, aligns, strict=True)):
            self._face(size, bold, muted_first and number == 0)
            for step, line in enumerate(self._lines(cell, width - 2)):
                self._pdf.set_xy(x + 1, top + 1.2 + step * _height(size))
                self._pdf.cell(width - 2, _height(size), line, align=align)
            x += width
        self._pdf.set_xy(MARGIN, top + height)
        self.rule()

    def _row_height(self, cells: Sequence[str], widths: Sequence[float], size: float) -> float:
        self._face(size, True, False)  # the wider face, so that no row is planned too low
        deepest = max(len(self._lines(cell, width - 2)) for cell, width in zip(cells, widths, strict=True))
        return deepest * _height(size) + 2.4

    def _hold(self, height: float) -> None:
        """Begin a new page when this one has no room for so much."""
        if self._pdf.will_page_break(height):
            self._pdf.add_page()

    def _lines(self, words: str, width: float) -> list[str]:
        return lines(self._shown(words), width, self._pdf.get_string_width)

    def _shown(self, words: str) -> str:
        """The words with 〓 for what the face does not have, such as a picture character."""
        plain = one_line_end(words).replace("\t", " ")
        return "".join(char if ord(char) in self._known or char == "\n" else MISSING for char in plain)

    def _face(self, size: float, bold: bool, muted: bool) -> None:
        self._pdf.set_font("paper", "B" if bold else "", size)
        self._pdf.set_text_color(*(MUTED if muted else INK))


class _Pages(FPDF):
    """A4 with our faces and a foot of name and page."""

    def __init__(self, footer: str) -> None:
        super().__init__(format="A4")
        self._footer = footer
        for style, name in (("", "NotoSansJP_400Regular.ttf"), ("B", "NotoSansJP_700Bold.ttf")):
            if not (FACES / name).exists():
                raise FacesMissing("The front end is not built: run `make setup`.")
            self.add_font("paper", style, FACES / name)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=20)
        self.set_font("paper", "", 10.5)

    def footer(self) -> None:
        """The name of the paper and which page this is."""
        self.set_y(-14)
        self.set_font("paper", "", 8)
        self.set_text_color(*MUTED)
        self.cell(0, 6, f"{self._footer}  {self.page_no()}/{{nb}}".strip(), align="C")


def _height(size: float) -> float:
    """The height of a line in millimetres for letters of so many points."""
    return size * 0.3528 * 1.55
