"""The links of a letter, opened for real: a web server on the loopback answers everything that
servers answer. Its address is let in by the one seam that says what is public."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from newsletters import outside
from newsletters.preflight_checks import links
from newsletters.preflight_checks.draft import Draft, Level
from tests.builders import make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
HOST = "127.0.0.1"


class Site(BaseHTTPRequestHandler):
    """/<code> answers with it; /vers/<n> redirects n times; /prive, to a cloud's metadata."""

    def do_GET(self):
        self.server.asked.append(self.path)
        name, _, rest = self.path.strip("/").partition("/")
        if name == "vers":
            self._redirect(302 if int(rest) else 200, f"/vers/{int(rest) - 1}")
        elif name == "demenage":
            self._redirect(301, "/nouvelle-adresse")
        elif name == "prive":
            self._redirect(302, "http://169.254.169.254/latest/meta-data/")
        elif name == "lent":
            self.server.stop.wait(20)
        elif name == "enorme":
            self._pour()
        else:
            self._redirect(int(name) if name.isdigit() else 200, "")

    def _redirect(self, status, location):
        self.send_response(status)
        if location and status != 200:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _pour(self):
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.stop.is_set():
                self.server.poured += self.wfile.write(b"x" * 65_536)
        except OSError:
            return

    def log_message(self, *args):
        return


@pytest.fixture
def site(settings, monkeypatch):
    settings.NEWSLETTER_ASK_OUTSIDE = True
    monkeypatch.setattr(outside, "is_public", lambda address: str(address) == HOST)
    server = ThreadingHTTPServer((HOST, 0), Site)
    server.stop, server.asked, server.poured = Event(), [], 0
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://{HOST}:{server.server_port}"
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()


def draft_of(*urls: str) -> Draft:
    items = [("text", {"title": f"T{n}", "url": url}) for n, url in enumerate(urls)]
    body = [("section", {"key": "pole", "title": "P", "intro": "", "items": items})]
    return Draft(make_issue(body=body))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/200", []),
        ("/404", [("link-gone", Level.BLOCK)]),
        ("/410", [("link-gone", Level.BLOCK)]),
        ("/403", [("link-refused", Level.WARN)]),
        ("/500", [("link-refused", Level.WARN)]),
        ("/503", [("link-refused", Level.WARN)]),
        ("/vers/3", []),
        ("/vers/9", [("link-broken", Level.WARN)]),
        ("/demenage", [("link-moved", Level.WARN)]),
        ("/prive", [("link-private", Level.BLOCK)]),
        ("/enorme", []),
    ],
)
def test_what_a_server_answers_becomes_a_finding(site, path, expected):
    found = list(links.external(draft_of(site.url + path)))
    assert [(f.code, f.level) for f in found] == expected
    assert all(site.url + path in f.message and f.where.url for f in found)


def test_a_slow_server_is_given_up_and_the_others_are_still_judged(site, monkeypatch):
    monkeypatch.setattr(links, "SECONDS_EACH", 0.5)
    found = links.external(draft_of(f"{site.url}/lent", f"{site.url}/404"))
    assert sorted(f.code for f in found) == ["link-gone", "link-timeout"]


def test_all_the_links_together_have_one_deadline(site, monkeypatch):
    """Forty slow servers, eight at a time: what the time left unanswered is said."""
    monkeypatch.setattr(links, "SECONDS_IN_ALL", 0.3)
    found = list(links.external(draft_of(*(f"{site.url}/lent/{n}" for n in range(40)))))
    assert [f.code for f in found] == ["links-unchecked"]
    assert found[0].message.startswith("40 lien(s)")
    assert len(site.asked) <= links.TOGETHER


def test_a_body_without_end_is_not_read(site):
    assert list(links.external(draft_of(f"{site.url}/enorme"))) == []
    # What the system's own buffers took before the connection was closed.
    assert site.poured < 20_000_000


def test_a_link_used_twice_is_opened_once_and_told(site):
    draft = draft_of(f"{site.url}/200", f"{site.url}/200", f"{site.url}/200#suite")
    assert list(links.external(draft)) == []
    assert [f.code for f in links.duplicates(draft)] == ["link-duplicate"]
    assert site.asked.count("/200") <= 2  # the fragment is another address of the same page


def test_a_name_that_does_not_exist_blocks(site, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    [found] = links.external(draft_of("https://inconnu.example.org/"))
    assert (found.code, found.level) == ("link-unknown-host", Level.BLOCK)


def test_a_port_where_nobody_listens_warns(site):
    with socket.socket() as free:
        free.bind((HOST, 0))
        url = f"http://{HOST}:{free.getsockname()[1]}/"
        [found] = links.external(draft_of(url))
    assert (found.code, found.level) == ("link-broken", Level.WARN)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0"],
)
def test_without_the_seam_this_machine_is_never_asked(settings, site, monkeypatch, host):
    monkeypatch.undo()
    settings.NEWSLETTER_ASK_OUTSIDE = True
    found = list(links.external(draft_of(f"http://{host}:{site.server_port}/200")))
    assert site.asked == []
    assert {f.code for f in found} <= {"link-private", "link-unknown-host", "links-unchecked"}
    assert found


def test_a_name_that_changes_its_answer_is_refused_on_the_way(site, monkeypatch):
    """DNS rebinding through a redirect: public the first time, a neighbour the second."""
    monkeypatch.undo()
    answers = iter(["93.184.216.34", "10.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (next(answers), 80))])

    class Answered(outside._Pinned):
        def connect(self):
            self.sock, self.far = socket.socketpair()
            self.far.sendall(b"HTTP/1.1 302 Found\r\nLocation: /suite\r\n\r\n")

    monkeypatch.setattr(outside, "_Pinned", Answered)
    verdict = links._look("http://rebond.example.org/")
    assert verdict.failure == "private"
