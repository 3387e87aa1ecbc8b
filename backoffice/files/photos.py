"""Photos are drawn anew: what comes out holds the picture and nothing else that was in the file."""

from io import BytesIO

from PIL import Image, ImageOps

from backoffice.core.errors import Invalid
from backoffice.core.language import N_

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000
"""Width × height. The largest phones take 50 megapixels; drawn out that is 150 MB of memory."""
LONGEST_EDGE = 2_000
STEPS = ((LONGEST_EDGE, 85), (LONGEST_EDGE, 70), (1_600, 70), (1_200, 60))
"""Longest edge in pixels and JPEG quality, tried in this order until the photo is small enough."""


def redraw(content: bytes, *, most_bytes: int) -> bytes:
    """A photo as a JPEG of at most `most_bytes`: upright, its longest edge bounded, without place, camera or comments.

    Refuses (Invalid on `file`) what is no photo of `FORMATS`, is damaged, or would be too large once drawn out.
    """
    try:
        picture = _picture(content)
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # a hostile file can make the decoder fail in any way; to the person it is one thing
        raise Invalid(N_("This photo cannot be read. Perhaps it is damaged."), field="file") from None
    for longest, quality in STEPS:
        drawn = _jpeg(picture, longest, quality)
        if len(drawn) <= most_bytes:
            return drawn
    raise Invalid(N_("This photo cannot be made small enough."), field="file")


def _picture(content: bytes) -> Image.Image:
    """The upright picture on white, in plain colours; as a new image, because the old one carries comments along."""
    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise _too_many_pixels()
        opened.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))  # a JPEG is then never drawn out in full
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
        fresh = Image.new("RGB", upright.size, "white")
        if upright.has_transparency_data:
            layer = upright.convert("RGBA")
            fresh.paste(layer, mask=layer.getchannel("A"))
        else:
            fresh.paste(upright.convert("RGB"))
        return fresh


def _jpeg(picture: Image.Image, longest: int, quality: int) -> bytes:
    smaller = picture.copy()
    smaller.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    out = BytesIO()
    smaller.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _too_many_pixels() -> Invalid:
    return Invalid(
        N_("This photo has too many pixels. Up to %(limit)s megapixels can be kept."),
        field="file",
        limit=MOST_PIXELS // 1_000_000,
    )
