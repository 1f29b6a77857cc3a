"""Loads the programmes of three years and their actions."""

from datetime import date
from typing import Any

from django.db import transaction

from cms.demo.parts import publish, published_at, read_all
from pages.models import (
    ActionFormat,
    ActionIndexPage,
    ActionListing,
    ActionPage,
    HomePage,
    ProgrammeAxis,
    ProgrammePage,
    PublicationPage,
    Territory,
    Theme,
)
from pages.vocabularies import ensure_formats

PUBLISHED_IN = 1


def load_programmes(home: HomePage) -> None:
    ensure_formats()
    index = ActionIndexPage.objects.first() or home.add_child(
        instance=ActionIndexPage(
            title="Actions et programmes",
            slug="actions",
            show_in_menus=True,
            intro="Ce que le centre prévoit chaque année, avec qui et pour qui.",
        )
    )
    for row in read_all("programmes"):
        for axis in row["axes"]:
            for action in axis["actions"]:
                if not ActionPage.objects.filter(slug=action["slug"]).exists():
                    load_action(index, action, row["year"])
        if not ProgrammePage.objects.filter(slug=row["slug"]).exists():
            load_programme(index, row)


@transaction.atomic
def load_action(index: ActionIndexPage, row: dict[str, Any], year: int) -> None:
    label, earliest, latest = row["period"]
    printed, least, most, unit = row["sessions"]
    page = ActionPage(
        title=row["title"],
        slug=row["slug"],
        code=row["code"],
        year=year,
        format=ActionFormat.objects.called(row["format"]),
        standfirst=row["standfirst"],
        period_label=label,
        period_earliest=date.fromisoformat(earliest),
        period_latest=date.fromisoformat(latest),
        sessions_label=printed,
        sessions_min=least,
        sessions_max=most,
        sessions_unit=unit,
        audiences=row["audiences"],
        actor_types=row["actors"],
        territory_label=row["territory"],
        animation=row["animation"],
        speakers=row.get("speakers", ""),
        partners_committed=row.get("committed", ""),
        partners_considered=row.get("considered", ""),
        objectives=row.get("objectives", ""),
        contents=row.get("contents", ""),
        continues=ActionPage.objects.filter(slug=row.get("continues")).first(),
        live=False,
    )
    page.territories = list(Territory.objects.filter(name__in=row["places"]))
    page.themes = list(Theme.objects.filter(code__in=row["themes"]))
    index.add_child(instance=page)
    publish(page, published_at(year, PUBLISHED_IN))
    for publication in PublicationPage.objects.filter(title__in=row.get("publications", ())):
        publication.action = page
        publish(publication, publication.first_published_at)


@transaction.atomic
def load_programme(index: ActionIndexPage, row: dict[str, Any]) -> None:
    page = ProgrammePage(
        title=row["title"],
        slug=row["slug"],
        year=row["year"],
        status=row["status"],
        introduction=row["introduction"],
        live=False,
    )
    for axis_row in row["axes"]:
        axis = ProgrammeAxis(
            code=axis_row["code"],
            title=axis_row["title"],
            level=axis_row.get("level", ProgrammeAxis.Level.AXIS),
            options=axis_row["options"],
        )
        axis.listings = [*map(_presented, axis_row["actions"]), *_recalled(axis_row)]
        page.axes.add(axis)
    index.add_child(instance=page)
    publish(page, published_at(row["year"], PUBLISHED_IN))


def _presented(row: dict[str, Any]) -> ActionListing:
    return ActionListing(action=ActionPage.objects.get(slug=row["slug"]))


def _recalled(axis_row: dict[str, Any]) -> list[ActionListing]:
    return [
        ActionListing(
            action=ActionPage.objects.get(slug=row["slug"]),
            is_main=False,
            local_title=row["title"],
        )
        for row in axis_row.get("recalls", [])
    ]
