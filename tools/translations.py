"""Keep the catalogue true: extract every marked text, compile it, say what has no Japanese yet.

python tools/translations.py            extract, update, compile; lists what has no Japanese yet
python tools/translations.py --compile  only write what the application reads
python tools/translations.py --check    fail on a missing or fuzzy translation or on texts not yet extracted
"""

import fcntl
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "translations"
PO = FOLDER / "ja" / "LC_MESSAGES" / "messages.po"
METHODS = [
    ("backoffice/**.py", "python"),
    ("blueprints/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
# The file says in which file a text stands, not on which line: lines move with every change and make two hands collide.
STYLE: dict[str, Any] = {"width": 100, "sort_output": True, "ignore_obsolete": True, "include_lineno": False}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "_l": None, "lazy_gettext": None}
OPTIONS = {"templates/**.html": {"trimmed": "true"}, "templates/**.txt": {"trimmed": "true"}}


def extracted() -> Catalog:
    """Every text marked in code and templates."""
    catalog = Catalog(project="backoffice", fuzzy=False)
    for folder in ("backoffice", "blueprints", "templates"):
        methods = [
            (pattern.split("/", 1)[1], method) for pattern, method in METHODS if pattern.startswith(folder)
        ]
        options = {
            pattern.split("/", 1)[1]: value
            for pattern, value in OPTIONS.items()
            if pattern.startswith(folder)
        }
        for name, line, message, comments, context in extract_from_dir(
            ROOT / folder, methods, options, KEYWORDS, ("Translators:",), strip_comment_tags=True
        ):
            catalog.add(message, None, [(f"{folder}/{name}", line)], auto_comments=comments, context=context)
    return catalog


def known() -> Catalog:
    """The Japanese catalogue as it stands."""
    if not PO.exists():
        return Catalog(locale="ja", project="backoffice", fuzzy=False)
    with PO.open("rb") as file:
        return read_po(file, locale="ja")


def untranslated(catalog: Catalog) -> list[str]:
    """Texts without a Japanese translation, or with one that is only a guess."""
    missing = []
    for message in catalog:
        if message.id and (
            message.fuzzy
            or not (all(message.string) if isinstance(message.string, tuple | list) else message.string)
        ):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def update() -> None:
    """Bring the catalogue up to date and compile it."""
    catalog = known()
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, **STYLE)
    compile_catalog()
    for text in untranslated(catalog):
        print("missing:", text)


def compile_catalog() -> None:
    """Write the .mo file that the application reads."""
    with PO.open("rb") as file, PO.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(file, locale="ja"))


def check() -> int:
    """0 when every marked text has its Japanese."""
    catalog = known()
    catalog.update(extracted(), no_fuzzy_matching=True)
    missing = untranslated(catalog)
    for text in missing:
        print("missing or fuzzy:", text)
    return 1 if missing else 0


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if "--compile" in sys.argv:
            sys.exit(compile_catalog())
        sys.exit(check() if "--check" in sys.argv else update())
