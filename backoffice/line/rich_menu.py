"""The rich menu below the chat: four buttons side by side that send postbacks. LINE's own manager cannot make such."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from linebot.v3.messaging import (
    MessagingApi,
    MessagingApiBlob,
    PostbackAction,
    RichMenuArea,
    RichMenuBounds,
    RichMenuRequest,
    RichMenuSize,
)

from backoffice.line.menu import PREFIX, Button
from backoffice.line.reading import files_url
from backoffice.messaging.line_connection import line_api

PICTURE = Path(__file__).with_name("rich_menu.png")
WIDTH, HEIGHT = 2500, 843
"""Of the picture, in pixels, as LINE asks."""
PATIENCE = (10.0, 30.0)
DEADLINE = timedelta(seconds=60)
WORDS = {
    Button.BOOK: "予約する",
    Button.CHANGE: "予約の変更",
    Button.WAY: "行き方",
    Button.QUESTION: "質問する",
}
"""What stands in the chat once somebody has tapped."""
NAME = "backoffice"
BAR = "メニュー"


@dataclass(frozen=True)
class RichMenu:
    """Puts the menu into LINE at `LINE_API_URL`."""

    url: str
    token: str = field(repr=False)

    def put_up(self, picture: bytes, media_type: str) -> str:
        """Make the menu, give it its picture, show it to everybody; its id. Menus of ours made before are taken away.

        Raises what the SDK raises: somebody runs this by hand and reads it.
        """
        with line_api(self.url, self.token, DEADLINE) as api:
            before = [one.rich_menu_id for one in api.get_rich_menu_list().richmenus if one.name == NAME]
            menu_id: str = api.create_rich_menu(menu(), _request_timeout=PATIENCE).rich_menu_id
        with line_api(files_url(self.url), self.token, DEADLINE) as files:
            MessagingApiBlob(files.api_client).set_rich_menu_image(
                menu_id, body=picture, _headers={"Content-Type": media_type}, _request_timeout=PATIENCE
            )
        with line_api(self.url, self.token, DEADLINE) as api:
            api.set_default_rich_menu(menu_id, _request_timeout=PATIENCE)
            _take_away(api, before)
        return menu_id


def menu() -> RichMenuRequest:
    """Four areas of one width, in the order of the picture. Pure."""
    width = WIDTH // len(Button)
    areas = [
        RichMenuArea(
            bounds=RichMenuBounds(x=place * width, y=0, width=width, height=HEIGHT),
            action=PostbackAction(data=f"{PREFIX}{one}", label=WORDS[one], displayText=WORDS[one]),
        )
        for place, one in enumerate(Button)
    ]
    return RichMenuRequest(
        size=RichMenuSize(width=WIDTH, height=HEIGHT), selected=True, name=NAME, chatBarText=BAR, areas=areas
    )


def _take_away(api: MessagingApi, menu_ids: list[str]) -> None:
    for menu_id in menu_ids:
        api.delete_rich_menu(menu_id, _request_timeout=PATIENCE)
