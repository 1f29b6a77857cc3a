"""What the project holder fills in."""

from typing import Any

from django import forms

from pages.models import ReviewAnswer

Decision = ReviewAnswer.Decision


class ReviewAnswerForm(forms.Form):
    """Errors in French, tied to their field; asking for changes means saying which."""

    name = forms.CharField(
        label="Votre nom",
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Indiquez votre nom."},
    )
    comment = forms.CharField(
        label="Votre commentaire",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Facultatif si vous validez.",
        error_messages={"max_length": "Le commentaire dépasse 4 000 caractères."},
    )
    # Given by the button pressed: without one, the text says what is expected.
    decision = forms.ChoiceField(
        choices=Decision.choices,
        error_messages={
            "required": "Choisissez « Je valide » ou « Je demande des modifications ».",
            "invalid_choice": "Choisissez « Je valide » ou « Je demande des modifications ».",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        asks = cleaned.get("decision") == Decision.CHANGES
        if asks and not cleaned.get("comment") and "comment" not in self.errors:
            self.add_error("comment", "Dites ce qu'il faut modifier.")
        return cleaned
