"""Admin screens of the shared vocabularies and of the directory."""

from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from pages.models import ActionFormat, Organisation, Person, Territory, Theme


class ThemeViewSet(ModelViewSet):
    model = Theme
    name = "themes"
    icon = "tag"
    menu_label = "Thématiques"
    list_display = ["name", "code"]
    sort_order_field = "sort_order"
    ordering = ["sort_order", "name"]
    search_backend_name = None
    search_fields = ["name"]
    panels = Theme.panels


class TerritoryViewSet(ModelViewSet):
    model = Territory
    name = "territoires"
    icon = "site"
    menu_label = "Territoires"
    list_display = ["name", "get_kind_display", "code"]
    list_filter = ["kind"]
    ordering = ["name"]
    search_backend_name = None
    search_fields = ["name", "code"]
    panels = Territory.panels


class OrganisationViewSet(ModelViewSet):
    model = Organisation
    name = "organismes"
    icon = "group"
    menu_label = "Organismes"
    list_display = ["name", "acronym", "get_kind_display", "city"]
    list_filter = ["kind"]
    ordering = ["name"]
    search_backend_name = None
    search_fields = ["name", "acronym", "city", "former_names"]
    panels = Organisation.panels


class PersonViewSet(ModelViewSet):
    model = Person
    name = "personnes"
    icon = "user"
    menu_label = "Personnes"
    list_display = ["full_name", "function", "organisation"]
    ordering = ["last_name"]
    search_backend_name = None
    search_fields = ["first_name", "last_name", "function"]
    panels = Person.panels


class ActionFormatViewSet(ModelViewSet):
    model = ActionFormat
    name = "formats"
    icon = "calendar-alt"
    menu_label = "Formats d'action"
    list_display = ["name", "get_family_display"]
    list_filter = ["family"]
    ordering = ["family", "name"]
    search_backend_name = None
    search_fields = ["name", "aliases"]
    panels = ActionFormat.panels


class OrganisationChooserViewSet(ChooserViewSet):
    model = Organisation
    icon = "group"
    choose_one_text = "Choisir un organisme"
    choose_another_text = "Choisir un autre organisme"
    form_fields = ["name", "kind", "city"]


class PersonChooserViewSet(ChooserViewSet):
    model = Person
    icon = "user"
    choose_one_text = "Choisir une personne"
    choose_another_text = "Choisir une autre personne"
    form_fields = ["first_name", "last_name", "function"]


class VocabularyGroup(ModelViewSetGroup):
    menu_label = "Vocabulaires"
    menu_icon = "list-ul"
    menu_order = 400
    items = (
        ThemeViewSet,
        TerritoryViewSet,
        OrganisationViewSet,
        PersonViewSet,
        ActionFormatViewSet,
    )


organisation_chooser = OrganisationChooserViewSet("organisation_chooser")
person_chooser = PersonChooserViewSet("person_chooser")
