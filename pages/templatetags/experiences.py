"""Experience sheets and themes, wherever a template shows them."""

from django import template

from pages.models import (
    ExperienceContact,
    ExperienceIndexPage,
    ExperiencePage,
    Organisation,
    Person,
    Theme,
)
from pages.models.experience import ExperienceQuerySet

register = template.Library()


@register.simple_tag
def latest_experiences(count: int) -> ExperienceQuerySet:
    return ExperiencePage.objects.live().public().as_cards()[:count]


@register.simple_tag
def experience_index() -> ExperienceIndexPage | None:
    """The list that the themes link to; None before an editor has made one."""
    return ExperienceIndexPage.objects.live().public().first()


@register.simple_tag
def all_themes() -> list[Theme]:
    return list(Theme.objects.all())


@register.filter
def writers(page: ExperiencePage) -> list[Person]:
    return [author.person for author in page.authors.select_related("person")]


@register.filter
def holding_bodies(page: ExperiencePage) -> list[Organisation]:
    return [holder.organisation for holder in page.holders.select_related("organisation")]


@register.filter
def shown_contacts(page: ExperiencePage) -> list[ExperienceContact]:
    """Only those who agreed to appear."""
    return [contact for contact in page.contacts.all() if contact.is_public]
