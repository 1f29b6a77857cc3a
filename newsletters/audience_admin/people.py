"""The list of subscribers and the file of one: numbers in place of people without the right."""

from typing import Any, Final

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.widgets.button import Button, HeaderButton

from newsletters.audience_admin.filters import SubscriberFilters
from newsletters.audience_admin.journal import note
from newsletters.audience_admin.listing import BOUND, Choice
from newsletters.audience_admin.paging import REACH, Listing, ListingPaginator
from newsletters.models import Subscriber
from newsletters.permissions import CHANGE, ERASE, SEE_ADDRESSES
from pages.models import Theme

_RECENT: Final = 50
_KIND: Final = "subscriber"


def asked_for(data: QueryDict, user: Any) -> Choice:
    """What the list, an action or an export was asked for by this person.

    Words are looked up only with the right to see addresses: guessing would be seeing.
    """
    text = data.get("q", "").strip()[:80] if user.has_perm(SEE_ADDRESSES) else ""
    return SubscriberFilters(data=data).choice(text)


# What may be done to those who are ticked, the right it takes, and its short name.
_TICKED: Final = (
    ("leave", CHANGE, "Désinscrire"),
    ("export", SEE_ADDRESSES, "Exporter"),
    ("erase", ERASE, "Effacer"),
    ("other", CHANGE, "Autre action"),
)


def status(person: Subscriber) -> str:
    """« Résonances : abonné·e ; … », or why nothing is sent; and whether an answer is awaited."""
    said = "Adresse bloquée" if person.blocked_at else _letters(person)
    if person.reminded_at:
        said += f" – relancé·e le {timezone.localtime(person.reminded_at):%d/%m/%Y}"
    return said


def _letters(person: Subscriber) -> str:
    letters = [
        f"{one.periodical} : {one.get_state_display().lower()}"
        for one in person.subscriptions.all()
    ]
    return " ; ".join(letters) or "Sans abonnement"


def _title_id(person: Subscriber) -> str:
    return f"{_KIND}_{person.pk}_title"


class SubscriberIndex(IndexView):
    paginator_class = ListingPaginator
    filterset_class = SubscriberFilters
    default_ordering = "email_key"
    add_item_label = "Ajouter une personne"
    # Wagtail's own export: a link would do it, unpaged and out of the history.
    FORMATS = ()

    @cached_property
    def sees(self) -> bool:
        return self.request.user.has_perm(SEE_ADDRESSES)

    @cached_property
    def is_searchable(self) -> bool:
        return self.sees

    @cached_property
    def ticked_actions(self) -> list[tuple[str, str]]:
        """Addresses and names of what this person may do to those they tick."""
        return [
            (reverse("abonnes:batch_on", args=[action]), name)
            for action, right, name in _TICKED
            if self.request.user.has_perm(right)
        ]

    @cached_property
    def columns(self) -> list[Column]:
        who = [
            TitleColumn(
                "email",
                label="Courriel",
                sort_key="email_key",
                get_url=self.get_inspect_url,
                get_title_id=_title_id,
                classname="audience-email",
            ),
            Column("display_name", label="Nom"),
            Column("organisation", label="Organisme"),
        ]
        number = [
            TitleColumn(
                "__str__",
                label="Numéro",
                accessor=str,
                get_url=self.get_inspect_url,
                get_title_id=_title_id,
            )
        ]
        ticks = [BulkActionsCheckboxColumn("ticks", obj_type=_KIND)] if self.ticked_actions else []
        return [
            *ticks,
            *(who if self.sees else number),
            Column("get_actor_type_display", label="Type d'acteur"),
            Column("status", label="Statut", accessor=status),
            DateColumn("created_at", label="Inscrit·e le", sort_key="created_at"),
        ]

    @cached_property
    def choice(self) -> Choice:
        return asked_for(self.request.GET, self.request.user)

    def get_queryset(self) -> Listing:
        order = self.ordering if self.sees or self.ordering != self.default_ordering else "pk"
        return Listing(self.choice, order or self.default_ordering)

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        found = super().paginate_queryset(queryset, page_size)
        if self.sees:
            what = "Liste des abonné·es" + (", recherche" if self.choice.text else "")
            note(self.request.user, "listed", what=what, count=len(found[2]))
        return found

    @cached_property
    def query(self) -> str:
        """The filters of this list, for a link that must respect them."""
        data = self.request.GET.copy()
        for name in ("p", "ordering", "_w_filter_fragment"):
            data.pop(name, None)
        return data.urlencode()

    @cached_property
    def header_buttons(self) -> list[Button]:
        act = HeaderButton(
            "Agir sur ces personnes",
            url=f"{reverse('abonnes:batch')}?{self.query}",
            icon_name="list-ul",
        )
        return [*super().header_buttons, *([act] if self.ticked_actions else [])]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        out = Button(
            "Exports et liste repoussoir", url=reverse("abonnes:open"), icon_name="download"
        )
        return [*super().header_more_buttons, *([out] if self.sees else [])]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        context["ticked_actions"] = self.ticked_actions
        if context["paginator"].found > BOUND:
            context |= {"bound": BOUND, "reach": REACH}
        return context


class SubscriberFile(InspectView):
    """One person: what is known, the proof of consent, the letters received, what may be done."""

    page_title = "Fiche"
    template_name = "newsletters/audience/person.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person: Subscriber = self.object
        user = self.request.user
        sees = user.has_perm(SEE_ADDRESSES)
        letters = person.deliveries.select_related("mailing").prefetch_related("events")
        letters = letters.defer("mailing__html", "mailing__text")
        context = {
            "person": person,
            "sees": sees,
            "status": status(person),
            "subscriptions": person.subscriptions.select_related(
                "periodical", "created_by_import"
            ).order_by("pk"),
            "ledger": person.consent_events.select_related("periodical"),
            "letters": letters.order_by("-mailing__started_at", "-pk")[:_RECENT],
            "may_act": user.has_perm(CHANGE) or user.has_perm(ERASE),
            "themes": Theme.objects.all(),
        }
        if sees:
            note(user, "opened", what="Fiche", count=1, person=person.pk)
        return super().get_context_data(**(context | kwargs))
