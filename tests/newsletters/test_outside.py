"""The guard of outgoing requests, against real servers on the loopback."""

import ipaddress
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from newsletters import outside
from newsletters.outside import Failure, Unreachable


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/vers?"):
            self.send_response(301)
            self.send_header("Location", self.path.split("?", 1)[1])
            self.end_headers()
        elif self.path == "/lent":
            try:
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    self.server.stop.wait(0.05)
            except OSError:
                return
        else:
            self.send_response(404 if self.path == "/absent" else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Bonjour</title>" + b"x" * 1000)

    def log_message(self, *args):
        return


@pytest.fixture
def site():
    from threading import Event

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.stop = Event()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stop.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def loopback_allowed(monkeypatch):
    monkeypatch.setattr(outside, "is_public", lambda address: str(address) == "127.0.0.1")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("192.168.1.1", False), ("172.16.0.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False),
        ("224.0.0.1", False), ("255.255.255.255", False),
        ("::1", False), ("fe80::1", False), ("fd00::1", False), ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
    ],
)  # fmt: skip
def test_only_a_public_address_may_be_asked(address, public):
    assert outside.is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_this_machine_is_refused_however_it_is_written(site, host):
    port = site.rpartition(":")[2]
    with pytest.raises(Unreachable) as refused:
        outside.fetch(f"http://{host}:{port}/")
    assert refused.value.failure in (Failure.PRIVATE, Failure.UNKNOWN_HOST)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/", "http://", "http://a:b@127.0.0.1/", "http://[",
     "http://example.org:99999/", "gopher://example.org/"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(Unreachable) as refused:
        outside.fetch(url)
    assert refused.value.failure is Failure.MALFORMED


def test_a_page_is_read_up_to_its_bound(site, loopback_allowed):
    answer = outside.fetch(f"{site}/", max_bytes=22)
    assert (answer.status, answer.body) == (200, b"<title>Bonjour</title>")
    assert outside.fetch(f"{site}/absent").status == 404


def test_a_redirect_is_followed_and_told(site, loopback_allowed):
    answer = outside.fetch(f"{site}/vers?/ailleurs")
    assert (answer.status, answer.url, answer.moved) == (200, f"{site}/ailleurs", True)


def test_a_redirect_to_a_private_address_is_refused(site, loopback_allowed):
    with pytest.raises(Unreachable) as refused:
        outside.fetch(f"{site}/vers?http://169.254.169.254/latest/meta-data/")
    assert refused.value.failure is Failure.PRIVATE


def test_redirects_without_end_are_given_up(site, loopback_allowed):
    def loop(url, end, max_bytes):
        return 302, url, "", b""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outside, "_ask", loop)
        with pytest.raises(Unreachable) as refused:
            outside.fetch(site)
    assert refused.value.failure is Failure.REDIRECTS


def test_a_server_that_drips_is_cut_off(site, loopback_allowed):
    with pytest.raises(Unreachable) as refused:
        outside.fetch(f"{site}/lent", timeout=0.4)
    assert refused.value.failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    ("number", "failure"),
    [(socket.EAI_NONAME, Failure.UNKNOWN_HOST), (socket.EAI_AGAIN, Failure.OFFLINE)],
)
def test_a_name_that_does_not_exist_is_not_a_machine_without_network(monkeypatch, number, failure):
    def refuse(*args, **kwargs):
        raise socket.gaierror(number, "")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(Unreachable) as refused:
        outside.fetch("https://example.org/")
    assert refused.value.failure is failure


def test_the_connection_is_made_to_the_address_that_was_checked(site, monkeypatch):
    """A name that answers differently the second time (DNS rebinding) gains nothing."""
    port = int(site.rpartition(":")[2])
    answers = iter(["93.184.216.34", "127.0.0.1"])
    made = []
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (next(answers), port))]
    )

    def connect(address, timeout):
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        outside.fetch(f"http://rebinding.example.org:{port}/")
    assert made == [("93.184.216.34", port)]
