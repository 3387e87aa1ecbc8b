"""Backups: the whole database in one file that is checked before it replaces anything.

The file is a zip with one COPY text per table and, last, a manifest with the revision of the schema and the
number of rows and the SHA-256 of every table. It needs no PostgreSQL program on the machine, so the embedded
server and a remote one are served alike. Encrypted columns stay encrypted inside it: ENCRYPTION_KEYS are not
in the backup and must be kept apart from it.
"""

from backoffice.core.backups.archive import BackupError, Manifest, TableContents, read_manifest, verify
from backoffice.core.backups.nightly import nightly_backup
from backoffice.core.backups.restoring import restore
from backoffice.core.backups.writing import table_contents, write_backup

__all__ = [
    "BackupError",
    "Manifest",
    "TableContents",
    "nightly_backup",
    "read_manifest",
    "restore",
    "table_contents",
    "verify",
    "write_backup",
]
