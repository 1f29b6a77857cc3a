"""« Actualiser depuis le site » : what the letter says of a page, beside what the page says now.

An item without its own title or introduction always follows its page. One that has them keeps
them until somebody, shown both, asks for the page's: nothing is ever overwritten by itself.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from wagtail.rich_text import RichText

from newsletters.composition import page_summary
from newsletters.models import IssuePage
from newsletters.preflight_checks.draft import words


@dataclass(frozen=True, slots=True)
class Difference:
    """`key` names the item within the revision it was read from. Texts are plain."""

    key: str
    place: str
    letter_title: str
    site_title: str
    letter_text: str
    site_text: str


def differences(issue: IssuePage) -> list[Difference]:
    """Items whose own title or introduction is not what their page says now."""
    return [difference for difference, _value in _compare(issue)]


@transaction.atomic
def refresh(*, issue: IssuePage, keys: Collection[str], user: AbstractBaseUser | None) -> IssuePage:
    """Let these items follow their page again, in a new draft revision of `issue` (its latest)."""
    for difference, value in _compare(issue):
        if difference.key in keys:
            value["title"] = ""
            value["text"] = RichText("")
    issue.save_revision(user=user, clean=False)
    return issue


def _compare(issue: IssuePage) -> Iterator[tuple[Difference, dict]]:
    for rank, section in enumerate(issue.body):
        for place, child in enumerate(section.value.get("items") or ()):
            page = child.value.get("page")
            if page is None:
                continue
            page = page.specific
            own = (str(child.value.get("title") or ""), words(_source(child.value.get("text"))))
            site = (getattr(page, "short_title", "") or page.title, page_summary(page))
            if any(mine and mine != theirs for mine, theirs in zip(own, site, strict=True)):
                key = f"{rank}-{place}-{page.pk}"
                name = section.value.get("title") or section.value.get("key", "")
                yield Difference(key, name, own[0], site[0], own[1], site[1]), child.value


def _source(text: object) -> str:
    return str(getattr(text, "source", text) or "")
