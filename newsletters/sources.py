"""What an issue draws on outside itself, fetched in bulk: linked pages and pictures."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.db.models import Prefetch, prefetch_related_objects

from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from willow.image import UnrecognisedImageFormatError

from newsletters.letter import EditionError, Picture
from newsletters.richtext import RichTextError, clean, expand_all, plain
from pages.models import BasePage, CreditedImage, CreditedRendition

if TYPE_CHECKING:
    from newsletters.models import IssuePage

# Twice the width it is shown at, for dense screens. JPEG because old Outlook knows nothing
# newer, on white because it has no transparency.
PICTURE_FILTER = "width-1120|format-jpeg|bgcolor-ffffff"
PICTURE_WIDTH = 560
# What stands beside the text of a page taken from the site.
THUMBNAIL_FILTER = "width-320|format-jpeg|bgcolor-ffffff"
THUMBNAIL_WIDTH = 160
LOGO_FILTER = "max-320x160|format-png"
LOGO_WIDTH = 160
FILTERS = (PICTURE_FILTER, THUMBNAIL_FILTER, LOGO_FILTER)


class Sources:
    """Rich text and pictures of one issue; a handful of queries, however many items."""

    def __init__(self, issue: "IssuePage", base_url: str, logo: CreditedImage | None) -> None:
        self.base_url = base_url
        values = [child.value for child in _items(issue)]
        chosen = [page for value in values if (page := value.get("page"))]
        pages = [page for page in chosen if isinstance(page, BasePage)]
        # A chooser open to every type gives bare pages: their own fields come in bulk.
        bare = [page.pk for page in chosen if not isinstance(page, BasePage)]
        self._specific = {
            page.pk: page for page in (Page.objects.filter(pk__in=bare).specific() if bare else ())
        }
        pages += [page for page in self._specific.values() if isinstance(page, BasePage)]
        for alike in _by_type(pages):
            prefetch_related_objects(alike, "cover")
        images = [value.get("image") for value in values] + [page.cover for page in pages]
        rows = issue.co_producers.select_related("organisation__logo").all()
        self.partners = [row.organisation for row in rows]
        self._partner_logos = [partner.logo for partner in self.partners if partner.logo]
        images += [issue.cover, logo, *self._partner_logos]
        _prefetch_renditions([image for image in images if image])
        texts = {source for value in values if (source := _source(value.get("text")))}
        ordered = sorted(texts | {issue.editorial or ""})
        self._expanded = dict(zip(ordered, expand_all(ordered), strict=True))

    def specific(self, page: Page | None) -> Page | None:
        return self._specific.get(page.pk, page) if page else None

    def html(self, text: Any, owner: str) -> str:
        """Clean HTML of a rich-text value; `owner` names it in the EditionError."""
        source = _source(text)
        try:
            return clean(self._expanded.get(source, source), base_url=self.base_url)
        except RichTextError as error:
            raise EditionError(f"{owner} : {error}") from error

    def picture(self, image: CreditedImage | None, owner: str, alt: str | None) -> Picture | None:
        """The picture at mail width; `alt` None takes the alternative of the image itself."""
        alt = (image.default_alt_text if image else "") if alt is None else alt
        return self._sized(image, owner, alt, PICTURE_FILTER, PICTURE_WIDTH)

    def thumbnail(self, image: CreditedImage | None, owner: str) -> Picture | None:
        """The picture as it stands beside a text, with its own alternative."""
        alt = image.default_alt_text if image else ""
        return self._sized(image, owner, alt, THUMBNAIL_FILTER, THUMBNAIL_WIDTH)

    def partner_logos(self) -> tuple[Picture, ...]:
        """The co-producers' logos, decorative: their names are written beside."""
        owner = "Logo d’un co-producteur"
        found = (
            self._sized(one, owner, "", LOGO_FILTER, LOGO_WIDTH) for one in self._partner_logos
        )
        return tuple(picture for picture in found if picture)

    def logo(self, image: CreditedImage | None) -> Picture | None:
        alt = image.default_alt_text if image else ""
        return self._sized(image, "Logo du centre", alt, LOGO_FILTER, LOGO_WIDTH)

    def _sized(
        self, image: CreditedImage | None, owner: str, alt: str, spec: str, width: int
    ) -> Picture | None:
        if image is None:
            return None
        rendition = _rendition(image, spec, owner)
        shown = min(width, rendition.width)
        return Picture(
            url=urljoin(self.base_url, rendition.url),
            width=shown,
            height=round(rendition.height * shown / rendition.width),
            alt=plain(alt),
            credit=plain(image.credit),
            file=rendition.file.name,
        )


def _items(issue: "IssuePage") -> Iterator[Any]:
    for section in issue.body:
        yield from section.value.get("items") or ()


def _by_type(pages: list[BasePage]) -> list[list[BasePage]]:
    """Django prefetches through the first row's own field: one type at a time."""
    found: dict[type, list[BasePage]] = {}
    for page in pages:
        found.setdefault(type(page), []).append(page)
    return list(found.values())


def _source(text: Any) -> str:
    """The stored HTML of a RichText value, of a plain string or of nothing."""
    return str(getattr(text, "source", text) or "")


def _prefetch_renditions(images: list[CreditedImage]) -> None:
    existing = CreditedRendition.objects.filter(filter_spec__in=FILTERS)
    prefetch_related_objects(
        images, Prefetch("renditions", queryset=existing, to_attr="prefetched_renditions")
    )


def _rendition(image: CreditedImage, spec: str, owner: str) -> CreditedRendition:
    try:
        rendition: CreditedRendition = image.get_rendition(spec)
        return rendition
    except (SourceImageIOError, UnrecognisedImageFormatError, InvalidFilterSpecError) as error:
        raise EditionError(
            f"{owner} : le fichier de l'image « {image.title} » est introuvable ou illisible. "
            "Remplacez-le dans la médiathèque."
        ) from error
