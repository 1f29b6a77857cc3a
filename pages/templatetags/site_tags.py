"""What the frame of every public page needs: navigation, the centre, French typography."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django import template
from django.core.exceptions import ValidationError
from django.core.paginator import Page as PaginatorPage
from django.core.validators import validate_email
from django.db.models import Q
from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from wagtail.models import Page, Site

from pages.models import CentreSettings, PeriodFields
from pages.typography import typeset_page

register = template.Library()

# No page type of its own: any page of this address under the home page is the notice.
LEGAL_SLUGS = [
    "mentions-legales",
    "donnees-personnelles",
    "politique-de-confidentialite",
    "accessibilite",
    "plan-du-site",
    "contact",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the menu; `current` is the value of aria-current, or "" elsewhere."""

    page: Page
    current: str


@dataclass(frozen=True, slots=True)
class Navigation:
    home: Page | None = None
    menu: list[Entry] = field(default_factory=list)
    legal: list[Page] = field(default_factory=list)


def _site(context: Context) -> Site | None:
    return Site.find_for_request(context.get("request"))


@register.simple_tag(takes_context=True)
def centre(context: Context) -> CentreSettings:
    """The centre's settings; the defaults where there is no site, so that a 404 stays a 404."""
    site = _site(context)
    return CentreSettings.for_site(site) if site else CentreSettings()


@register.simple_tag(takes_context=True)
def site_nav(context: Context) -> Navigation:
    """The home page's children: those of the menu, and the legal notices for the footer."""
    site = _site(context)
    if site is None:
        return Navigation()
    wanted = Q(show_in_menus=True) | Q(slug__in=LEGAL_SLUGS)
    children = list(site.root_page.get_children().live().public().filter(wanted))
    here = getattr(context.get("page"), "path", "") or ""
    return Navigation(
        home=site.root_page,
        menu=[Entry(page, _current(page, here)) for page in children if page.show_in_menus],
        legal=[page for page in children if page.slug in LEGAL_SLUGS and not page.show_in_menus],
    )


def _current(page: Page, here: str) -> str:
    if page.path == here:
        return "page"
    return "true" if here.startswith(page.path) else ""


@register.filter
def french_list(values: Iterable[object]) -> str:
    """« a, b et c »"""
    words = [str(value) for value in values]
    return " et ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


@register.filter
def typeset(html: str) -> SafeString:
    """Around a whole page: no template and no editor needs a thought for it."""
    # Of a whole template, already safe; whatever else is given is escaped first.
    return mark_safe(typeset_page(conditional_escape(html)))  # noqa: S308


@register.filter
def mailto(address: str) -> str | SafeString:
    """A link, or the bare text of an address that an import left malformed."""
    try:
        validate_email(address)
    except ValidationError:
        return address
    return format_html('<a href="mailto:{0}">{0}</a>', address)


@register.filter
def elided(page: PaginatorPage) -> Iterator[int | str]:
    """Page numbers around the current one, « … » for those left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.simple_tag
def period_time(dated: PeriodFields) -> str | SafeString:
    """`<time>` of a page's period. A double month has no machine form: its year is given."""
    period = dated.period
    if period is None:
        return ""
    machine = f"{period.year:04d}"
    if period.first == period.last:
        machine += f"-{period.first:02d}"
    return format_html('<time datetime="{}">{}</time>', machine, period.label)
