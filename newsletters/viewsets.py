"""Admin screens: series, subscribers, sendings."""

from typing import Any

from django.urls import URLPattern, path

from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from newsletters import composing_views as composing
from newsletters import confirming_views, preview_views
from newsletters import report_views as reports
from newsletters import sending_views as views
from newsletters.audience_admin.segments import SegmentViewSet
from newsletters.audience_admin.viewsets import (
    ImportViewSet,
    StatisticsViewSet,
    SubscriberViewSet,
)
from newsletters.menu import RightViewSet
from newsletters.models import Periodical, RateLimit
from newsletters.permissions import may_follow, open_archives
from newsletters.sending_actions import MailingAction


class ComposerViewSet(RightViewSet):
    """Start an issue, fill it, check it: no right on the sendings is needed."""

    name = "composer"
    url_prefix = "composer"
    icon = "edit"
    menu_label = "Composer"
    menu_order = 50

    def get_urlpatterns(self) -> list[URLPattern]:
        start = composing.StartIssue.as_view()
        last, new = {"source": "dupliquer"}, {"source": "nouveau"}
        return [
            path("", composing.Composer.as_view(), name="index"),
            path("dupliquer/<int:issue_id>/", start, name="duplicate"),
            path("serie/<int:archive_id>/dupliquer/", start, last, name="duplicate_last"),
            path("serie/<int:archive_id>/nouveau/", start, new, name="new"),
            path("actualiser/<int:issue_id>/", composing.RefreshIssue.as_view(), name="refresh"),
            path("controler/<int:issue_id>/", composing.CheckIssue.as_view(), name="check"),
            path("fichier/<int:issue_id>/", confirming_views.IssueFile.as_view(), name="file"),
            path("lien/", composing.DescribeLink.as_view(), name="describe_link"),
        ]

    def allowed(self, user: Any) -> bool:
        return bool(open_archives(user))


class MailingViewSet(RightViewSet):
    """Prepare, approve, schedule and follow the sending of an issue."""

    name = "mailings"
    url_prefix = "envois"
    url_namespace = "mailings"
    icon = "mail"
    menu_label = "Envois"
    menu_name = "envois"
    menu_order = 100

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", views.MailingIndex.as_view(), name="index"),
            path("preparer/<int:issue_id>/", views.PrepareMailing.as_view(), name="prepare"),
            path("comme/<int:issue_id>/", preview_views.PreviewAs.as_view(), name="preview_as"),
            path(
                "comme/<int:issue_id>/courriel/", preview_views.SeenContent.as_view(), name="seen"
            ),
            path("<int:pk>/", views.MailingDetail.as_view(), name="detail"),
            path("<int:pk>/avancement/", views.MailingProgress.as_view(), name="progress"),
            path("<int:pk>/courriel/", views.MailingContent.as_view(), name="content"),
            path("<int:pk>/confirmer/", confirming_views.ConfirmMailing.as_view(), name="confirm"),
            path("<int:pk>/fichier/", confirming_views.MailingFile.as_view(), name="file"),
            path("<int:pk>/destinataires/", reports.MailingRecipients.as_view(), name="recipients"),
            path("<int:pk>/destinataires.csv", reports.MailingCsv.as_view(), name="csv"),
            path("<int:pk>/proces-verbal.csv", reports.ReportCsv.as_view(), name="report_csv"),
            path("<int:pk>/liens.csv", reports.LinksCsv.as_view(), name="links_csv"),
            path("recus/<int:pk>/", reports.SubscriberLetters.as_view(), name="received"),
            path("<int:pk>/<slug:action>/", MailingAction.as_view(), name="action"),
        ]

    def allowed(self, user: Any) -> bool:
        return may_follow(user)


class PeriodicalViewSet(SnippetViewSet):
    model = Periodical
    icon = "list-ol"
    menu_label = "Séries et gabarits"
    menu_order = 200
    base_url_path = "series"
    admin_url_namespace = "periodicals"
    list_display = ["title", "get_frequency_display", "sender_name"]
    search_backend_name = None
    search_fields = ["title", "code"]
    panels = Periodical.panels
    # It has its place in « Lettres »: without this, Wagtail adds a « Fragments » entry for it.
    menu_item_is_registered = True


class RateLimitViewSet(ModelViewSet):
    """How fast mail may leave; a change holds from the next claim, also for a send under way."""

    model = RateLimit
    name = "debits"
    icon = "time"
    menu_label = "Limites de débit"
    menu_order = 400
    list_display = ["__str__", "per_second", "per_hour"]
    form_fields = ["domain", "per_second", "per_hour"]
    search_backend_name = None
    copy_view_enabled = False


class LettersGroup(ViewSetGroup):
    menu_label = "Lettres"
    menu_icon = "mail"
    menu_order = 150
    items = (
        ComposerViewSet,
        MailingViewSet,
        PeriodicalViewSet,
        SubscriberViewSet,
        SegmentViewSet,
        ImportViewSet,
        StatisticsViewSet,
        RateLimitViewSet,
    )
