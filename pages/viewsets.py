"""Admin screens of the shared vocabularies and of the directory."""

from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from pages.models import DomainRedirect, Membership, Organisation, Person, Territory, Theme


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


class MembershipViewSet(ModelViewSet):
    model = Membership
    name = "adhesions"
    icon = "group"
    menu_label = "Adhésions"
    list_display = ["member_name", "year", "get_category_display", "is_public"]
    list_filter = ["year", "category", "is_public"]
    list_export = ["member_name", "year", "category", "is_public"]
    ordering = ["-year", "category"]
    search_backend_name = None
    search_fields = ["organisation__name", "person__last_name"]
    panels = Membership.panels


class DomainRedirectViewSet(ModelViewSet):
    model = DomainRedirect
    name = "anciens-domaines"
    icon = "redirect"
    menu_label = "Anciens domaines"
    menu_order = 610
    add_to_settings_menu = True
    list_display = ["hostname", "target", "is_permanent"]
    ordering = ["hostname"]
    search_backend_name = None
    search_fields = ["hostname", "target"]
    panels = DomainRedirect.panels


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
        MembershipViewSet,
    )


organisation_chooser = OrganisationChooserViewSet("organisation_chooser")
person_chooser = PersonChooserViewSet("person_chooser")
