"""Admin screens of the search: the glossary, and what visitors look for."""

from typing import Any

from django.db.models import QuerySet

from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn
from wagtail.admin.views.reports import ReportView
from wagtail.admin.viewsets.model import ModelViewSet

from django_filters import BooleanFilter, DateFromToRangeFilter

from search.models import Acronym, NearWords, Searched


class AcronymViewSet(ModelViewSet):
    model = Acronym
    name = "sigles"
    icon = "openquote"
    menu_label = "Sigles"
    list_display = ["acronym", "expansion"]
    ordering = ["acronym"]
    search_backend_name = None
    search_fields = ["acronym", "expansion"]
    panels = ["acronym", "expansion"]


class NearWordsViewSet(ModelViewSet):
    model = NearWords
    name = "mots-voisins"
    icon = "link"
    menu_label = "Mots voisins"
    list_display = ["words"]
    ordering = ["words"]
    search_backend_name = None
    search_fields = ["words"]
    panels = ["words"]


class SearchedFilterSet(WagtailFilterSet):
    day = DateFromToRangeFilter(label="Jour", widget=DateRangePickerWidget)
    missed = BooleanFilter(label="Sans résultat", field_name="misses", method="only_missed")

    class Meta:
        model = Searched
        fields: list[str] = []

    def only_missed(self, rows: QuerySet[Searched], name: str, value: bool) -> QuerySet[Searched]:
        return rows.filter(misses__gt=0) if value else rows.filter(misses=0)


class SearchedReport(ReportView):
    """Counts by day and text, of what several asked; what looks personal is never counted."""

    model = Searched
    page_title = "Mots cherchés par les visiteurs"
    header_icon = "search"
    is_searchable = True
    search_fields = ["text"]
    filterset_class = SearchedFilterSet
    default_ordering = "-misses"
    index_url_name = "search_report"
    index_results_url_name = "search_report_results"
    columns = [
        Column("text", label="Recherche", sort_key="text"),
        DateColumn("day", label="Jour", sort_key="day"),
        NumberColumn("times", label="Fois", sort_key="times"),
        NumberColumn("misses", label="Sans résultat", sort_key="misses"),
    ]
    list_export = ["text", "day", "times", "misses"]
    export_headings = {
        "text": "Recherche", "day": "Jour", "times": "Fois", "misses": "Sans résultat",
    }  # fmt: skip
    export_filename = "recherches-des-visiteurs"

    def get_base_queryset(self) -> Any:
        return Searched.objects.of_many().order_by("-misses", "-times")
