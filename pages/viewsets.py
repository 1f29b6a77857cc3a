"""Admin screens of the shared vocabularies and of the directory."""

from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from pages.models import (
    ActionFormat,
    Collection,
    DomainRedirect,
    Membership,
    Organisation,
    Person,
    Resource,
    Scheme,
    Territory,
    Theme,
)


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


class CollectionViewSet(ModelViewSet):
    model = Collection
    name = "collections-de-publications"
    icon = "folder-open-inverse"
    menu_label = "Collections"
    list_display = ["name", "publisher"]
    ordering = ["name"]
    search_backend_name = None
    search_fields = ["name"]
    panels = Collection.panels


class SchemeViewSet(ModelViewSet):
    model = Scheme
    name = "dispositifs"
    icon = "glasses"
    menu_label = "Dispositifs"
    list_display = ["acronym", "name"]
    ordering = ["acronym"]
    search_backend_name = None
    search_fields = ["acronym", "name"]
    panels = Scheme.panels


class ResourceViewSet(ModelViewSet):
    model = Resource
    name = "ressources"
    icon = "link"
    menu_label = "Ressources"
    menu_order = 350
    add_to_admin_menu = True
    list_display = ["title", "get_kind_display", "author", "publisher", "year"]
    list_filter = ["kind", "themes", "year"]
    list_export = ["kind", "title", "author", "publisher", "year", "url", "note"]
    ordering = ["title"]
    search_backend_name = None
    search_fields = ["title", "author", "publisher", "note"]
    panels = Resource.panels
    inspect_view_enabled = True


class VocabularyGroup(ModelViewSetGroup):
    menu_label = "Vocabulaires"
    menu_icon = "list-ul"
    menu_order = 400
    items = (
        ThemeViewSet,
        TerritoryViewSet,
        OrganisationViewSet,
        PersonViewSet,
        CollectionViewSet,
        SchemeViewSet,
        ActionFormatViewSet,
        MembershipViewSet,
    )


resource_screens = ResourceViewSet("ressources")
