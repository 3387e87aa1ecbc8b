"""Where lines end: Japanese anywhere but before 、 or after 「, Western words at their spaces."""

from collections.abc import Callable, Iterator

NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〕〉》”’ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々〜％%),.:;?!]}°様円"
)
NOT_LAST = frozenset("（「『【〔〈《“‘¥￥([{〒")
CJK_FROM = "⺀"


def lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The lines of a text that fit a width, in the unit of `measure`; its own line ends are kept.

    A piece that is wider than the line is cut where it has to be.
    """
    return [line for paragraph in text.splitlines() or [""] for line in _paragraph(paragraph, width, measure)]


def _paragraph(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    line = ""
    for piece in _pieces(text):
        if line and measure((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = ""
        while measure(piece.rstrip()) > width and len(piece) > 1:
            fits = max(1, next(n for n in range(1, len(piece) + 1) if measure(piece[:n]) > width) - 1)
            yield piece[:fits]
            piece = piece[fits:]
        line += piece
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """The smallest parts that stay on one line."""
    begins = 0
    for at in range(1, len(text)):
        if _may_break(text[at - 1], text[at]):
            yield text[begins:at]
            begins = at
    if text:
        yield text[begins:]


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in NOT_FIRST or before in NOT_LAST:
        return False
    return before == " " or before >= CJK_FROM or after >= CJK_FROM
