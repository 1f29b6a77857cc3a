"""What every loader needs: the files, the drawn pictures, people and bodies by name."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from wagtail.models import Page

from cms.demo import pictures
from pages.models import CreditedImage, Organisation, Person

CONTENT = Path(__file__).parent / "content"
CENTRE = "Centre de ressources des Trois Rives"
KINDS = {
    "collectivité": Organisation.Kind.COLLECTIVITE,
    "association": Organisation.Kind.ASSOCIATION,
    "institution": Organisation.Kind.INSTITUTION,
    "bailleur social": Organisation.Kind.BAILLEUR,
    "centre social": Organisation.Kind.CENTRE_SOCIAL,
    "entreprise solidaire": Organisation.Kind.ESS,
}


def read(name: str) -> Any:
    return json.loads((CONTENT / name).read_text(encoding="utf-8"))


def read_all(folder: str) -> list[Any]:
    return [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((CONTENT / folder).glob("*.json"))
    ]


def image(key: str, *, title: str, credit: str, alt: str) -> CreditedImage:
    """The drawn picture of this key, made once."""
    name = f"demo-{key}.jpg"
    found = CreditedImage.objects.filter(file__endswith=name).first()
    if found:
        return found
    picture = CreditedImage(title=title, credit=credit, description=alt, is_decorative=not alt)
    picture.file = ContentFile(pictures.draw(key), name=name)
    picture.save()
    return picture


def organisation(name: str, kind: str, city: str = "") -> Organisation:
    defaults = {"kind": KINDS.get(kind, Organisation.Kind.AUTRE), "city": city}
    return Organisation.objects.get_or_create(name=name, defaults=defaults)[0]


def person(name: str) -> Person:
    first, _, last = name.partition(" ")
    return Person.objects.get_or_create(first_name=first if last else "", last_name=last or first)[
        0
    ]


def published_at(year: int, month: int) -> datetime:
    return datetime(year, month, 5, 9, 0, tzinfo=timezone.get_default_timezone())


def publish(page: Page, at: datetime) -> None:
    """Publish through a revision, as an editor would, with the date of the period."""
    page.save_revision().publish()
    Page.objects.filter(pk=page.pk).update(first_published_at=at, last_published_at=at)
