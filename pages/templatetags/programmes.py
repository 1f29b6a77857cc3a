"""The programmes, seen from the actions they present."""

from django import template

from pages.models import ActionPage, ProgrammePage
from pages.models.programme import ProgrammeQuerySet

register = template.Library()


@register.simple_tag
def programmes_of(action: ActionPage) -> ProgrammeQuerySet:
    """The published programmes that list it, the last one first."""
    return ProgrammePage.objects.live().public().presenting(action)
