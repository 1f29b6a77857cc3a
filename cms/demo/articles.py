"""Loads the experience sheets."""

from typing import Any

from django.db import transaction

from cms.demo.parts import image, organisation, person, publish, published_at, read_all
from pages.models import (
    ExperienceAuthor,
    ExperienceContact,
    ExperienceHolder,
    ExperienceIndexPage,
    ExperiencePage,
    HomePage,
    Territory,
    Theme,
)


def load_experiences(home: HomePage) -> None:
    index = ExperienceIndexPage.objects.first() or home.add_child(
        instance=ExperienceIndexPage(
            title="Fiches expérience",
            slug="fiches-experience",
            show_in_menus=True,
            intro="Chaque mois, une démarche locale racontée par celles et ceux qui la portent.",
        )
    )
    for row in read_all("experiences"):
        if not ExperiencePage.objects.filter(slug=row["slug"]).exists():
            load_experience(index, row)


@transaction.atomic
def load_experience(index: ExperienceIndexPage, row: dict[str, Any]) -> None:
    page = ExperiencePage(
        title=row["title"],
        slug=row["slug"],
        short_title=row.get("short_title", ""),
        standfirst=row["standfirst"],
        territory_label=row["territory_label"],
        year=row["year"],
        first_month=row["months"][0],
        last_month=row["months"][1] if len(row["months"]) > 1 else None,
        project_period=row.get("project_period", ""),
        stage=ExperiencePage.Stage.VALIDATED,
        cover=image(row["picture"], title=row["title"], credit=row["credit"], alt=row["alt"]),
        body=[article_block(block) for block in row["body"]],
        first_published_at=published_at(row["year"], row["months"][0]),
        live=False,
    )
    page.territories = list(Territory.objects.filter(name__in=row["territories"]))
    page.themes = list(Theme.objects.filter(code__in=row["themes"]))
    page.holders = [
        ExperienceHolder(organisation=organisation(holder["name"], holder.get("kind", "")))
        for holder in row["holders"]
    ]
    page.contacts = [
        ExperienceContact(
            name=contact.get("name", ""),
            function=contact.get("role", ""),
            organisation=contact.get("organisation", ""),
            email=contact.get("email", ""),
        )
        for contact in row["contacts"]
    ]
    page.authors = [ExperienceAuthor(person=person(name)) for name in row["authors"]]
    index.add_child(instance=page)
    publish(page, published_at(row["year"], row["months"][0]))


def article_block(block: dict[str, Any]) -> tuple[str, Any]:
    kind = block["type"]
    if kind == "paragraph":
        return kind, block["html"]
    if kind == "heading":
        return kind, block["text"]
    return kind, {key: value for key, value in block.items() if key != "type"}
