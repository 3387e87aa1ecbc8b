"""After a form a browser is only ever sent to a page of ours."""

import pytest

from blueprints.support.next_page import own_path


@pytest.mark.parametrize("path", ["/today", "/leads?stage=NEW&q=%E5%B1%B1", "/book/trial?article=back-fat"])
def test_own_pages_are_kept(path: str) -> None:
    assert own_path(path, "/") == path


@pytest.mark.parametrize(
    "target",
    [
        None, "", "today", "//evil.example", "///evil.example", "https://evil.example/", "javascript:alert(1)",
        "/\\evil.example", "/\t/evil.example", "\\/evil.example", "/a\r\nSet-Cookie: x=1", "/" + "a" * 3000,
    ],
)  # fmt: skip
def test_anything_else_is_replaced(target: str | None) -> None:
    assert own_path(target, "/today") == "/today"
