"""Loads publications, recordings, tools, resources and dossiers."""

from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify

from wagtail.models import Page

from cms.demo import samples
from cms.demo.articles import article_block
from cms.demo.parts import image, organisation, person, publish, published_at, read, read_all
from pages.models import (
    CentreDocument,
    Collection,
    CreditedImage,
    HomePage,
    PublicationAuthor,
    PublicationFile,
    PublicationIndexPage,
    PublicationOrganisation,
    PublicationPage,
    RecordingIndexPage,
    RecordingPage,
    RecordingSpeaker,
    Resource,
    Scheme,
    Territory,
    Theme,
    ToolboxIndexPage,
    ToolPage,
    ToolVersion,
)

CREDIT = "© Centre de ressources des Trois Rives"
PLAIN_FIELDS = (
    "title", "kind", "number", "year", "month", "reference_year", "page_count", "abstract",
    "licence", "state", "web_url",
)  # fmt: skip
SHARED_PUBLISHER = {"Regards croisés": "Réseau des centres de ressources de l'Ouest"}
SCHEMES = {
    "ASV": "Atelier santé ville",
    "CLS": "Contrat local de santé",
    "CUCS": "Contrat urbain de cohésion sociale",
    "GUSP": "Gestion urbaine et sociale de proximité",
    "NPNRU": "Nouveau programme national de renouvellement urbain",
    "PRE": "Programme de réussite éducative",
}


def rows_of(folder: str) -> list[dict[str, Any]]:
    return [row for rows in read_all(folder) for row in rows]


def index_page(home: HomePage, model: type[Page], slug: str, title: str, intro: str) -> Any:
    return model.objects.first() or home.add_child(
        instance=model(title=title, slug=slug, intro=intro, show_in_menus=True)
    )


def document(name: str, title: str, content: bytes) -> CentreDocument:
    """The file of this name, made once; it is known by its title."""
    found = CentreDocument.objects.filter(title=title).first()
    if found:
        return found
    made = CentreDocument(title=title)
    made.file = ContentFile(content, name=name)
    made.save()
    return made


def picture(row: dict[str, Any]) -> CreditedImage | None:
    key = row.get("picture")
    return image(key, title=row["title"], credit=CREDIT, alt="") if key else None


def themes(row: dict[str, Any]) -> list[Theme]:
    return list(Theme.objects.filter(code__in=row.get("themes", [])))


def territories(row: dict[str, Any]) -> list[Territory]:
    return list(Territory.objects.filter(name__in=row.get("territories", [])))


def load_publications(home: HomePage) -> None:
    index = index_page(
        home,
        PublicationIndexPage,
        "publications",
        "Publications",
        "Études, actes, guides et recueils : tout ce que le centre écrit, seul ou à plusieurs.",
    )
    for row in rows_of("publications"):
        slug = f"{slugify(row['title'])[:60].strip('-')}-{row['year']}"
        if not PublicationPage.objects.filter(slug=slug).exists():
            load_publication(index, slug, row)


@transaction.atomic
def load_publication(index: PublicationIndexPage, slug: str, row: dict[str, Any]) -> None:
    page = PublicationPage(
        slug=slug,
        access=row.get("access", "free"),
        collection=collection(row.get("collection")),
        cover=picture(row),
        body=[article_block(block) for block in row.get("body", [])],
        live=False,
        **{name: row[name] for name in PLAIN_FIELDS if name in row},
    )
    page.themes, page.territories = themes(row), territories(row)
    page.authors = [PublicationAuthor(person=person(name)) for name in row.get("authors", [])]
    page.organisations = [
        PublicationOrganisation(
            organisation=organisation(made["name"], made["kind"], made["city"]), role=made["role"]
        )
        for made in row.get("organisations", [])
    ]
    if page.state == page.State.RELEASED:
        content = samples.pdf(page.labelled_title, page.abstract)
        page.files = [PublicationFile(document=document(f"{slug}.pdf", row["title"], content))]
    index.add_child(instance=page)
    # A page announced for later is online today.
    announced = page.state == page.State.PLANNED
    publish(page, published_at(row["year"] - announced, row.get("month", 1)))


def collection(name: str | None) -> Collection | None:
    if not name:
        return None
    found, made = Collection.objects.get_or_create(name=name)
    if made and name in SHARED_PUBLISHER:
        found.publisher = organisation(SHARED_PUBLISHER[name], "association")
        found.save()
    return found


def load_recordings(home: HomePage) -> None:
    index = index_page(
        home,
        RecordingIndexPage,
        "podcasts-et-videos",
        "Podcasts et vidéos",
        "Des voix, des visites et des débats, toujours avec leur transcription.",
    )
    for row in rows_of("recordings"):
        if not RecordingPage.objects.filter(title=row["title"]).exists():
            load_recording(index, row)


@transaction.atomic
def load_recording(index: RecordingIndexPage, row: dict[str, Any]) -> None:
    day, slug = date.fromisoformat(row["date"]), slugify(row["title"])
    page = RecordingPage(
        title=row["title"],
        slug=slug,
        kind=row["kind"],
        released_on=day,
        duration=timedelta(seconds=row["seconds"]),
        abstract=row["abstract"],
        cover=picture(row),
        media_url=row.get("url", ""),
        transcript=row["transcript"],
        transcript_exemption=row.get("exemption", ""),
        live=False,
    )
    if row.get("sound"):
        page.media_file = document(f"{slug}.wav", f"{row['title']} (son)", samples.chime())
    page.themes, page.territories = themes(row), territories(row)
    page.speakers = [
        RecordingSpeaker(person=person(name), function=function)
        for name, function in row["speakers"]
    ]
    index.add_child(instance=page)
    publish(page, published_at(day.year, day.month))


def load_tools(home: HomePage) -> None:
    index = index_page(
        home,
        ToolboxIndexPage,
        "boite-a-outils",
        "Boîte à outils",
        "Des modèles à télécharger et à adapter ; l'adresse de chacun ne change jamais.",
    )
    for acronym, name in SCHEMES.items():
        Scheme.objects.get_or_create(acronym=acronym, defaults={"name": name})
    for row in rows_of("tools"):
        if not ToolPage.objects.filter(title=row["title"]).exists():
            load_tool(index, row)


@transaction.atomic
def load_tool(index: ToolboxIndexPage, row: dict[str, Any]) -> None:
    slug = slugify(row["title"])
    page = ToolPage(
        title=row["title"],
        slug=slug,
        kind=row["kind"],
        abstract=row["abstract"],
        instructions=row.get("instructions", ""),
        live=False,
    )
    page.themes = themes(row)
    page.schemes = list(Scheme.objects.filter(acronym__in=row["schemes"]))
    for number, day, changes in row["versions"]:
        title = f"{row['title']} – version {number}"
        made = document(f"{slug}-v{number}.pdf", title, samples.pdf(title, row["abstract"]))
        page.versions.add(
            ToolVersion(
                document=made, number=number, released_on=date.fromisoformat(day), changes=changes
            )
        )
    index.add_child(instance=page)
    newest = date.fromisoformat(row["versions"][-1][1])
    publish(page, published_at(newest.year, newest.month))


def load_resources() -> None:
    for row in read("resources.json"):
        values = {key: row[key] for key in ("publisher", "year", "note", "url")}
        found, made = Resource.objects.get_or_create(
            kind=row["kind"], title=row["title"], author=row["author"], defaults=values
        )
        if made:
            found.themes.set(themes(row))
