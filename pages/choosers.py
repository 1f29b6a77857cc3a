"""Choosers of the directory and of the shared entries: searched, filtered, told apart."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from pages.models import Collection, Organisation, Person, Resource


class FacetForm(SearchFilterMixin, BaseFilterForm):
    """A search, and one list of kinds; `kind` must be a filter field of the model's index."""

    kind = forms.ChoiceField(label="Nature", required=False)
    choices: list[tuple[str, str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Toutes"), *self.choices]

    def filter(self, objects: QuerySet) -> QuerySet:
        # Before the search: its results are no longer a queryset.
        kind = self.cleaned_data.get("kind")
        return super().filter(objects.filter(kind=kind) if kind else objects)


class OrganisationFilterForm(FacetForm):
    choices = Organisation.Kind.choices


class ResourceFilterForm(FacetForm):
    choices = Resource.Kind.choices


class OrganisationColumns:
    """Two bodies of the same name are told apart by their nature and their town."""

    filter_form_class = OrganisationFilterForm

    @property
    def columns(self) -> list[Column]:
        nature = Column("kind", label="Nature", accessor="get_kind_display")
        return [*super().columns, nature, Column("city", label="Ville")]


class PersonColumns:
    """Two people of the same name are told apart by where they work."""

    @property
    def columns(self) -> list[Column]:
        function = Column("function", label="Fonction")
        return [*super().columns, function, Column("organisation", label="Organisme")]

    def get_object_list(self) -> QuerySet:
        return super().get_object_list().select_related("organisation")


class ResourceColumns:
    filter_form_class = ResourceFilterForm

    @property
    def columns(self) -> list[Column]:
        nature = Column("kind", label="Nature", accessor="get_kind_display")
        author = Column("author", label="Auteur·rices")
        return [*super().columns, nature, author, Column("year", label="Année")]


class OrganisationChoose(OrganisationColumns, ChooseView):
    pass


class OrganisationResults(OrganisationColumns, ChooseResultsView):
    pass


class PersonChoose(PersonColumns, ChooseView):
    pass


class PersonResults(PersonColumns, ChooseResultsView):
    pass


class ResourceChoose(ResourceColumns, ChooseView):
    pass


class ResourceResults(ResourceColumns, ChooseResultsView):
    pass


class OrganisationChooserViewSet(ChooserViewSet):
    model = Organisation
    icon = "group"
    choose_one_text = "Choisir un organisme"
    choose_another_text = "Choisir un autre organisme"
    form_fields = ["name", "kind", "city"]
    choose_view_class = OrganisationChoose
    choose_results_view_class = OrganisationResults


class PersonChooserViewSet(ChooserViewSet):
    model = Person
    icon = "user"
    choose_one_text = "Choisir une personne"
    choose_another_text = "Choisir une autre personne"
    form_fields = ["first_name", "last_name", "function"]
    choose_view_class = PersonChoose
    choose_results_view_class = PersonResults


class CollectionChooserViewSet(ChooserViewSet):
    model = Collection
    icon = "folder-open-inverse"
    choose_one_text = "Choisir une collection"
    choose_another_text = "Choisir une autre collection"
    form_fields = ["name", "publisher"]


class ResourceChooserViewSet(ChooserViewSet):
    model = Resource
    icon = "link"
    choose_one_text = "Choisir une ressource"
    choose_another_text = "Choisir une autre ressource"
    form_fields = ["kind", "title", "author", "publisher", "year", "url", "note"]
    choose_view_class = ResourceChoose
    choose_results_view_class = ResourceResults


organisation_chooser = OrganisationChooserViewSet("organisation_chooser")
person_chooser = PersonChooserViewSet("person_chooser")
publication_collection_chooser = CollectionChooserViewSet("publication_collection_chooser")
resource_chooser = ResourceChooserViewSet("resource_chooser")
