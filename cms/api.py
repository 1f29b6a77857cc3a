"""Wagtail's API v3; our own routers join it here, before its addresses are read."""

from wagtail.api.v3.urls import api

__all__ = ["api"]
