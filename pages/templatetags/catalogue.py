"""Publications, recordings, tools and dossiers, wherever a template shows them."""

from django import template
from django.utils.safestring import SafeString

from pages.models import BasePage
from pages.templatetags.social import as_data_block

register = template.Library()


@register.simple_tag
def json_ld(page: BasePage) -> SafeString:
    """The page's own schema.org description."""
    return as_data_block(page.json_ld())
