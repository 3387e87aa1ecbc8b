"""A signature as lines: what a finger drew on the screen, checked so that nothing but lines can stand in it."""

import re
from io import BytesIO

from PIL import Image, ImageDraw

from backoffice.core.language import N_

WIDTH, HEIGHT = 600, 200
"""The field it is drawn in, in units of the path."""
LONGEST = 40_000
"""Characters. A long signature has about 8,000."""
FINE = 2
LEAST_POINTS = 8
"""Fewer are a slip of the finger."""
_PATH = re.compile(r"(?:M\d{1,3} \d{1,3}(?:L\d{1,3} \d{1,3})*)+")
_POINT = re.compile(r"[ML](\d{1,3}) (\d{1,3})")
MISSING = N_("Please sign in the field.")


def is_drawn(drawn: str) -> bool:
    """Whether it is a signature: lines within the field, and more than a slip of the finger."""
    text = drawn.strip()
    if len(text) > LONGEST or not _PATH.fullmatch(text):
        return False
    points = [(int(x), int(y)) for x, y in _POINT.findall(text)]
    return len(points) >= LEAST_POINTS and all(x <= WIDTH and y <= HEIGHT for x, y in points)


def strokes(path: str) -> list[list[tuple[int, int]]]:
    """The lines of a path that `is_drawn`, each as its points."""
    return [[(int(x), int(y)) for x, y in _POINT.findall("M" + part)] for part in path.split("M") if part]


def picture(path: str) -> bytes:
    """The signature as a PNG to print, twice as fine as it was drawn."""
    drawn = Image.new("L", (WIDTH * FINE, HEIGHT * FINE), "white")
    pen = ImageDraw.Draw(drawn)
    for line in strokes(path):
        pen.line([(x * FINE, y * FINE) for x, y in line], fill="black", width=3 * FINE, joint="curve")
    out = BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()
