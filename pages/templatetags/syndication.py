"""The feeds a page leads to."""

from django import template
from django.template import Context

from pages.models import BasePage
from pages.syndication import FeedLink

register = template.Library()


@register.simple_tag(takes_context=True)
def page_feeds(context: Context) -> list[FeedLink]:
    """The feeds of the page shown, and those narrowed to the theme its list is filtered by."""
    page, form = context.get("page"), context.get("filter_form")
    if not isinstance(page, BasePage):
        return []
    theme = form.chosen.get("theme") if form else None
    found = page.feeds()
    return found + [feed.about(theme) for feed in found if theme and feed.kind]
