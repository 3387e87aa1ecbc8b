"""The file format of a backup, and the checks a file must pass before it may replace anything."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backoffice.core.errors import DomainError
from backoffice.core.language import N_

FORMAT = 1
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
CHUNK = 1024 * 1024
# What reading a damaged zip may raise, depending on the byte that was hit.
UNREADABLE = (OSError, EOFError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)


class BackupError(DomainError):
    """A backup cannot be written, or a file is not a whole and unharmed backup."""

    message = N_("This is not a complete backup file.")


@dataclass(frozen=True)
class TableContents:
    """What a table held: its columns in the order of the copy, the number of rows, the SHA-256 of their text."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The last entry of a backup; a file without it was cut off."""

    taken_at: str
    revision: str
    keys: list[str]
    tables: dict[str, TableContents]
    sequences: dict[str, int]
    format: int = FORMAT


class Tally:
    """Counts rows and hashes what passes by. A row of COPY text is a line; line breaks inside it are escaped."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def add(self, chunk: bytes) -> None:
        """Count one piece of COPY text."""
        self.rows += chunk.count(b"\n")
        self._hash.update(chunk)

    def contents(self, columns: list[str]) -> TableContents:
        """What was counted so far."""
        return TableContents(columns, self.rows, self._hash.hexdigest())


def key_marks(keys: tuple[str, ...]) -> list[str]:
    """Short marks that tell encryption keys apart without giving them away."""
    return [hashlib.sha256(f"backup:{key}".encode()).hexdigest()[:16] for key in keys]


def entry(table: str) -> str:
    """The name of a table's entry in the archive."""
    return f"tables/{table}.copy"


def add_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Close the list of contents and seal it with its own hash."""
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True)
    archive.writestr(MANIFEST, text)
    archive.writestr(SEAL, hashlib.sha256(text.encode()).hexdigest())


def read_manifest(path: Path) -> Manifest:
    """What a backup says it holds. Raises `BackupError` for anything but a whole backup of a known format."""
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(MANIFEST)
            if archive.read(SEAL).decode() != hashlib.sha256(text).hexdigest():
                raise BackupError
            raw: dict[str, Any] = json.loads(text)
    except FileNotFoundError as error:
        raise BackupError(N_("There is no such file.")) from error
    except UNREADABLE as error:
        raise BackupError from error
    if raw.get("format") != FORMAT:
        raise BackupError(N_("This backup was made by a newer version of the product."))
    tables = {name: TableContents(**contents) for name, contents in raw.pop("tables").items()}
    return Manifest(**raw, tables=tables)


def verify(path: Path) -> Manifest:
    """Read the whole file once and compare every table with the manifest. Raises `BackupError`."""
    manifest = read_manifest(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if set(archive.namelist()) != {MANIFEST, SEAL, *map(entry, manifest.tables)}:
                raise BackupError
            for name, promised in manifest.tables.items():
                tally = Tally()
                each_chunk(archive, name, tally.add)
                if tally.contents(promised.columns) != promised:
                    raise BackupError(N_("The backup file is damaged in the table %(table)s."), table=name)
    except UNREADABLE as error:
        raise BackupError from error
    return manifest


def each_chunk(archive: zipfile.ZipFile, table: str, use: Callable[[bytes], object]) -> None:
    """Hand a table's text over piece by piece."""
    with archive.open(entry(table)) as source:
        while chunk := source.read(CHUNK):
            use(chunk)
