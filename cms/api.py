"""Wagtail's API v3; our own routers join it here, before its addresses are read."""

from django.db.models import QuerySet
from django.http import HttpRequest

from wagtail.api.v3.urls import api
from wagtail.documents.api.v3 import router as documents_router

from pages.embargo import may_see_drafts, published
from pages.models import CentreDocument

__all__ = ["api"]

_every_document = documents_router.get_documents_queryset


def _documents(request: HttpRequest) -> QuerySet[CentreDocument]:
    """Without a right, only what a public page shows: a title already tells that a report
    exists. Wagtail 8 offers no other place to say so."""
    found = _every_document(request)
    return found if may_see_drafts(request) else published(found)


documents_router.get_documents_queryset = _documents
