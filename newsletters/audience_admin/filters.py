"""The filters of the list, of its exports and of its actions: one form for the three."""

from typing import Any

from django import forms
from django.db.models import TextChoices

from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.widgets import AdminDateInput

import django_filters as filters

from newsletters.audience_admin.listing import BLOCKED, MEMBER, NONE, Choice
from newsletters.models import Periodical, Subscriber, Subscription
from pages.models import ActorType, Territory, Theme


class State(TextChoices):
    ACTIVE = "active", "Abonné·es"
    PENDING = "pending", "En attente de confirmation"
    LEFT = "left", "Désinscrit·es"
    BLOCKED = BLOCKED, "Adresse bloquée"
    NONE = NONE, "Sans aucun abonnement"


def _radio(label: str, choices: Any) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(
        label=label, choices=choices, empty_label="Tous", widget=forms.RadioSelect
    )


def _day(label: str) -> filters.DateFilter:
    return filters.DateFilter(label=label, widget=AdminDateInput())


class SubscriberFilters(WagtailFilterSet):
    state = _radio("Statut", State.choices)
    letter = filters.ModelChoiceFilter(
        label="Lettre",
        queryset=Periodical.objects.all(),
        empty_label="Toutes",
        widget=forms.RadioSelect,
    )
    actor_type = _radio("Type d'acteur", ActorType.choices)
    place = filters.ModelChoiceFilter(
        label="Territoire", queryset=Territory.objects.all(), empty_label="Tous"
    )
    theme = filters.ModelChoiceFilter(
        label="Thématique", queryset=Theme.objects.all(), empty_label="Toutes"
    )
    member = _radio("Adhésion", ((MEMBER, "Adhérent·es"), ("non", "Non adhérent·es")))
    since = _day("Inscrit·es depuis le")
    until = _day("Inscrit·es jusqu'au")
    basis = _radio("Base légale", Subscription.Basis.choices)

    class Meta:
        model = Subscriber
        fields: tuple[str, ...] = ()

    def choice(self, text: str = "") -> Choice:
        """What is asked; an unreadable filter asks for nothing."""
        data = self.form.cleaned_data if self.is_valid() else {}
        given = {name: data.get(name) for name in self.filters}
        return Choice(**{name: value for name, value in given.items() if value}, text=text)
