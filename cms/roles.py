"""The groups a site starts with: four jobs, which one person may add up."""

from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

_DESCRIBED: Final = ("organisation", "person", "resource")
# What visitors find: the « Recherche » menu.
_FOUND: Final = ("acronym", "nearwords", "searchpromotion")
ROLES: Final[dict[str, list[str]]] = {
    "Rédaction": [
        "add_mailing", "view_mailing", "add_reviewlink", "change_reviewlink",
        *[f"{verb}_{name}" for name in _DESCRIBED for verb in ("add", "change")],
        *[f"{verb}_{name}" for name in _FOUND for verb in ("add", "change", "delete")],
        "view_searched",
    ],
    "Validation": [
        "view_mailing", "approve_mailing", "publish_unvalidated",
        "add_periodical", "change_periodical",
    ],
    "Envoi": ["view_mailing", "send_mailing"],
    "Gestion des abonné·es": [
        "see_addresses", "import_audience", "view_subscriber", "add_subscriber",
        "change_subscriber", "delete_subscriber",
        "view_segment", "add_segment", "change_segment", "delete_segment",
    ],
}  # fmt: skip
_ON_PAGES: Final[dict[str, list[str]]] = {
    "Rédaction": ["add_page", "change_page"],
    "Validation": ["add_page", "change_page", "publish_page"],
}
_APPS: Final = ("newsletters", "pages", "search", "wagtailsearchpromotions")
_MEDIA: Final = ("image", "document")


@transaction.atomic
def create_roles() -> list[str]:
    """The names of the groups made now. A group that exists is left as the site has set it."""
    access = Permission.objects.get(codename="access_admin")
    made = []
    for name, codenames in ROLES.items():
        group, new = Group.objects.get_or_create(name=name)
        if new:
            rights = Permission.objects.filter(
                content_type__app_label__in=_APPS, codename__in=codenames
            )
            group.permissions.set([access, *rights])
            _grant_site(group, _ON_PAGES.get(name, []))
            made.append(name)
    return made


def _grant_site(group: Group, codenames: list[str]) -> None:
    """These rights on every page, and with them the media a page is made of."""
    if not codenames:
        return
    root, media = Page.objects.get(depth=1), Collection.get_first_root_node()
    for right in Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=codenames
    ):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=right)
    verbs = [f"{verb}_{kind}" for verb in ("add", "change", "choose") for kind in _MEDIA]
    for right in Permission.objects.filter(
        content_type__app_label__in=["wagtailimages", "wagtaildocs"], codename__in=verbs
    ):
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=media, permission=right
        )
