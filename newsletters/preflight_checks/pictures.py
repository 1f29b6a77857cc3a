"""Pictures as they are downloaded: their weight and their width."""

from collections.abc import Iterator

from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError

from newsletters.preflight_checks.draft import Draft, Finding, Level, Place
from newsletters.sources import PICTURE_FILTER, PICTURE_WIDTH
from pages.models import CreditedImage

HEAVY = 300_000
HEAVY_IN_ALL = 1_500_000


def weights(draft: Draft) -> Iterator[Finding]:
    total = 0
    for place, image in _images(draft):
        try:
            size = image.get_rendition(PICTURE_FILTER).file.size
        except (OSError, SourceImageIOError, InvalidFilterSpecError):
            continue  # composing the letter has already named the image that is lost
        total += size
        if size > HEAVY:
            yield _heavy(f"L'image pèse {size // 1000} ko", place)
        if image.width < PICTURE_WIDTH:
            yield Finding(
                "image-narrow",
                Level.WARN,
                f"L'image n'a que {image.width} pixels de large",
                place,
                f"La lettre en montre {PICTURE_WIDTH} : l'image paraîtra petite ou floue.",
                "Choisissez une image d'au moins 1 120 pixels de large.",
            )
    if total > HEAVY_IN_ALL:
        yield _heavy(
            f"Les images de la lettre pèsent {total // 1000} ko ensemble",
            draft.at("body", "Rubriques"),
        )


def _heavy(message: str, place: Place) -> Finding:
    return Finding(
        "image-heavy",
        Level.WARN,
        message,
        place,
        "Sur un téléphone et un réseau lent, la lettre s'ouvre sans elle.",
        "Recadrez l'image ou choisissez-en une plus simple.",
    )


def _images(draft: Draft) -> Iterator[tuple[Place, CreditedImage]]:
    if draft.issue.cover:
        yield draft.at("cover", "Image de couverture"), draft.issue.cover
    for entry in draft.entries:
        image = entry.value.get("image") or getattr(entry.value.get("page"), "cover", None)
        if image:
            yield entry.place, image
