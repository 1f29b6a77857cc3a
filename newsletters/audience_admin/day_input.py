"""A day, typed or picked."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """The browser's own field. Wagtail's picker makes today of whatever it cannot read, a stored
    « 2026-03-12 » included, as soon as one leaves the field: a segment opened to be looked at then
    chose other people, and an import was declared with the wrong date of information.
    """

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
