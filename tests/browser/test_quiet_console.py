"""What the browser has to say of each screen: nothing, and it asks nobody else for anything."""

from django.urls import reverse

from wagtail.models import Page

import pytest

from tests.samples import sample_addresses, sample_pages

pytestmark = pytest.mark.browser


class Ear:
    """Errors of the console, requests that fail, and requests to another server."""

    def __init__(self, page, own: str) -> None:
        self.own, self.heard = own, []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)

    def _console(self, message) -> None:
        # Uploads live in memory during tests, and nobody serves them.
        if message.type == "error" and "/media/" not in message.location["url"]:
            self.heard.append(message.text)

    def _request(self, request) -> None:
        if not request.url.startswith((self.own, "data:", "blob:", "about:")):
            self.heard.append(f"demande à {request.url}")

    def _failed(self, request) -> None:
        # Leaving a screen interrupts what it was still loading.
        if "/media/" not in request.url and request.failure != "net::ERR_ABORTED":
            self.heard.append(f"{request.failure}: {request.url}")

    def on(self, page, path: str) -> list[str]:
        self.heard.clear()
        page.goto(self.own + path, wait_until="load")
        return list(self.heard)


def test_no_type_of_page_makes_the_browser_complain(site_server, chromium_page):
    addresses = sample_addresses()
    ear = Ear(chromium_page, site_server.url)
    found = {name: ear.on(chromium_page, path) for name, path in addresses.items()}
    # The browser itself notes the status of these two.
    assert [len(found.pop(name)) for name in ("404", "410")] == [1, 1]
    assert {name: heard for name, heard in found.items() if heard} == {}


def test_no_screen_of_the_admin_makes_the_browser_complain(
    site_server, chromium_page, client, admin_user
):
    samples = sample_pages()
    client.force_login(admin_user)
    cookie = client.cookies["sessionid"].value
    chromium_page.context.add_cookies(
        [{"name": "sessionid", "value": cookie, "url": site_server.url}]
    )
    names = (
        "wagtailadmin_home",
        "wagtailadmin_explore_root",
        "wagtailimages:index",
        "wagtailimages:add_multiple",
        "wagtaildocs:index",
        "wagtailadmin_account",
        "wagtailadmin_reports:site_history",
        "wagtailredirects:index",
        "wagtailusers_users:index",
    )
    edited = ("HomePage", "PublicationPage", "EventPage", "ProgrammePage", "IssuePage")
    paths = {name: reverse(name) for name in names}
    paths |= {f"{name} edit": _edit(samples[name]) for name in edited}
    ear = Ear(chromium_page, site_server.url)
    found = {name: ear.on(chromium_page, path) for name, path in paths.items()}
    assert {name: heard for name, heard in found.items() if heard} == {}


def _edit(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])
