"""Server time of the pages most read, on a site of 2,000 pages: the front page and the list of
the sheets, plain and filtered by a territory that contains the others.

Through Django's test client, middleware included, network excluded. Baseline, in the same run:
the same page of a site that holds nothing else. The aim for the front page is a p95 of 60 ms.
"""

from io import BytesIO
from statistics import quantiles
from time import perf_counter
from typing import Any

from django.core.cache import cache
from django.core.files.images import ImageFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

SHEETS, ISSUES = 1_850, 148  # with the front page and the two lists: 2,001 pages
ROUNDS = 60
PICTURES = 12
PATHS = {
    "home": "/",
    "experiences": "/fiches/",
    "experiences_territory": "/fiches/?territory={territory}",
}
SETTINGS = {
    "ALLOWED_HOSTS": ["testserver"],
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    # The pages are made one by one: the admin's own index is not what is measured.
    "WAGTAILSEARCH_BACKENDS": {
        "default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": False}
    },
}


def run() -> dict[str, dict[str, Any]]:
    """Wants Django set up on a migrated database; leaves it as it was."""
    with override_settings(**SETTINGS), transaction.atomic():
        region = _bare()
        empty = {key: _measure(path.format(territory=region)) for key, path in PATHS.items()}
        _fill()
        pages = {key: _measure(path.format(territory=region)) for key, path in PATHS.items()}
        transaction.set_rollback(True)
    # No transaction takes back what it remembers: renditions, the paths of the site.
    cache.clear()
    return {
        f"web.{key}_{label}": _figure(value, unit, empty[key][label])
        for key, figures in pages.items()
        for label, value in figures.items()
        for unit in ["requêtes" if label == "queries" else "ms"]
    }


def _measure(path: str) -> dict[str, float]:
    """Milliseconds (p50, p95) and number of queries, once the page has been seen."""
    client = Client()
    assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    # Now: the next request forgets them.
    count = len(queries)
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        client.get(path)
        times.append((perf_counter() - start) * 1_000)
    shares = quantiles(times, n=20)
    return {"p50": round(shares[9], 1), "p95": round(shares[18], 1), "queries": count}


def _figure(value: float, unit: str, baseline: float) -> dict[str, Any]:
    ratio = round(value / baseline, 1) if baseline else None
    return {"value": value, "unit": unit, "baseline": baseline, "ratio": ratio}


def _bare() -> int:
    """A front page, an empty list and one place: what the baseline shows."""
    from pages.models import ExperienceIndexPage, Territory
    from tests.builders import make_home

    make_home().add_child(instance=ExperienceIndexPage(title="Fiches expérience", slug="fiches"))
    return Territory.objects.create(name="Île-de-France", kind=Territory.Kind.REGION).pk


def _fill() -> None:
    """Sheets with cover, themes and places; issues of every month for a dozen years."""
    from newsletters.models import Periodical
    from pages.models import ExperiencePage, Theme
    from tests.builders import make_experience, make_issue, make_periodical

    themes = [Theme.objects.create(code=f"t{n}", name=f"Thématique {n}") for n in range(9)]
    places, pictures = _places(), _pictures()
    make_periodical()
    body = [("paragraph", "<p>Des habitant·es cultivent une friche du quartier.</p>" * 40)]
    for n in range(SHEETS):
        when = {"year": 2005 + n % 20, "first_month": 1 + n % 12}
        title, cover = f"Une expérience locale, numéro {n}", pictures[n % PICTURES]
        page = make_experience(title=title, slug=f"s{n}", cover=cover, body=body, **when)
        page.themes, page.territories = [themes[n % 9]], [places[n % len(places)]]
        ExperiencePage.save(page)
    periodical = Periodical.objects.get()
    item = ("experience", {"page": page, "title": "", "text": "", "visibility": "both"})
    section = {"key": "fiche", "title": "Fiche expérience", "intro": "", "items": [item]}
    for n in range(ISSUES):
        when = {"year": 2012 + n // 12, "first_month": 1 + n % 12, "slug": f"n{n}"}
        cover = pictures[n % PICTURES]
        make_issue(periodical=periodical, cover=cover, body=[("section", section)], **when)


def _places() -> list[Any]:
    from pages.models import Territory

    region = Territory.objects.get(kind=Territory.Kind.REGION)
    found = []
    for n in range(40):
        place = Territory(name=f"Commune {n}", kind=Territory.Kind.COMMUNE)
        place.parents = [region]
        place.save()
        found.append(place)
    return found


def _pictures() -> list[Any]:
    from PIL import Image

    from pages.models import CreditedImage

    found = []
    for n in range(PICTURES):
        stream = BytesIO()
        Image.new("RGB", (1600, 1000), (15, 60 + n, 92)).save(stream, "PNG")
        file = ImageFile(BytesIO(stream.getvalue()), name=f"image-{n}.png")
        found.append(CreditedImage.objects.create(title=f"Image {n}", file=file))
    return found
