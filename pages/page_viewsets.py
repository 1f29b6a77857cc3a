"""The editor of each type of page: its side panels, and what a save writes in the history."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.log_actions import log

from pages.models import ExperiencePage
from pages.side_panels import ReviewPanel


class _Recorded:
    """Writes the form's `events` once the page is saved; an autosave that fails writes none."""

    request: HttpRequest
    page: Any

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        for action, data in form.events:
            log(
                self.page,
                action,
                user=self.request.user,
                data=data,
                revision=self.page.latest_revision,
            )
        return response


class SheetCreateView(_Recorded, CreateView):
    pass


class SheetEditView(_Recorded, EditView):
    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()
        return MediaContainer([*panels, ReviewPanel(self.page, self.request)])


class ExperiencePageViewSet(PageViewSet):
    model = ExperiencePage
    add_view_class = SheetCreateView
    edit_view_class = SheetEditView
