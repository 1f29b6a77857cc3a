"""The system's Chromium, driven without downloading a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings as configured
from django.db import connection, connections

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def chromium(django_db_setup, django_db_blocker) -> Iterator[Browser]:
    """One browser for a module. Without it the test is skipped, with the reason; in CI it fails.

    Not for the session: Playwright keeps a loop running in this thread, and there Django hands
    out another connection object, without the rows that migrations wrote (see `site_server`).
    """
    if not (Path(CHROMIUM).exists() or shutil.which(CHROMIUM)):
        reason = f"pas de Chromium ici ({CHROMIUM} ; variable CHROMIUM)"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    first_rows = connection._test_serialized_contents
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # The loop makes Django refuse its ordinary calls; nothing here is concurrent.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        connection._test_serialized_contents = first_rows
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()
    with django_db_blocker.unblock():
        connection.creation.deserialize_db_from_string(first_rows)


@pytest.fixture
def chromium_page(chromium: Browser) -> Iterator[Page]:
    """A fresh page, 1280 pixels wide; `complaints` collects what its console says."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: _note(page, message))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


def _note(page: Page, message: ConsoleMessage) -> None:
    # Uploads live in memory during tests, and nobody serves them.
    if message.type == "error" and "/media/" not in message.location["url"]:
        page.complaints.append(message.text)


@pytest.fixture
def accessibility_violations():
    """A function: page → « rule: element » of every axe violation, whatever its impact.

    `within` (a selector) leaves out what is not ours around it: the editor's own widgets.
    """

    def run(page: Page, within: str | None = None) -> list[str]:
        found = Axe().run(page, context=within).response["violations"]
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return run


@pytest.fixture
def site_server(chromium, django_db_serialized_rollback, live_server):
    """The live server, over a database that starts with what migrations wrote.

    The flush after each test takes Wagtail's root page, site, locale and collection; they come
    back before the next one, and for good when `chromium` closes.
    """
    return live_server


@pytest.fixture
def editor(site_server, chromium_page, admin_user, client) -> Page:
    """A browser logged in as an administrator."""
    client.force_login(admin_user)
    cookie = client.cookies[configured.SESSION_COOKIE_NAME].value
    chromium_page.context.add_cookies(
        [{"name": configured.SESSION_COOKIE_NAME, "value": cookie, "url": site_server.url}]
    )
    return chromium_page
