"""Issues, wherever a template shows them."""

from dataclasses import dataclass
from itertools import groupby

from django import template
from django.db.models import Q
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from newsletters import letter
from newsletters.letter import Visibility
from newsletters.models import IssuePage
from newsletters.models.issue import IssueQuerySet

register = template.Library()


@dataclass(frozen=True, slots=True)
class Teaser:
    section: str
    title: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The issues before and after one, in its series; None at either end."""

    previous: IssuePage | None
    next: IssuePage | None


def _published() -> IssueQuerySet:
    return IssuePage.objects.live().public().filter(periodical__has_public_archive=True)


@register.simple_tag
def newest_issue() -> IssuePage | None:
    return _published().newest_first().select_related("cover", "periodical").first()


@register.filter
def teasers(issue: IssuePage) -> list[Teaser]:
    """The first titled item of each section that the site shows."""
    firsts = (_first_of(block.value) for block in issue.body)
    return [teaser for teaser in firsts if teaser]


def _first_of(section: dict) -> Teaser | None:
    for item in section.get("items") or []:
        title = item.value.get("title") or getattr(item.value.get("page"), "title", "")
        if title and item.value.get("visibility") != Visibility.MAIL:
            return Teaser(section=section.get("title") or "", title=title)
    return None


@register.simple_tag(takes_context=True)
def letter_fragment(context: Context, issue: IssuePage) -> SafeString:
    """The web edition, composed from the page given: a preview shows its own draft.

    Raises EditionError, like the editions. Safe: the web edition escapes every text, and the
    letter holds cleaned rich text only.
    """
    # Not at the top: Django imports every tag library together, and pages that only list
    # issues must not fall with the editions.
    from newsletters.editions import web

    request = context.get("request")
    base_url = f"{request.scheme}://{request.get_host()}" if request else None
    return mark_safe(web.render(letter.compose(issue, base_url=base_url)))  # noqa: S308


@register.simple_tag
def issue_neighbours(issue: IssuePage) -> Neighbours:
    period = issue.period
    if period is None:
        return Neighbours(None, None)
    others = _published().filter(periodical=issue.periodical_id).exclude(pk=issue.pk)
    before = Q(year__lt=period.year) | Q(year=period.year, first_month__lt=period.first)
    dated = others.exclude(year=None).exclude(first_month=None).defer_streamfields()
    return Neighbours(
        previous=dated.filter(before).newest_first().first(),
        next=dated.exclude(before).newest_first().last(),
    )


@register.filter
def by_year(issues: IssueQuerySet) -> list[tuple[int | None, list[IssuePage]]]:
    """Issues as cards, (year, issues) from the newest year; renditions in one query."""
    cards = issues.prefetch_related("cover__renditions").defer_streamfields()
    return [(year, list(group)) for year, group in groupby(cards, key=lambda issue: issue.year)]
