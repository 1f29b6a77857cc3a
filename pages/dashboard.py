"""Panels of the admin's home."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from wagtail.admin.ui.components import Component
from wagtail.models import Site

from pages import accessibility
from pages.models import CentreSettings

CHANGE_SETTINGS = "pages.change_centresettings"


class AccessibilityReminder(Component):
    """Says when the declaration is missing, expired or about to expire; else shows nothing."""

    name = "accessibility_reminder"
    template_name = "pages/admin/accessibility_reminder.html"
    order = 90

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        site = Site.objects.filter(is_default_site=True).first()
        if site is None or not parent_context["request"].user.has_perm(CHANGE_SETTINGS):
            return {"message": ""}
        audited = CentreSettings.for_site(site).accessibility_audited_on
        return {
            "message": accessibility.reminder(audited, timezone.localdate()),
            "settings_url": reverse(
                "wagtailsettings:edit", args=["pages", "centresettings", site.pk]
            ),
        }
