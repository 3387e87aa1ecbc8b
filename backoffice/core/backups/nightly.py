"""The nightly backup and how long it is kept."""

from datetime import datetime
from pathlib import Path

from backoffice.core.backups.writing import write_backup
from backoffice.core.config import Settings

KEPT = 14
FOLDER = "backups"


def nightly_backup(settings: Settings, *, now: datetime) -> Path:
    """Write a backup into DATA_DIR/backups and drop the oldest beyond fourteen. The task records the heartbeat."""
    folder = settings.data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"backoffice-{now:%Y%m%d-%H%M%S}.backup"
    write_backup(settings, path, now=now)
    for old in sorted(folder.glob("backoffice-*.backup"))[:-KEPT]:
        old.unlink()
    return path
