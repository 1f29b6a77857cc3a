"""Model fields of this app."""

from pages.ticked_lists import TickedListField


class ChoiceListField(TickedListField):
    """The name the migrations know; the choices are the kinds of items."""
