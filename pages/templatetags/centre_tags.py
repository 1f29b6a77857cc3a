"""The organisation in templates: its funders, wherever the strip of logos is printed."""

from django import template
from django.utils.safestring import SafeString

from wagtail.models import Page

from pages.models import ContactPage, Funder
from pages.templatetags.social import as_data_block

register = template.Library()


@register.simple_tag
def current_funders() -> list[Funder]:
    """Those of today, in order; a bounded number of queries whatever their number."""
    return list(Funder.objects.current().with_logos())


@register.simple_tag
def described(page: ContactPage) -> SafeString:
    """The description the page makes of itself for machines."""
    return as_data_block(page.json_ld())


@register.simple_tag
def accessibility_notice(notices: list[Page]) -> Page | None:
    """The declaration among the notices of the footer: every page must lead to it (RGAA)."""
    return next((notice for notice in notices if notice.slug == "accessibilite"), None)
