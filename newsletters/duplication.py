"""« Dupliquer le dernier numéro », « Nouveau numéro » : an issue that starts from another.

By allow-list: an engine that copied everything but a few fields once made duplicates that looked
already sent. What is not named here (sendings, statistics, dates, numbers, texts of one month)
starts empty.
"""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from newsletters.models import IssueCoProducer, IssuePage, PeriodicalPage
from pages.period import Period


@transaction.atomic
def new_issue(*, archive: PeriodicalPage, user: AbstractBaseUser | None) -> IssuePage:
    """An unpublished issue of the series, its sections empty, its period the next one."""
    return _add(archive, archive.periodical.blank_sections(), user)


@transaction.atomic
def duplicate(*, issue: IssuePage, user: AbstractBaseUser | None) -> IssuePage:
    """The issue that follows this one, unpublished.

    Copied: the co-producers, the order, titles and introductions of the sections, and the items of
    the sections whose template keeps them.
    """
    archive = issue.get_parent().specific
    latest = issue.get_latest_revision_as_object() if issue.latest_revision_id else issue
    copy = _add(archive, _sections(latest), user)
    rows = list(latest.co_producers.all())
    if rows:
        copy.co_producers.set(
            [IssueCoProducer(organisation_id=row.organisation_id, sort_order=row.sort_order)
             for row in rows]
        )  # fmt: skip
        copy.save()
        copy.save_revision(user=user)
    return copy


def _sections(issue: IssuePage) -> list[dict[str, Any]]:
    """The stream's raw data without any id: a copied id would tie comments to two issues."""
    kept = set(issue.periodical.sections.filter(keep_items=True).values_list("key", flat=True))
    sections = []
    for block in issue.body.get_prep_value():
        value = dict(block["value"])
        items = value.get("items") or [] if value.get("key") in kept else []
        value["items"] = [{"type": item["type"], "value": item["value"]} for item in items]
        sections.append({"type": block["type"], "value": value})
    return sections


def next_title(archive: PeriodicalPage) -> str:
    """What the issue made next will be called."""
    return _title(archive, _period(archive))


def kept_sections(archive: PeriodicalPage) -> list[str]:
    """Titles of the sections whose items a duplicate keeps."""
    kept = archive.periodical.sections.filter(keep_items=True)
    return list(kept.values_list("title", flat=True))


def _title(archive: PeriodicalPage, period: Period | None) -> str:
    return f"{archive.periodical.title} – {period.label}" if period else archive.periodical.title


def _add(archive: PeriodicalPage, body: Any, user: AbstractBaseUser | None) -> IssuePage:
    period = _period(archive)
    issue = IssuePage(
        title=_title(archive, period),
        slug=_slug(archive, period.slug if period else "nouveau-numero"),
        periodical=archive.periodical,
        body=body,
        live=False,
        owner=user,
    )
    if period:
        issue.year, issue.first_month = period.year, period.first
        issue.last_month = period.last if period.last != period.first else None
    archive.add_child(instance=issue)
    issue.save_revision(user=user, clean=False)
    return issue


def _period(archive: PeriodicalPage) -> Period | None:
    """The first period after the newest issue that no issue covers."""
    period = archive.periodical.next_period()
    taken = {
        (other.year, month)
        for other in archive.periodical.issues.all()
        if other.period
        for month in other.period.months
    }
    while period and (period.year, period.first) in taken:
        period = period.following()
    return period


def _slug(archive: PeriodicalPage, wanted: str) -> str:
    slugs = set(archive.get_children().values_list("slug", flat=True))
    slug, rank = wanted, 2
    while slug in slugs:
        slug, rank = f"{wanted}-{rank}", rank + 1
    return slug
