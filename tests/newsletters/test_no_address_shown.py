"""No page, API, feed or search shows an address or a name to someone without the right.

Not a list of screens kept by hand: every address of the URL resolver is asked for, with the keys of
an audience in which every word about a person carries a mark.
"""

import re
from collections.abc import Iterator
from html import unescape
from itertools import chain
from urllib.parse import unquote

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import URLPattern, URLResolver, get_resolver

from wagtail.models import APIToken, Page

import pytest

from newsletters.models import Subscription
from newsletters.tokens import unsubscribe_token
from tests.builders import make_home
from tests.newsletters.marked import MARK, Marked, address, person
from tests.newsletters.roles import give_pages, log_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
SHOWN_ADDRESSES = "see_addresses"
# Asked with the first of these that a pattern accepts; the others add nothing but time.
WORDS = {"app_label": "newsletters", "model_name": "subscriber", "app_name": "newsletters",
         "content_type_app_name": "newsletters", "content_type_model_name": "issuepage",
         "revision_id_a": "earliest", "revision_id_b": "latest", "format": "rss",
         "kind": "fiches", "code": "resonances", "form": "json", "path": "resonances/",
         "type": "newsletters.Subscriber", "type_name": "newsletters.IssuePage"}  # fmt: skip
_ARGUMENT = re.compile(
    r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)|\([^?][^()]*\)"
)
# What acts on the session itself, or ends it; webhooks of providers that are not installed.
_LEFT_OUT = ("logout", "password_reset", "failwhale", "sprite", "anymail/")


@pytest.fixture
def marked(relay, settings, tmp_path) -> Marked:
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    make_home()
    return Marked(relay)


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        whole = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield whole
        else:
            yield from patterns(one, whole)


def addresses(marked: Marked) -> Iterator[str]:
    """Every address of the site, with keys that exist."""
    keys = {
        "abonnes/": [person(state).pk for state in ("active", "moving", "blocked")],
        "envois/recus": [person("active").pk],
        "envois/": [marked.mailing.pk],
        "imports/": [marked.import_of.pk],
        "segments/": [marked.segment.pk],
        "": [marked.issue.pk, person("active").pk],
    }
    for pattern in sorted(set(patterns(get_resolver()))):
        if any(word in pattern for word in _LEFT_OUT):
            continue
        found = next(keys[part] for part in keys if part in pattern)
        for key in found if _ARGUMENT.search(pattern) else found[:1]:
            yield "/" + _filled(pattern, key, marked)


def _filled(pattern: str, key: int, marked: Marked) -> str:
    def value(match: re.Match[str]) -> str:
        converter, name = match[1], match[2] or match[3] or ""
        if name == "issue_id":
            return str(marked.issue.pk)
        if name == "token":
            return unsubscribe_token(Subscription.objects.order_by("pk")[0].pk)
        return WORDS.get(name, str(key) if converter != "slug" else "verifier")

    plain = _ARGUMENT.sub(value, pattern).replace("\\.", ".").replace("\\/", "/")
    return re.sub(r"[\^$?]", "", plain)


# Searching, and what Wagtail makes of a list when asked by its address.
QUERIES = ("", f"?q={MARK}", "?ordering=-email_key&state=active", "?export=csv", "?export=xlsx")
# Sent away, unknown, forbidden, or a POST wanted: decided before any query is read.
REFUSED = {302, 401, 403, 405}


def answers(client, path: str, queries: tuple[str, ...], **headers: str) -> Iterator[tuple]:
    """Each query with its answer, but for those that the answers before have decided."""
    for query in queries:
        response = client.get(path + query, **headers)
        yield query, response
        # A page that makes no file of the one form makes none of the other.
        whole = query == "?export=csv" and response["Content-Type"].startswith("text/html")
        if whole or response.status_code in REFUSED:
            return


def said(response) -> str:
    """All that a response tells: status line, headers, body, read as a person or a program does."""
    body = response.getvalue() if response.streaming else response.content
    text = f"{dict(response.headers)} {body.decode('utf-8', 'replace')}"
    return f"{text} {unquote(unescape(text))}".lower()


def shown(response, query: str) -> list[str]:
    """Words with the mark, but for the very word that was asked for."""
    found = re.findall(rf"[\w.+%-]*{MARK}[\w.@%-]*", said(response))
    return [word for word in found if word not in (query, f"q={query}")]


def test_the_marks_are_there_for_who_may_see(client, marked):
    log_in(client, "see_addresses", "view_mailing", "view_segment")
    for path in (
        "/admin/abonnes/", f"/admin/abonnes/inspect/{person('active').pk}/",
        f"/admin/envois/{marked.mailing.pk}/destinataires/",
        f"/admin/segments/inspect/{marked.segment.pk}/",
    ):  # fmt: skip
        assert address("active") in said(client.get(path)), path


def rights_of(role: str, user) -> None:
    every = Permission.objects.exclude(codename=SHOWN_ADDRESSES)
    audience = every.filter(content_type__app_label="newsletters")
    access = every.filter(codename="access_admin")
    user.user_permissions.set(
        {"editor": access, "sender": audience | access, "all but one": every}[role]
    )
    give_pages(user, "add_page", "change_page", "publish_page", "lock_page", "unlock_page")


@pytest.mark.parametrize(("role", "least"), [("editor", 80), ("sender", 120), ("all but one", 250)])
def test_no_admin_page_shows_anybody_without_the_right(client, marked, role, least):
    user = get_user_model().objects.create_user(role)
    rights_of(role, user)
    client.force_login(user)
    client.raise_request_exception = False
    leaks, seen, broken = {}, 0, []
    for path in addresses(marked):
        if not path.startswith("/admin/"):
            continue
        for query, response in answers(
            client, path, QUERIES if path.count("/") <= 4 else QUERIES[:1]
        ):
            seen += response.status_code == 200
            if response.status_code >= 500:
                broken.append(path + query)
            if found := shown(response, MARK if "q=" in query else ""):
                leaks[path + query] = found[:3]
    assert not leaks
    assert not broken
    # As many as this person opens: a walk that was refused everywhere would prove nothing.
    assert seen > least


def page_addresses() -> list[str]:
    return [page.specific.get_url() for page in Page.objects.live().filter(depth__gt=1)]


PUBLIC_QUERIES = ("", f"?q={MARK}", "?format=json", "?fields=*", f"?search={MARK}")


def test_nothing_public_shows_anybody(client, marked):
    """Pages, API (without and with a token of somebody who edits), feeds, searches, site map."""
    token = token_of(get_user_model().objects.create_user("partenaire"))
    client.raise_request_exception = False
    paths = [*addresses(marked), *page_addresses(), *API_TYPES]
    leaks, seen = {}, 0
    with_token = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    for path in (path for path in paths if not path.startswith("/admin/")):
        every = ({}, with_token) if path.startswith("/api/") else ({},)
        for query, response in chain.from_iterable(
            answers(client, path, PUBLIC_QUERIES, **headers) for headers in every
        ):
            assert response.status_code < 500, path + query
            seen += response.status_code == 200
            if found := shown(response, MARK if "=" + MARK in query else ""):
                leaks[path + query] = found[:3]
    assert not leaks
    assert seen > 100


API_TYPES = [
    f"/api/v3/snippets/newsletters.{name}/"
    for name in ("Subscriber", "Subscription", "ConsentEvent", "Delivery", "Periodical", "Errand")
]


def token_of(user) -> str:
    rights_of("all but one", user)
    return APIToken.create_token(user=user, name="essai")[1]
