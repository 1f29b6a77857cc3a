"""Loads the job offers; deadlines are counted from the day of loading, so that the
demonstration always has some open and some closed."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cms.demo.parts import organisation, publish, read
from pages.models import HomePage, JobIndexPage, JobPage, Territory, Theme

POSTED_BEFORE = timedelta(days=60)


def load_jobs(home: HomePage) -> None:
    index = JobIndexPage.objects.first() or home.add_child(
        instance=JobIndexPage(
            title="Offres d'emploi",
            slug="offres-d-emploi",
            show_in_menus=True,
            intro="Les offres du centre et celles que lui transmettent ses partenaires.",
        )
    )
    for row in read("jobs.json"):
        if not JobPage.objects.filter(slug=row["slug"]).exists():
            load_job(index, row)


@transaction.atomic
def load_job(index: JobIndexPage, row: dict[str, Any]) -> None:
    days = row["deadline_in"]
    page = JobPage(
        title=row["title"],
        slug=row["slug"],
        employer=organisation(row["employer"], "") if row["employer"] else None,
        employer_name=row.get("employer_name", ""),
        contract=row["contract"],
        duration=row.get("duration", ""),
        working_time=row["working_time"],
        place=row["place"],
        deadline=None if days is None else timezone.localdate() + timedelta(days=days),
        standfirst=row["standfirst"],
        body=[("paragraph", f"<p>{text}</p>") for text in row["body"]],
        how_to_apply=row["how"],
        source=row.get("source", ""),
        source_url=row.get("source_url", ""),
        live=False,
    )
    page.territories = list(Territory.objects.filter(name__in=row["territories"]))
    page.themes = list(Theme.objects.filter(code__in=row["themes"]))
    index.add_child(instance=page)
    posted = min(page.closes_at or timezone.now(), timezone.now()) - POSTED_BEFORE
    publish(page, posted)
