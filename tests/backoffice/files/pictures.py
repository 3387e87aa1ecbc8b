"""Pictures as phones make them, and as nobody means them."""

import struct
import zlib
from io import BytesIO

from PIL import Image

KYOTO = {1: "N", 2: (35.0, 0.0, 41.0), 3: "E", 4: (135.0, 46.0, 6.0)}


def photo(
    width: int = 60, height: int = 40, *, kind: str = "JPEG", color: object = "teal", **more: object
) -> bytes:
    """A picture of one colour."""
    out = BytesIO()
    mode = "RGBA" if isinstance(color, tuple) and len(color) == 4 else "RGB"
    Image.new(mode, (width, height), color).save(out, kind, **more)  # type: ignore[arg-type]
    return out.getvalue()


def photo_from_a_phone() -> bytes:
    """Lying on its side, left half red; with camera, place and time of the shot, and a script as a comment."""
    picture = Image.new("RGB", (60, 40), "red")
    picture.paste("blue", (30, 0, 60, 40))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0132] = 6, "SecretCamera", "2026:11:24 12:00:00"
    exif.get_ifd(0x8825).update(KYOTO)
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=95, comment=b"<script>alert(1)</script>")
    return out.getvalue()


def bomb(edge: int) -> bytes:
    """A PNG of a few kilobytes that says it is `edge` pixels wide and high."""
    head = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(1_000), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
