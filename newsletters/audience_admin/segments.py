"""Segments: built by criteria, counted while they are built, shown with who and why."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path

from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet

from newsletters.audience_admin.counting import Reach, reachable, reached, said
from newsletters.audience_admin.journal import note
from newsletters.audience_admin.listing import looked_up
from newsletters.audience_admin.screens import RightMixin
from newsletters.audience_admin.segment_forms import RulesForm, SegmentForm
from newsletters.models import Segment, Subscriber
from newsletters.models.rules import Rules, asked, condition, words
from newsletters.permissions import SEE_ADDRESSES

_SHOWN: Final = 50
_BUILD: Final = ("newsletters.add_segment", "newsletters.change_segment")


def reasons(rules: Rules, people: list[Subscriber]) -> dict[int, list[str]]:
    """Key of a person → the criteria they meet, by one query per criterion."""
    met: dict[int, list[str]] = {person.pk: [] for person in people}
    for name, value in asked(rules):
        meant = words({name: value})
        found = Subscriber.objects.filter(condition({name: value}, looked_up), pk__in=met)
        for pk in found.values_list("pk", flat=True):
            met[pk].append(meant)
    return met


class SegmentPreview(InspectView):
    """How many, by letter; and for who may see addresses, the first of them with the reason."""

    page_title = "Aperçu"
    template_name = "newsletters/audience/segment.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        segment = self.object
        reach = Reach(segment.rules)
        context = {
            "words": words(segment.rules),
            "reached": reached(reach.count),
            "letters": [(one, said(count)) for one, count in reach.letters()],
            "shown": _SHOWN,
        }
        if self.request.user.has_perm(SEE_ADDRESSES):
            people = reach.first(_SHOWN)
            why = reasons(segment.rules, people)
            context["people"] = [(person, why[person.pk]) for person in people]
            note(self.request.user, "listed", what=f"Segment « {segment} »", count=len(people))
        return super().get_context_data(**(context | kwargs))


class SegmentCount(RightMixin):
    """POST: how many people the rules as typed select, nothing kept. JSON, or a page without JS."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.rights = () if any(map(request.user.has_perm, _BUILD)) else _BUILD
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = RulesForm(request.POST)
        answer, given = "Corrigez les conditions", ""
        if form.is_valid():
            answer = reached(reachable(form.rules))
            given = words(form.rules)
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"said": answer})
        context = {"said": answer, "words": given, "page_title": "Compte du segment"}
        return render(request, "newsletters/audience/segment_count.html", context)


class SegmentViewSet(ModelViewSet):
    model = Segment
    name = "segments"
    icon = "list-ul"
    menu_label = "Segments"
    menu_order = 310
    list_display = ["name", Column("size", label="Conditions"), "created_at"]
    ordering = ["name"]
    search_backend_name = None
    search_fields = ["name"]
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_class = SegmentPreview
    inspect_view_fields = ["name"]
    inspect_template_name = "newsletters/audience/segment.html"
    create_template_name = "newsletters/audience/segment_form.html"
    edit_template_name = "newsletters/audience/segment_form.html"

    def get_form_class(self, for_update: bool = False) -> type[SegmentForm]:
        return SegmentForm

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("compte/", SegmentCount.as_view(), name="count")]
