"""What is uploaded becomes harmless and small, or is refused in words; its name never decides."""

import random
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backoffice.core.errors import Invalid
from backoffice.files.models import MediaType
from backoffice.files.reading import (
    LONGEST_NAME,
    MEGABYTE,
    MOST_KEPT,
    MOST_UPLOADED,
    ReadyFile,
    read_photo,
    read_upload,
    shown_name,
)

from .pictures import bomb, photo, photo_from_a_phone

HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def kept(content: bytes, name: str = "x.jpg") -> Image.Image:
    """The picture that would be kept."""
    return Image.open(BytesIO(read_upload(content, name).content))


def refusal(content: bytes, name: str = "x.jpg") -> str:
    with pytest.raises(Invalid) as caught:
        read_upload(content, name)
    assert caught.value.field == "file"
    return caught.value.message


def test_place_camera_time_and_comment_are_gone_and_the_photo_stands_upright() -> None:
    sent = photo_from_a_phone()
    assert dict(Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)), "it was there"
    out = read_upload(sent, "x.jpg").content
    for trace in (b"Exif", b"SecretCamera", b"2026", b"script", b"GPS"):
        assert trace not in out, trace
    picture = Image.open(BytesIO(out))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (40, 60), {})
    top, bottom = picture.getpixel((20, 10)), picture.getpixel((20, 50))
    assert (top[0] > 200, bottom[2] > 200) == (True, True), "what was left is on top"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_phones_make_becomes_a_jpeg(kind: str) -> None:
    ready = read_upload(photo(kind=kind), "IMG_0001.HEIC")
    assert (ready.media_type, ready.name) == (MediaType.JPEG, "IMG_0001.jpg")


@pytest.mark.parametrize(
    ("mode", "kind"), [("CMYK", "JPEG"), ("L", "JPEG"), ("P", "PNG"), ("1", "PNG"), ("LA", "PNG")]
)
def test_every_way_to_hold_colours_is_read(mode: str, kind: str) -> None:
    out = BytesIO()
    Image.new(mode, (30, 20)).save(out, kind)
    assert kept(out.getvalue()).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    assert min(kept(photo(kind="PNG", color=(255, 0, 0, 0))).getpixel((5, 5))) > 250


def test_a_large_photo_is_bounded_and_small_enough() -> None:
    assert max(kept(photo(4_000, 3_000)).size) == 2_000
    noise = Image.frombytes("RGB", (2_000, 2_000), random.Random(1).randbytes(12_000_000))
    out = BytesIO()
    noise.save(out, "JPEG", quality=80)
    assert MOST_KEPT < len(out.getvalue()) < MOST_UPLOADED
    assert len(read_upload(out.getvalue(), "x.jpg").content) <= MOST_KEPT


@pytest.mark.parametrize("edge", [7_100, 12_000, 60_000])
def test_a_decompression_bomb_is_not_drawn_out(edge: int) -> None:
    assert len(bomb(edge)) < 2_000
    assert "megapixels" in refusal(bomb(edge))


def test_a_photo_that_is_a_page_as_well_loses_the_page() -> None:
    for sent in (photo() + HTML, photo(comment=HTML), photo(kind="PNG") + HTML):
        assert b"script" not in read_upload(sent, "x.html").content


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        HTML,
        b"GIF89a" + HTML,
        b"PK\x03\x04",
        b"\x00\x00\x00\x18ftypqt  ",
        b"RIFF\0\0\0\0AVI LIST",
        b" %PDF-1.7",
        b"x",
    ],
)
def test_anything_else_is_refused_whatever_it_is_called(content: bytes) -> None:
    for name in ("x.jpg", "x.pdf", "x.svg"):
        assert refusal(content, name).startswith("Please choose a photo")


@pytest.mark.parametrize("content", [HTML, SVG, b"%PDF-1.7 page"])
def test_where_only_a_photo_will_do_nothing_else_is_offered(content: bytes) -> None:
    with pytest.raises(Invalid, match=r"\(JPEG, PNG or WebP\)\.$"):
        read_photo(content, "x.jpg")


@pytest.mark.parametrize("read", [read_upload, read_photo])
def test_a_photo_of_a_phone_that_is_not_read_says_what_to_do(read: Callable[[bytes, str], ReadyFile]) -> None:
    with pytest.raises(Invalid, match="Most Compatible"):
        read(b"\x00\x00\x00\x18ftypheic", "IMG_0001.HEIC")


def test_damaged_and_empty_files_are_told() -> None:
    assert refusal(b"") == "The file is empty."
    for broken in (photo(400, 300)[:300], photo(kind="PNG")[:40], b"\xff\xd8\xff\xe0" + HTML):
        assert refusal(broken).startswith("This photo cannot be read")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_photo_with_bytes_turned_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(photo_from_a_phone())
    for _ in range(data.draw(st.integers(1, 30))):
        content[data.draw(st.integers(3, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Invalid):
        assert kept(bytes(content)).format == "JPEG"


def test_sizes_are_refused_where_they_should_be() -> None:
    pdf = b"%PDF-1.7\n"
    assert read_upload(pdf, "診断書.pdf").content == pdf
    assert read_upload(pdf + bytes(MOST_KEPT - len(pdf)), "x.pdf")
    assert refusal(pdf + bytes(MOST_KEPT)).startswith("A PDF may have")
    assert refusal(photo() + bytes(20 * MEGABYTE)).startswith("The file is larger")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        (r"C:\写真\前 姿勢.JPG", "前 姿勢.jpg"),
        ("💪🏽.png", "💪🏽.jpg"),
        ("あ" * 3_000 + ".jpg", "あ" * (LONGEST_NAME - 4) + ".jpg"),
        ("", "file.jpg"),
        ("..", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("a\x00b\r\nX-Evil: 1.html", "ab X-Evil: 1.jpg"),
        ("photo\u202egpj.exe", "photogpj.jpg"),
        ("第1.5回 経過", "第1.5回 経過.jpg"),
        ("ver. 2026 秋の経過", "ver. 2026 秋の経過.jpg"),
    ],
)
def test_names_are_tamed(sent: str, shown: str) -> None:
    assert shown_name(sent, MediaType.JPEG) == shown
