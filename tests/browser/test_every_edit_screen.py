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
    with tab.expect_navigation(wait_until="domcontentloaded"):
        tab.locator(f"button.{action}, button[name='{action}']").first.evaluate(
            "button => button.click()"
        )
    return " ".join(tab.locator(".messages").all_inner_texts())


@pytest.fixture
def quick_editor(editor):
    """Without pictures, nor the listing that follows a publication: forms hold neither."""
    for address in (r"/media/", r"/admin/pages/\d+/$"):
        editor.route(re.compile(address), lambda route: route.fulfill(body=""))
    return editor


def test_no_type_of_page_loses_anything_between_editing_and_publishing(
    site_server, quick_editor, subtests
):
    tab, pages = quick_editor, sample_pages()
    del pages["410"]
    for name, page in pages.items():
        with subtests.test(name):
            page.save_revision()
            before, at = kept(page), [page.pk]
            edit, draft = (
                site_server.url + reverse(f"wagtailadmin_pages:{view}", args=at)
                for view in ("edit", "view_draft")
            )
            tab.goto(edit, wait_until="domcontentloaded")
            told = press(tab, "action-save" if name in NOT_PUBLISHED_HERE else "action-publish")
            page.refresh_from_db()
            assert page.has_unpublished_changes is (name in NOT_PUBLISHED_HERE), told
            assert kept(page) == before
            assert tab.request.get(draft).status == 200
            assert tab.complaints == []
        tab.complaints.clear()
