"""The filters of the job offers."""

from typing import Any

from pages.filters import CatalogueFilterForm


class JobFilterForm(CatalogueFilterForm):
    """As every catalogue; the kind is the contract."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].label = "Contrat"
        self.fields["kind"].error_messages["invalid_choice"] = "Aucune offre avec ce contrat."

    def _offer_kind(self) -> None:
        used = set(self.entries.kinds())
        choices = [choice for choice in self.entries.model.Contract.choices if choice[0] in used]
        self.fields["kind"].choices = [("", "Tous les contrats"), *choices]

    @property
    def chosen_labels(self) -> list[str]:
        return [label.replace("nature", "contrat", 1) for label in super().chosen_labels]
