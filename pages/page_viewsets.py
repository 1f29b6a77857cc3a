"""The editor of each type of page: its side panels, and what a save says or writes."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse

from wagtail.admin import messages
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.log_actions import log
from wagtail.models import get_page_models

from pages.models import BasePage, ExperiencePage
from pages.side_panels import QualityPanel, ReviewPanel

SHOWN_MARKERS = 6


class Editorial:
    """Shared by creating and editing."""

    request: HttpRequest
    page: Any
    expects_json_response: bool

    def form_valid(self, form: Any) -> HttpResponse:
        """Writes the form's `events` once the page is saved."""
        response = super().form_valid(form)
        for action, data in form.events:
            revision = self.page.latest_revision
            log(self.page, action, user=self.request.user, data=data, revision=revision)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """Names the fields that hold « à vérifier », each with a link to where it is typed."""
        if form.markers and not self.expects_json_response:
            labels = ", ".join(dict.fromkeys(marker.text.label for marker in form.markers))
            message = f"Publication refusée, un repère « à vérifier » reste dans : {labels}."
            links = [
                messages.button(f"#{marker.text.anchor}", marker.text.label)
                for marker in form.markers[:SHOWN_MARKERS]
                if marker.text.anchor
            ]
            messages.error(self.request, message, buttons=links)
        return super().form_invalid(form)


class EditorialCreateView(Editorial, CreateView):
    pass


class EditorialEditView(Editorial, EditView):
    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()
        return MediaContainer([*panels, QualityPanel(self.page, self.request)])


class SheetEditView(EditorialEditView):
    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()
        return MediaContainer([*panels, ReviewPanel(self.page, self.request)])


class EditorialPageViewSet(PageViewSet):
    """For any page of ours; other apps subclass it for their own types."""

    add_view_class = EditorialCreateView
    edit_view_class = EditorialEditView


class ExperiencePageViewSet(EditorialPageViewSet):
    model = ExperiencePage
    edit_view_class = SheetEditView


def page_viewsets() -> Iterator[PageViewSet]:
    """One for each page type of this app."""
    for model in get_page_models():
        if model is ExperiencePage:
            yield ExperiencePageViewSet()
        elif issubclass(model, BasePage) and model._meta.app_label == "pages":
            name = f"{model.__name__}ViewSet"
            yield type(name, (EditorialPageViewSet,), {"model": model})()
