"""Wagtail's API v3; our own routers join it here, before its addresses are read."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from wagtail.api.v3.routers import pages as pages_router
from wagtail.api.v3.urls import api
from wagtail.documents.api.v3 import router as documents_router

from newsletters.joining_api import router as letters_router
from pages.embargo import may_see_drafts, published
from pages.models import CentreDocument, JobPage

__all__ = ["api"]

_every_document = documents_router.get_documents_queryset
_every_page = pages_router.get_pages_queryset


def _documents(request: HttpRequest) -> QuerySet[CentreDocument]:
    """Without a right, only what a public page shows: a title already tells that a report
    exists. Wagtail 8 offers no other place to say so."""
    found = _every_document(request)
    return found if may_see_drafts(request) else published(found)


def _pages(request: HttpRequest, *model: Any) -> QuerySet[Any]:
    """Without an account, no offer whose deadline has passed: `publish_scheduled` may be late."""
    found = _every_page(request, *model)
    if request.user.is_authenticated:
        return found
    return found.exclude(pk__in=JobPage.objects.closed().values("pk"))


documents_router.get_documents_queryset = _documents
pages_router.get_pages_queryset = _pages
api.add_router("/lettres/", letters_router)
