"""Where the screens of the audience are, and who finds them in the menu."""

from typing import Any

from django.urls import URLPattern, path

from wagtail.admin.viewsets.model import ModelViewSet

from newsletters.audience_admin import exports, imports
from newsletters.audience_admin.actions import BatchScreen
from newsletters.audience_admin.adding import SubscriberAdd
from newsletters.audience_admin.people import SubscriberFile, SubscriberIndex
from newsletters.audience_admin.statistics import AudienceStatistics
from newsletters.menu import RightViewSet
from newsletters.models import Subscriber
from newsletters.permissions import IMPORT, may_count


class SubscriberViewSet(ModelViewSet):
    """Read, and acted upon through `newsletters.consent` only: nothing here saves a subscriber."""

    model = Subscriber
    name = "abonnes"
    icon = "group"
    menu_label = "Abonné·es"
    menu_order = 300
    index_view_class = SubscriberIndex
    index_template_name = "newsletters/audience/list.html"
    index_results_template_name = "newsletters/audience/list_results.html"
    add_view_class = SubscriberAdd
    create_template_name = SubscriberAdd.template_name
    list_per_page = 25
    search_backend_name = None
    search_fields = ("email_key",)
    inspect_view_enabled = True
    inspect_view_class = SubscriberFile
    inspect_template_name = SubscriberFile.template_name
    inspect_view_fields = ("source",)
    form_fields = ("email",)
    copy_view_enabled = False
    add_to_reference_index = False

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("agir/", BatchScreen.as_view(), name="batch"),
            path("agir/<slug:action>/", BatchScreen.as_view(), name="batch_on"),
            path("exporter/", exports.ExportSelection.as_view(), name="export"),
            path("formats/", exports.OpenFormats.as_view(), name="open"),
            path("formats/reprendre/", exports.BackIn.as_view(), name="back"),
        ]


class ImportViewSet(RightViewSet):
    name = "imports"
    url_prefix = "imports"
    icon = "upload"
    menu_label = "Imports"
    menu_name = "imports-abonnes"
    menu_order = 320

    def allowed(self, user: Any) -> bool:
        return user.has_perm(IMPORT)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", imports.ImportIndex.as_view(), name="index"),
            path("fichier/", imports.ImportUpload.as_view(), name="upload"),
            path("<int:pk>/", imports.ImportDetail.as_view(), name="detail"),
            path("<int:pk>/avancement/", imports.ImportProgress.as_view(), name="progress"),
            path("<int:pk>/compte-rendu.csv", imports.ImportReport.as_view(), name="report"),
            path("<int:pk>/<slug:step>/", imports.ImportStep.as_view(), name="step"),
        ]


class StatisticsViewSet(RightViewSet):
    name = "audience"
    url_prefix = "audience"
    icon = "history"
    menu_label = "Statistiques"
    menu_name = "statistiques-audience"
    menu_order = 330

    def allowed(self, user: Any) -> bool:
        return may_count(user)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", AudienceStatistics.as_view(), name="index")]
