"""Who may read a document: a file attached to a draft is not public before its page."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest

from wagtail.models import Page, ReferenceIndex

from pages.models import CentreDocument


def published(documents: QuerySet[CentreDocument]) -> QuerySet[CentreDocument]:
    """Those that anybody may read: for lists, where `is_published` would ask one by one.

    Keys are compared as text, as the index stores them: the other way round, PostgreSQL may
    cast the key of some other model, which is no number.
    """
    pages = Page.objects.live().public().annotate(key=Cast("pk", CharField()))
    references = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=pages.order_by().values("key"),
        to_content_type=ContentType.objects.get_for_model(CentreDocument),
    )
    # Their numbers, and not a condition: a search takes only plain fields.
    keys = references.values_list("to_object_id", flat=True).distinct()
    return documents.filter(pk__in=[int(key) for key in keys])


def is_published(document: CentreDocument, request: HttpRequest) -> bool:
    """Whether a page that this visitor may read refers to the document, in any field or block.

    Fails closed: a document no page refers to is not published, since nobody chose to show it.
    Wagtail's index follows the saved row, hence the published text, never a draft revision. A
    letter's pages count as any other once its web edition is live.
    """
    # get_references_to also counts what snippets hold; only pages can be published.
    references = ReferenceIndex.get_references_to(document).filter(
        base_content_type=ContentType.objects.get_for_model(Page)
    )
    pages = Page.objects.live().filter(pk__in=list(references.values_list("object_id", flat=True)))
    if pages.public().exists():
        return True
    return any(_accepts(page, request) for page in pages)


def _accepts(page: Page, request: HttpRequest) -> bool:
    """A page behind a password or for a group: whoever may read it may read its files."""
    return all(found.accept_request(request) for found in page.get_view_restrictions())


def may_see_drafts(request: HttpRequest) -> bool:
    return request.user.has_perm("wagtailadmin.access_admin")


def refuse_embargoed(document: CentreDocument, request: HttpRequest) -> None:
    """`before_serve_document`: 404, not 403, which would confirm that the file exists."""
    if not is_published(document, request) and not may_see_drafts(request):
        raise Http404
