"""Loads the series and its issues."""

from html import unescape
from typing import Any

from django.db import transaction
from django.utils.html import strip_tags

from cms.demo import pictures
from cms.demo.parts import CENTRE, image, publish, published_at, read_all
from newsletters.letter import Kind
from newsletters.models import IssuePage, Periodical, PeriodicalPage, SectionTemplate
from pages.models import ExperiencePage, HomePage, Resource
from pages.period import Period

SECTIONS: list[tuple[str, str, list[Kind], int, int | None]] = [
    (
        "pole",
        "Le Centre de ressources",
        [Kind.TEXT, Kind.ZOOM, Kind.IMAGE, Kind.PAGE],
        1,
        8,
    ),
    ("actualite", "Actualité", [Kind.NEWS, Kind.PRESS, Kind.ZOOM, Kind.IMAGE], 1, 10),
    ("fiche", "Fiche expérience", [Kind.EXPERIENCE, Kind.TEXT], 1, 1),
    ("ressources", "Ressources", [Kind.RESOURCE, Kind.PRESS, Kind.IMAGE, Kind.PAGE], 1, 10),
]


def load_periodical(home: HomePage) -> PeriodicalPage:
    periodical, _ = Periodical.objects.get_or_create(
        code="resonances",
        defaults={
            "title": "Résonances",
            "subtitle": f"La lettre du {CENTRE}",
            "sender_name": f"Résonances – {CENTRE}",
            "sender_email": "resonances@example.org",
            "reply_to": "contact@example.org",
        },
    )
    for order, (key, title, kinds, minimum, maximum) in enumerate(SECTIONS):
        SectionTemplate.objects.get_or_create(
            periodical=periodical,
            key=key,
            defaults={
                "title": title,
                "sort_order": order,
                "allowed_kinds": [kind.value for kind in kinds],
                "min_items": minimum,
                "max_items": maximum,
            },
        )
    archive = PeriodicalPage.objects.filter(periodical=periodical).first()
    return archive or home.add_child(
        instance=PeriodicalPage(
            title="Résonances",
            slug="resonances",
            periodical=periodical,
            show_in_menus=True,
            intro="Tous les numéros de la lettre, du plus récent au plus ancien.",
        )
    )


def load_issues(archive: PeriodicalPage) -> None:
    sections = {s.key: s for s in archive.periodical.sections.all()}
    for row in read_all("issues"):
        if archive.periodical.issues.filter(year=row["year"], first_month=row["months"][0]):
            continue
        load_issue(archive, row, sections)


@transaction.atomic
def load_issue(
    archive: PeriodicalPage, row: dict[str, Any], sections: dict[str, SectionTemplate]
) -> None:
    period = Period(row["year"], row["months"][0], row["months"][-1])
    body = [
        (
            "section",
            {
                "key": key,
                "title": template.title,
                "intro": "",
                "items": [letter_item(item) for item in row["sections"].get(key, [])],
            },
        )
        for key, template in sections.items()
    ]
    page = IssuePage(
        title=f"Résonances – {period.label}",
        slug=period.slug,
        periodical=archive.periodical,
        year=period.year,
        first_month=period.first,
        last_month=period.last if period.last != period.first else None,
        subject=row["subject"],
        preheader=row["preheader"],
        editorial=row.get("editorial", ""),
        cover=image(
            cover_key(period),
            title=period.label,
            credit=f"Illustration : {CENTRE}",
            alt="",
        ),
        body=body,
        live=False,
    )
    archive.add_child(instance=page)
    publish(page, published_at(period.year, period.first))


def cover_key(period: Period) -> str:
    """A composition of its own for each of twelve issues in a row."""
    names = list(pictures.COMPOSITIONS)
    return f"{names[(period.year * 8 + period.first) % len(names)]}-{period.slug}"


def letter_item(item: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """One JSON item as the value its block stores."""
    kind = item["type"]
    value = {key: item[key] for key in item if key not in ("type", "html", "slug", "picture")}
    value.setdefault("visibility", "both")
    if "html" in item:
        value["text"] = item["html"]
    if kind == Kind.EXPERIENCE:
        value["page"] = ExperiencePage.objects.get(slug=item["slug"])
    if kind == Kind.RESOURCE:
        return kind, {"resource": resource(value), "visibility": value["visibility"]}
    if kind == Kind.IMAGE:
        alt = item.get("alt", "")
        picture = image(item["picture"], title=item["picture"], credit=item["credit"], alt=alt)
        picture.contextual_alt_text, picture.decorative = alt, not alt
        value = {
            "image": picture,
            "caption": item.get("caption", ""),
            "visibility": value["visibility"],
        }
    return kind, value


def resource(value: dict[str, Any]) -> Resource:
    """The entry of the catalogue that the letter, and any dossier, choose from."""
    found, _ = Resource.objects.get_or_create(
        kind=value["kind"],
        title=value["title"],
        author=value.get("author", ""),
        defaults={
            "publisher": value.get("publisher", ""),
            "url": value.get("url", ""),
            "note": unescape(strip_tags(value.get("text", ""))),
        },
    )
    return found
