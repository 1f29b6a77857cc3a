"""Four rights, held apart: edit a letter (Wagtail's own), approve, send, see addresses."""

from collections.abc import Iterable
from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy

from newsletters.models import PeriodicalPage

APPROVE = "newsletters.approve_mailing"
SEND = "newsletters.send_mailing"
PREPARE = "newsletters.add_mailing"
FOLLOW = "newsletters.view_mailing"
SEE_ADDRESSES = "newsletters.see_addresses"


def may_follow(user: Any) -> bool:
    """Whoever has any part in a sending may see its screen, which shows no address."""
    return any(user.has_perm(right) for right in (FOLLOW, PREPARE, APPROVE, SEND))


def open_archives(user: Any) -> list[PeriodicalPage]:
    """The archives this person may add an issue to, each with its series."""
    pages = PeriodicalPage.objects.select_related("periodical").order_by("title")
    return [page for page in pages if page.permissions_for_user(user).can_add_subpage()]


class AddressPolicy(ModelPermissionPolicy):
    """Subscribers are read with one right, and written by `newsletters.consent` only."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and user.is_active and user.has_perm(SEE_ADDRESSES)

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)
