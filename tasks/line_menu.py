"""Put the rich menu into LINE, by hand and seldom: `python -m tasks.line_menu [PICTURE]`."""

import argparse
import sys
from pathlib import Path

from backoffice.core.config import SettingsError, load_settings
from backoffice.line.rich_menu import HEIGHT, PICTURE, WIDTH, RichMenu

MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
MOST_BYTES = 1_000_000


def main(arguments: list[str]) -> int:
    """Read the settings, put the menu up, say its id. 1 with one line when something is not right."""
    parser = argparse.ArgumentParser(prog="python -m tasks.line_menu", description=__doc__)
    parser.add_argument(
        "picture", nargs="?", type=Path, default=PICTURE, help=f"{WIDTH} x {HEIGHT} pixels, PNG or JPEG"
    )
    picture: Path = parser.parse_args(arguments).picture
    try:
        settings = load_settings()
    except SettingsError as error:
        return _refuse(str(error))
    if not settings.line_channel_access_token:
        return _refuse("LINE_CHANNEL_SECRET and LINE_CHANNEL_ACCESS_TOKEN are not set.")
    media_type = MEDIA_TYPES.get(picture.suffix.lower())
    if media_type is None or not picture.is_file() or picture.stat().st_size > MOST_BYTES:
        return _refuse(f"{picture} is no PNG or JPEG of at most 1 MB.")
    made = RichMenu(settings.line_api_url, settings.line_channel_access_token)
    sys.stdout.write(f"The menu is up: {made.put_up(picture.read_bytes(), media_type)}\n")
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
