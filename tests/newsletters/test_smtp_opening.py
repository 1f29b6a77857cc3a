from __future__ import annotations

import socket
import ssl

import pytest

from newsletters.delivery.answers import Outcome, RelayUnavailable
from newsletters.delivery.smtp import SmtpConnection
from tests.smtp_sink import Rule, SmtpSink
from tests.tls import client_context, self_signed, server_context

FROM = "lettre@example.org"
TO = "camille.martin@example.org"


def message(number: int = 1, size: int = 100) -> bytes:
    body = (b"x" * 74 + b"\r\n") * (size // 76 + 1)
    return f"Message-ID: <{number}@example.org>\r\n\r\n".encode() + body


def connection(sink: SmtpSink, **options: object) -> SmtpConnection:
    settings = {"timeout": 5.0, "local_hostname": "test.example.org"} | options
    return SmtpConnection(sink.host, sink.port, **settings)  # type: ignore[arg-type]


@pytest.fixture(params=[True, False], ids=["pipelining", "one by one"])
def pipelining(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(server, client) contexts around a certificate made for the occasion."""
    folder = self_signed(tmp_path_factory.mktemp("tls"))
    return server_context(folder), client_context(folder)


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_an_encrypted_and_identified_session_sends_like_another(
    mode: str, certificate: tuple[ssl.SSLContext, ssl.SSLContext], pipelining: bool
) -> None:
    server, client = certificate
    offered = {"tls": mode, "context": server, "login": ("pole", "secret"), "keep": True}
    asked = {"tls": mode, "context": client, "user": "pole", "password": "secret"}
    with (
        SmtpSink(pipelining=pipelining, **offered) as sink,  # type: ignore[arg-type]
        connection(sink, **asked) as relay,
    ):
        answers = [relay.send(FROM, TO, message(number, 94_000)) for number in range(3)]
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 3
    assert sink.messages == [message(number, 94_000) for number in range(3)]


def test_a_closed_port_is_explained() -> None:
    with socket.socket() as bound:  # bound but not listening: nobody else can take it meanwhile
        bound.bind(("127.0.0.1", 0))
        relay = SmtpConnection("127.0.0.1", bound.getsockname()[1], timeout=2)
        with pytest.raises(RelayUnavailable, match="refuse la connexion") as error:
            relay.open()
    assert error.value.reason == "refused"


def test_an_unknown_host_is_explained() -> None:
    with pytest.raises(RelayUnavailable, match="introuvable") as error:
        SmtpConnection("relais.invalid", 25, timeout=2).open()
    assert error.value.reason == "dns"


def test_a_host_name_that_is_none_is_explained() -> None:
    with pytest.raises(RelayUnavailable, match="introuvable"):
        SmtpConnection("relais..example.org", 25, timeout=2).open()


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule("connect", "554 5.3.2 fermé"), "greeting"),
        (Rule("connect", "421 4.3.2 arrêt"), "greeting"),
        (Rule("connect", "hang"), "timeout"),
        (Rule("connect", "drop"), "greeting"),
        (Rule("auth", "454 4.7.0 plus tard"), "auth"),
        (Rule("auth", "535 5.7.8 mauvais mot de passe de pole@example.org"), "auth"),
    ],
)
def test_a_session_that_does_not_start_is_explained_without_the_login(
    rule: Rule, reason: str
) -> None:
    with SmtpSink([rule], login=("pole@example.org", "secret")) as sink:
        relay = connection(sink, timeout=0.3, user="pole@example.org", password="secret")
        with pytest.raises(RelayUnavailable) as error:
            relay.send(FROM, TO, message())
    assert error.value.reason == reason
    assert "@" not in str(error.value)
    assert not relay.is_open


def test_a_wrong_password_is_explained() -> None:
    with (
        SmtpSink(login=("pole", "secret")) as sink,
        pytest.raises(RelayUnavailable, match="identification"),
    ):
        connection(sink, user="pole", password="autre").open()


@pytest.mark.parametrize("login", [("pôle", "secret"), ("pole", "clé")])
def test_a_login_that_smtp_cannot_carry_is_no_unknown_host(login: tuple[str, str]) -> None:
    with (
        SmtpSink(login=("pole", "secret")) as sink,
        pytest.raises(RelayUnavailable, match="accent"),
    ):
        connection(sink, user=login[0], password=login[1]).open()


def test_identification_that_is_not_offered_is_explained() -> None:
    with (
        SmtpSink() as sink,
        pytest.raises(RelayUnavailable, match="identification"),
    ):
        connection(sink, user="pole", password="secret").open()


def test_nothing_is_said_in_clear_when_encryption_is_asked_for_and_not_offered() -> None:
    with (
        SmtpSink(login=("pole", "secret")) as sink,
        pytest.raises(RelayUnavailable, match="STARTTLS") as error,
    ):
        connection(sink, tls="starttls", user="pole", password="secret").open()
    assert error.value.reason == "tls"
    assert not any(line.startswith(("AUTH", "MAIL")) for line in sink.commands)


def test_the_password_is_said_once_the_line_is_encrypted_and_not_before(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, client = certificate
    with (
        SmtpSink(tls="starttls", context=server, login=("pole", "secret")) as sink,
        connection(sink, tls="starttls", context=client, user="pole", password="secret"),
    ):
        verbs = [line.split()[0].upper() for line in sink.commands]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_a_password_does_not_cross_the_network_in_clear() -> None:
    address = other_address()
    with (
        SmtpSink(host=address, login=("pole", "secret")) as sink,
        pytest.raises(RelayUnavailable, match="en clair") as error,
    ):
        connection(sink, user="pole", password="secret").open()
    assert error.value.reason == "tls"
    assert not any(line.startswith("AUTH") for line in sink.commands)


def other_address() -> str:
    """One of this machine's addresses that is not the loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: it only picks the way out
        except OSError:
            pytest.skip("this machine has no address but the loopback's")
        return str(probe.getsockname()[0])


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_an_unknown_certificate_is_explained(
    mode: str, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with (
        SmtpSink(tls=mode, context=certificate[0]) as sink,  # type: ignore[arg-type]
        pytest.raises(RelayUnavailable, match="TLS") as error,
    ):
        connection(sink, tls=mode).open()
    assert error.value.reason == "tls"


def test_closing_twice_or_after_the_relay_has_gone_is_silent() -> None:
    with SmtpSink() as sink:
        relay = connection(sink)
        relay.open()
    relay.close()
    relay.close()
    assert not relay.is_open
