"""Where the screens of the audience are, and who finds them in the menu."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path

from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from newsletters.audience_admin import exports, imports
from newsletters.audience_admin.actions import BatchScreen
from newsletters.audience_admin.adding import SubscriberAdd
from newsletters.audience_admin.people import SubscriberFile, SubscriberIndex
from newsletters.audience_admin.statistics import AudienceStatistics
from newsletters.models import Subscriber
from newsletters.permissions import IMPORT, may_count


class RightMenuItem(MenuItem):
    """Shown to whom `allowed` says, by the user."""

    def __init__(self, *args: Any, allowed: Callable[[Any], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allowed = allowed

    def is_shown(self, request: HttpRequest) -> bool:
        return self.allowed(request.user)


class RightViewSet(ViewSet):
    """A viewset without a model, in the menu for whoever may open it."""

    def allowed(self, user: Any) -> bool:
        raise NotImplementedError

    def get_menu_item(self, order: int | None = None) -> MenuItem:
        return RightMenuItem(
            self.menu_label,
            self.menu_url,
            name=self.menu_name,
            icon_name=self.icon,
            order=order or self.menu_order,
            allowed=self.allowed,
        )


class SubscriberViewSet(ModelViewSet):
    """Read, and acted upon through `newsletters.consent` only: nothing here saves a subscriber."""

    model = Subscriber
    name = "abonnes"
    icon = "group"
    menu_label = "Abonné·es"
    menu_order = 300
    index_view_class = SubscriberIndex
    index_results_template_name = "newsletters/audience/list_results.html"
    add_view_class = SubscriberAdd
    create_template_name = SubscriberAdd.template_name
    list_per_page = 50
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
