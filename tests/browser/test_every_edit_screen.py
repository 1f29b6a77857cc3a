"""The edit screen of every type of page, in a real browser: nothing is lost by saving it.

Scripts draw the streams, the rich texts and the choosers, and write what the form posts: only a
browser shows that what an editor did not touch comes back as it was.
"""

import json
import re
from typing import Any

from django.urls import reverse

from wagtail.models import Page

import pytest
from playwright.sync_api import Page as Tab

from tests.samples import sample_pages

pytestmark = pytest.mark.browser

# What a save is meant to change; the fingerprint of a sheet is first written by the editor.
BOOKKEEPING = {
    "draft_title", "has_unpublished_changes", "latest_revision", "latest_revision_created_at",
    "last_published_at", "first_published_at", "live_revision", "reviewed_fingerprint",
}  # fmt: skip
# An issue goes online with its mailing.
NOT_PUBLISHED_HERE = {"IssuePage"}


def kept(page: Page) -> dict[str, Any]:
    """What an editor typed: the latest revision without its bookkeeping and editor's keys."""
    data = page.get_latest_revision_as_object().serializable_data()
    return {name: _plain(value) for name, value in data.items() if name not in BOOKKEEPING}


def _plain(value: Any) -> Any:
    """Without the editor's keys; a stream as data, without what nobody typed in it."""
    if isinstance(value, str) and value.startswith("[{"):
        return _plain(json.loads(value))
    if isinstance(value, dict):
        found = {key: _plain(inner) for key, inner in value.items() if key != "id"}
        return {key: inner for key, inner in found.items() if inner != ""}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, str):
        text = re.sub(r' data-block-key="\w+"', "", value)
        return "" if text == "<p></p>" else text
    return value or ""


def press(tab: Tab, action: str) -> str:
    """Submit by a button at the foot of the form (class or name); what the editor is told."""
    with tab.expect_navigation(wait_until="load"):
        tab.locator(f"button.{action}, button[name='{action}']").first.evaluate(
            "button => button.click()"
        )
    return " ".join(tab.locator(".messages").all_inner_texts())


def test_no_type_of_page_loses_anything_between_editing_and_publishing(site_server, editor):
    lost, refused = {}, {}
    for name, page in sample_pages().items():
        if name == "410":
            continue
        page.save_revision()
        before, at = kept(page), [page.pk]
        editor.goto(site_server.url + reverse("wagtailadmin_pages:edit", args=at))
        told = press(editor, "action-save")
        draft = reverse("wagtailadmin_pages:view_draft", args=at)
        seen = editor.request.get(site_server.url + draft).status
        if name not in NOT_PUBLISHED_HERE:
            told = press(editor, "action-publish")
        page.refresh_from_db()
        if seen != 200 or page.has_unpublished_changes is (name not in NOT_PUBLISHED_HERE):
            refused[name] = (seen, told)
        after = kept(page)
        lost[name] = [(key, before[key], after[key]) for key in before if before[key] != after[key]]
    assert lost == {name: [] for name in lost}
    assert refused == {}
    assert editor.complaints == []
