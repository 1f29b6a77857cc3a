"""What is done to the people of a list, all filters respected, or to one person."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from wagtail.admin.utils import get_valid_next_url_from_request

from newsletters import consent
from newsletters.audience_admin.filters import SubscriberFilters
from newsletters.audience_admin.journal import note
from newsletters.audience_admin.listing import BOUND, bounded_count
from newsletters.audience_admin.people import asked_for
from newsletters.audience_admin.screens import AudienceScreen
from newsletters.models import Subscriber
from newsletters.permissions import CHANGE, ERASE, SEE_ADDRESSES
from pages.models import Theme

# Each person is an act with its proof: beyond, the screen would not answer in time.
LIMIT: Final = 1_000
_BY_STAFF: Final = "Par l'équipe, depuis l'administration"


# Key → the right it takes, and its French name.
ACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "block": (CHANGE, "Bloquer l'adresse : plus aucun envoi, l'abonnement reste"),
    "unblock": (CHANGE, "Débloquer l'adresse"),
    "leave": (CHANGE, "Désinscrire de toutes les lettres, à leur demande"),
    "theme": (CHANGE, "Ajouter une thématique"),
    "erase": (ERASE, "Effacer toutes leurs données, à leur demande : sans retour"),
}


def allowed(user: Any) -> list[tuple[str, str]]:
    """The actions this person may do, with their names."""
    return [(key, name) for key, (right, name) in ACTIONS.items() if user.has_perm(right)]


class ActionForm(forms.Form):
    """`user` is offered what they may do, and nothing else is valid."""

    action = forms.ChoiceField(label="Action", widget=forms.RadioSelect)
    theme = forms.ModelChoiceField(
        label="Thématique à ajouter",
        queryset=Theme.objects.all(),
        required=False,
        empty_label="– aucune –",
    )
    sure = forms.BooleanField(
        label="Je confirme pour toutes ces personnes", error_messages={"required": "Confirmez."}
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = allowed(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("action") == "theme" and not data.get("theme"):
            self.add_error("theme", "Choisissez une thématique.")
        return data


def _leave(person: Subscriber) -> bool:
    active = person.subscriptions.exclude(state="left").exists()
    consent.leave_all(subscriber=person, origin=_BY_STAFF, own_act=False)
    return active


def _erase(person: Subscriber) -> bool:
    consent.erase(subscriber=person, origin="Effacement demandé à l'équipe")
    return True


_EACH: Final[Mapping[str, Callable[[Subscriber], bool]]] = {
    "block": lambda person: consent.block(subscriber=person, reason=_BY_STAFF),
    "unblock": lambda person: consent.unblock(subscriber=person, origin=_BY_STAFF),
    "leave": _leave,
    "erase": _erase,
}
_SAID: Final = {
    "block": "bloquée(s)",
    "unblock": "débloquée(s)",
    "leave": "désinscrite(s)",
    "theme": "complétée(s)",
    "erase": "effacée(s)",
}


def act(*, action: str, people: list[Subscriber], theme: Theme | None) -> int:
    """Do one action of ActionForm; how many people it changed."""
    if action == "theme" and theme is not None:
        return consent.add_theme(people=people, theme=theme, origin=f"{_BY_STAFF} : {theme}"[:200])
    return sum(map(_EACH[action], people))


class BatchScreen(AudienceScreen):
    """« Agir sur ces personnes »: those of the list with its filters, or those ticked (`id`).

    An `action` in the address is chosen beforehand, and still asks to be confirmed.
    """

    page_title = "Agir sur ces personnes"
    template_name = "newsletters/audience/batch.html"
    trail: ClassVar = (("abonnes:index", "Abonné·es"),)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not any(map(request.user.has_perm, (CHANGE, ERASE, SEE_ADDRESSES))):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def people(self) -> Any:
        return chosen(self.request.GET, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        count = bounded_count(self.people)
        filters = SubscriberFilters(data=self.request.GET)
        context = {
            "count": count,
            "bound": BOUND,
            "limit": LIMIT,
            "asked": described(filters, self.request),
            "query": self.request.GET.urlencode(),
            "form": ActionForm(user=self.request.user, initial={"action": kwargs.get("action")}),
            "may_act": bool(allowed(self.request.user)),
            "back": get_valid_next_url_from_request(self.request),
            "may_export": self.request.user.has_perm(SEE_ADDRESSES),
        }
        return super().get_context_data(**(context | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not allowed(request.user):
            raise PermissionDenied
        form = ActionForm(request.POST, user=request.user)
        people = list(self.people.order_by("pk")[: LIMIT + 1])
        if form.is_valid() and len(people) > LIMIT:
            form.add_error(None, f"{LIMIT} personnes au plus à la fois : affinez les filtres.")
        elif form.is_valid() and request.POST.get("seen", str(len(people))) != str(len(people)):
            form.add_error(None, "La liste a changé entre-temps : vérifiez-la, puis confirmez.")
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        action = form.cleaned_data["action"]
        done = act(action=action, people=people, theme=form.cleaned_data["theme"])
        one = people[0].pk if len(people) == 1 and action != "erase" else 0
        note(request.user, "acted", what=ACTIONS[action][1], count=done, person=one)
        messages.success(
            request, f"{done} fiche(s) {_SAID[action]} ; {len(people) - done} inchangée(s)."
        )
        if back := get_valid_next_url_from_request(request):
            return redirect(back)
        if one:
            return redirect("abonnes:inspect", one)
        kept = request.GET.copy()
        kept.pop("id", None)
        return redirect(f"{reverse('abonnes:index')}?{kept.urlencode()}")


def chosen(data: QueryDict, user: Any) -> Any:
    """The people of a list: those of `id` when there are any, else all that the filters keep.

    An unreadable filter keeps nobody here, where the list may show everybody.
    """
    if not SubscriberFilters(data=data).is_valid():
        return Subscriber.objects.none()
    people = asked_for(data, user).people()
    keys = [key for key in data.getlist("id") if key.isdecimal() and len(key) < 19]
    return people.filter(pk__in=keys) if "id" in data else people


def described(filters: SubscriberFilters, request: HttpRequest) -> list[str]:
    """The filters in French, one by one; empty when everybody is meant."""
    said = []
    if "id" in request.GET:
        said.append(f"{len(request.GET.getlist('id'))} fiche(s) cochée(s)")
    if not filters.is_valid():
        said.append("Un filtre est illisible : personne n'est choisi")
    else:
        for name, value in filters.form.cleaned_data.items():
            if value:
                field = filters.form.fields[name]
                label = dict(getattr(field, "choices", None) or []).get(value, value)
                label = f"{value:%d/%m/%Y}" if isinstance(value, date) else label
                said.append(f"{field.label} : {label}")
    if request.GET.get("q") and request.user.has_perm(SEE_ADDRESSES):
        said.append(f"Commençant par « {request.GET['q'][:80]} »")
    return said
