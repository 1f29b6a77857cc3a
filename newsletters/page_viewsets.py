"""The editor of an issue, with « Prêt à envoyer ? » in its side."""

from typing import Any

from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.viewsets.pages import PageViewSet

from newsletters import preflight
from newsletters.models import IssuePage
from newsletters.permissions import may_follow
from pages.page_viewsets import EditorialCreateView, EditorialEditView


class ReadyPanel(BaseSidePanel):
    """The quick checks on the draft in hand, rendered again by each autosave; below them, what
    the slow ones last said."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "Prêt à envoyer ?"
        icon_name = "circle-check"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            context["count"] = len(self.panel.report.all)
            return context

    name = "ready"
    title = "Prêt à envoyer ?"
    order = 50
    template_name = "newsletters/admin/ready.html"

    class Media:
        js = ("js/ready.js",)

    def __init__(self, instance: Any, request: Any) -> None:
        super().__init__(instance, request)
        self.report = preflight.report(instance) if instance.pk else preflight.Report([], [])

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | {
            "report": self.report,
            "missing": list(preflight.missing(self.object)),
            "may_follow": may_follow(self.request.user),
        }


class IssueEditView(EditorialEditView):
    def get_side_panels(self) -> MediaContainer:
        return MediaContainer([*super().get_side_panels(), ReadyPanel(self.page, self.request)])


class IssueCreateView(EditorialCreateView):
    def get_side_panels(self) -> MediaContainer:
        return MediaContainer([*super().get_side_panels(), ReadyPanel(self.page, self.request)])


class IssueViewSet(PageViewSet):
    model = IssuePage
    edit_view_class = IssueEditView
    add_view_class = IssueCreateView
