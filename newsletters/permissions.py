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
IMPORT = "newsletters.import_audience"
# Without SEE_ADDRESSES these three work on numbers: who they are stays hidden.
LIST = "newsletters.view_subscriber"
CHANGE = "newsletters.change_subscriber"
ADD = "newsletters.add_subscriber"
# What is erased does not come back: not with the right to change.
ERASE = "newsletters.delete_subscriber"

GROUP_RIGHTS = (PREPARE, FOLLOW, APPROVE, SEND, SEE_ADDRESSES, IMPORT, LIST, CHANGE, ADD, ERASE)


def may_follow(user: Any) -> bool:
    """Whoever has any part in a sending may see its screen, which shows no address."""
    return any(user.has_perm(right) for right in (FOLLOW, PREPARE, APPROVE, SEND))


def open_archives(user: Any) -> list[PeriodicalPage]:
    """The archives this person may add an issue to, each with its series."""
    pages = PeriodicalPage.objects.select_related("periodical").order_by("title")
    return [page for page in pages if page.permissions_for_user(user).can_add_subpage()]


def may_count(user: Any) -> bool:
    """Statistics hold no person: any part in the letters or in the audience opens them."""
    return may_follow(user) or any(map(user.has_perm, (LIST, SEE_ADDRESSES, IMPORT)))


class AddressPolicy(ModelPermissionPolicy):
    """Subscribers are listed with one right, known with another, and written by
    `newsletters.consent` only: no screen of Wagtail's edits or deletes them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if not user.is_active:
            return False
        if action == "view":
            return any(map(user.has_perm, (SEE_ADDRESSES, LIST)))
        # Enrolling tells whether an address is known: only who may see addresses may ask.
        return action == "add" and user.has_perms([SEE_ADDRESSES, ADD])

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)
