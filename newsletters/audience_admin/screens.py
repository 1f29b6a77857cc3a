"""The furniture of the audience's screens: one right each, and the way back."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.generic import TemplateView, View

from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin


class RightMixin(View):
    """`rights`: all are asked, of whoever comes by GET or POST."""

    rights: tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perms(self.rights):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]


class AudienceScreen(RightMixin, WagtailAdminTemplateMixin, TemplateView):
    """`trail`: names of views and labels between the dashboard and this screen."""

    header_icon = "group"
    trail: tuple[tuple[str, str], ...] = ()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        before = [{"url": reverse(name), "label": label} for name, label in self.trail]
        return [*self.breadcrumbs_items, *before, {"url": "", "label": self.get_page_title()}]
