"""The number beside the inbox in the menu: how many conversations wait. One statement for a page."""

from flask_login import current_user

from backoffice.inbox.queries import number_waiting
from backoffice.staff.permissions import Permission
from blueprints.inbox.scope import asked
from blueprints.support.access import may
from blueprints.support.studio import current_studio


def nav_badges() -> dict[str, int]:
    """The numbers of the menu, by feature; nothing where nothing waits."""
    if not current_user.is_authenticated or not may(Permission.INBOX_USE):
        return {}
    waiting = number_waiting(current_studio().id, asked())
    return {"inbox": waiting} if waiting else {}
