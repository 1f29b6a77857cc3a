"""Entries of the admin menu that only some people find there."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet


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
