"""Registers what `viewsets` defines, the log actions and the way from an issue to its sending."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter
from wagtail.permissions import register_permission_policy

from newsletters.audience_admin import journal
from newsletters.models import IssuePage, PeriodicalPage, Subscriber
from newsletters.page_viewsets import IssueViewSet
from newsletters.permissions import GROUP_RIGHTS, AddressPolicy, may_follow
from newsletters.preview_views import may_look
from newsletters.viewsets import LettersGroup

register_permission_policy(Subscriber, AddressPolicy(Subscriber))
hooks.register("register_admin_viewset", lambda: LettersGroup())
hooks.register("register_admin_viewset", lambda: IssueViewSet())

LOG_ACTIONS = {
    "prepared": ("Préparer l'envoi", "Envoi préparé"),
    "approuver": ("Approuver", "Contenu de l'envoi approuvé"),
    "programmer": ("Programmer", "Envoi programmé"),
    "pause": ("Mettre en pause", "Envoi mis en pause"),
    "reprendre": ("Reprendre", "Envoi repris"),
    "retirer": ("Revenir à la préparation", "Envoi revenu à la préparation"),
    "rectifier": ("Préparer un rectificatif", "Rectificatif préparé"),
    "annuler": ("Annuler", "Envoi annulé"),
    "reste": ("Envoyer au reste", "Envoi repris pour le reste"),
    "remis": ("Tenir pour remis", "Messages incertains tenus pour remis"),
    "renvoyer": ("Renvoyer les incertains", "Messages incertains renvoyés"),
}


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    for name, (label, message) in LOG_ACTIONS.items():
        actions.register_action(f"newsletters.{name}", label, message)
    for name, (label, message) in journal.ACTIONS.items():
        formatter = type(name, (AudienceEntry,), {"label": label, "message": message})
        actions.register_action(f"newsletters.audience.{name}")(formatter)


class AudienceEntry(LogFormatter):
    """« Adresses exportées : Sélection en CSV, 120 »: what and how many, never who."""

    def format_message(self, log_entry: Any) -> str:
        data = log_entry.data or {}
        return f"{self.message} : {data.get('what', '')}, {data.get('count', 0)}"


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """The rights held apart, offered in the form of a group beside Wagtail's own."""
    names = [name.partition(".")[2] for name in GROUP_RIGHTS]
    return Permission.objects.filter(content_type__app_label="newsletters", codename__in=names)


@hooks.register("register_page_header_buttons")
def letter_header_buttons(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """What is done with an issue or a series, in its header."""
    return letter_buttons(page, user)


@hooks.register("register_page_listing_more_buttons")
def letter_listing_buttons(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """The same, in the « … » of each row of the explorer."""
    return letter_buttons(page, user)


def letter_buttons(page: Any, user: Any) -> Iterator[Button]:
    kind = page.specific_class
    if kind is IssuePage:
        yield from issue_buttons(page, user)
    elif kind is PeriodicalPage and page.permissions_for_user(user).can_add_subpage():
        last = reverse("composer:duplicate_last", args=[page.pk])
        yield Button("Dupliquer le dernier numéro", last, icon_name="copy", priority=3)
        new = reverse("composer:new", args=[page.pk])
        yield Button("Nouveau numéro", new, icon_name="plus", priority=4)


def issue_buttons(issue: Any, user: Any) -> Iterator[Button]:
    rights = issue.permissions_for_user(user)
    if may_follow(user):
        url = reverse("mailings:prepare", args=[issue.pk])
        yield Button("Préparer l’envoi", url, icon_name="mail", priority=12)
    if may_look(user, issue):
        url = reverse("mailings:preview_as", args=[issue.pk])
        yield Button("Voir comme un·e abonné·e", url, icon_name="view", priority=13)
    if rights.can_edit():
        url = reverse("composer:refresh", args=[issue.pk])
        yield Button("Actualiser depuis le site", url, icon_name="rotate", priority=14)
    # The right on the archive is inherited; asking the archive itself would cost a query a row.
    if user.is_superuser or "add" in rights.permissions:
        url = reverse("composer:duplicate", args=[issue.pk])
        yield Button("Dupliquer vers le numéro suivant", url, icon_name="copy", priority=16)
    if may_look(user, issue):
        url = reverse("composer:file", args=[issue.pk])
        yield Button("Télécharger le HTML", url, icon_name="download", priority=17)


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("insert_editor_js")
def link_proposals() -> SafeString:
    return format_html(
        '<script src="{}" data-describe="{}" defer></script>',
        static("js/links.js"),
        reverse("composer:describe_link"),
    )
