"""Side panels of the page editor."""

from typing import Any

from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.functional import cached_property

from wagtail.admin.ui.side_panels import BaseSidePanel

from pages import quality, review, review_admin
from pages.models import ReviewLink

SHOWN_LINKS = 20


class ReviewPanel(BaseSidePanel):
    """Links given to the project holder, what came back, and the buttons to act."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "Relecture par le porteur"
        icon_name = "clipboard-list"
        has_counter = False

    name = "review"
    title = "Relecture par le porteur"
    template_name = "pages/admin/review_panel.html"
    order = 110

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = self.request.user
        links = self.object.review_links.newest_first().prefetch_related("answers")
        return super().get_context_data(parent_context) | {
            "links": [self._row(link) for link in links[:SHOWN_LINKS]],
            "may_create": review_admin.may(user, review_admin.CREATE, self.object),
            "may_revoke": review_admin.may(user, review_admin.REVOKE, self.object),
            # Panels are rendered without the request's context processors.
            "csrf_token": get_token(self.request),
        }

    def _row(self, link: ReviewLink) -> dict[str, Any]:
        token = review.token_of(link) if link.is_open else ""
        # The public site's address: the admin may be served under another host.
        site = self.object.get_site()
        root = site.root_url if site else self.request.build_absolute_uri("/").rstrip("/")
        return {
            "link": link,
            "address": root + reverse("pages:review", args=[token]) if token else "",
        }


class QualityPanel(BaseSidePanel):
    """Markers to lift, words cut by a line end, inclusive forms that are not the house's."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "Qualité du texte"
        icon_name = "edit"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            context["count"] = self.panel.report.count
            return context

    name = "quality"
    title = "Qualité du texte"
    template_name = "pages/admin/quality_panel.html"
    order = 120

    @cached_property
    def report(self) -> quality.Report:
        return quality.report(self.object)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return super().get_context_data(parent_context) | {
            "report": self.report,
            "house_form": quality.house_form(self.object).label,
            "csrf_token": get_token(self.request),
        }
