"""Which events of the site make which pages be indexed again.

Every handler writes outbox rows and nothing else. What Wagtail says and does not say, measured:
a move names the moved page only; a privacy rule is seen only by its own save and delete; a
scheduled expiry speaks with sender Page; `queryset.update()` says nothing (search_doctor finds
what it leaves behind).
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.signals import request_started
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete

from wagtail.documents import get_document_model
from wagtail.models import Page, PageViewRestriction, ReferenceIndex
from wagtail.signals import page_published, page_unpublished, post_page_move, published, unpublished

from newsletters.models import Periodical
from pages.models import BasePage, Organisation, Person, Resource, Territory, Theme
from search import attachments, glossary, reading
from search.following import record, warm_once
from search.models import Acronym, NearWords

# What saving a draft of a live page touches: nothing of it is published.
_DRAFT_FIELDS = {
    "draft_title",
    "go_live_at",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_id",
    "latest_revision_created_at",
    "locked",
    "locked_at",
    "locked_by",
}


def connect() -> None:
    for signal in (page_published, page_unpublished):
        signal.connect(page_changed, dispatch_uid=f"search_page_{id(signal)}")
    for signal in (published, unpublished):
        signal.connect(page_changed, dispatch_uid=f"search_any_{id(signal)}")
    post_save.connect(saved, dispatch_uid="search_saved")
    post_delete.connect(deleted, dispatch_uid="search_deleted")
    post_page_move.connect(moved, dispatch_uid="search_moved")
    for signal in (post_save, post_delete):
        signal.connect(privacy_changed, sender=PageViewRestriction, dispatch_uid="search_privacy")
    for model in (Theme, Territory, Organisation, Person, Periodical, Resource):
        post_save.connect(renamed, sender=model, dispatch_uid=f"search_{model.__name__}")
    # A territory's parents are stored after it is saved.
    m2m_changed.connect(
        reparented, sender=Territory.parents.through, dispatch_uid="search_reparented"
    )
    for signal in (post_save, post_delete):
        signal.connect(glossary_changed, sender=Acronym, dispatch_uid="search_acronym")
        signal.connect(glossary_changed, sender=NearWords, dispatch_uid="search_near_words")
    request_started.connect(first_request, dispatch_uid="search_warm")
    document = get_document_model()
    post_save.connect(document_saved, sender=document, dispatch_uid="search_document")
    pre_delete.connect(document_deleted, sender=document, dispatch_uid="search_no_document")


def first_request(**kwargs: Any) -> None:
    warm_once()


def page_changed(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """Published or unpublished, whoever says so: snippets speak through the same signals."""
    if isinstance(instance, Page):
        record([instance.pk], "publication")


def saved(
    sender: type[Model],
    instance: Model,
    created: bool = False,
    raw: bool = False,
    update_fields: frozenset[str] | None = None,
    **kwargs: Any,
) -> None:
    if raw or not isinstance(instance, Page):
        return
    if update_fields is not None and set(update_fields) <= _DRAFT_FIELDS:
        return
    if created and not instance.live:
        return
    record([instance.pk], "save")


def deleted(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    if isinstance(instance, Page) and instance.pk:
        record([instance.pk], "delete")


def moved(sender: type[Model], instance: Page, url_path_after: str, **kwargs: Any) -> None:
    """Descendants are not announced, and may have come under or out of a privacy rule."""
    record(
        Page.objects.filter(url_path__startswith=url_path_after).values_list("pk", flat=True),
        "move",
    )


def privacy_changed(sender: type[Model], instance: PageViewRestriction, **kwargs: Any) -> None:
    page = Page.objects.filter(pk=instance.page_id).only("path", "depth").first()
    if page:
        subtree = Page.objects.descendant_of(page, inclusive=True)
        record(subtree.values_list("pk", flat=True), "privacy")


def renamed(sender: type[Model], instance: Model, created: bool = False, **kwargs: Any) -> None:
    if not created:
        record(_pages_naming(instance), "taxonomy")


def reparented(sender: type[Model], instance: Model, action: str, **kwargs: Any) -> None:
    if action.startswith("post_") and isinstance(instance, Territory):
        record(_pages_naming(instance), "taxonomy")


def glossary_changed(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    glossary.forget()


def document_saved(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """Saved again when its hash is computed, too: the file itself is read once."""
    record(attachments.pages_attaching(instance.pk), "document")
    if reading.is_pdf(instance):
        reading.read_soon(instance.pk)


def document_deleted(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    record(attachments.pages_attaching(instance.pk), "document")


def _pages_naming(instance: Model) -> set[int]:
    """Ids of the pages whose documents may hold the name of this record: those of every type that
    refer to it, by a field of their own, by a row of theirs, or in a block."""
    named = Territory.objects.within([instance]) if isinstance(instance, Territory) else [instance]
    found = set(_pages_choosing(instance))
    for relation in instance._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if not (relation.is_relation and relation.auto_created and not relation.concrete):
            continue
        rows = model._base_manager.filter(**{f"{relation.field.name}__in": named})
        if issubclass(model, BasePage):
            found |= set(rows.values_list("pk", flat=True))
        elif any(field.name == "page" for field in model._meta.fields):
            found |= set(rows.values_list("page_id", flat=True))
    return found


def _pages_choosing(instance: Model) -> Iterable[int]:
    """Pages that hold the record in a block, as Wagtail's index of references knows them."""
    references = ReferenceIndex.get_references_to(instance)
    pages = references.filter(base_content_type=ContentType.objects.get_for_model(Page))
    return map(int, pages.values_list("object_id", flat=True))
