"""Letters through providers' APIs: real calls to a local server that speaks as they do."""

from __future__ import annotations

import html
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core import mail
from django.utils import timezone

import pytest
from anymail.message import AnymailRecipientStatus
from anymail.signals import pre_send

from newsletters.delivery import provider_transport
from newsletters.delivery.freeze import freeze
from newsletters.delivery.providers import PROVIDERS, Provider
from newsletters.delivery.send import run, send_samples
from newsletters.models import Delivery, Mailing
from newsletters.tokens import message_token, read_message_token, read_unsubscribe_token
from tests.builders import make_mailing, make_readers, make_sending
from tests.provider_api import ProviderApi, Taken, Trouble

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("journal"),
    # Anymail says at each use that it no longer tests SendGrid.
    pytest.mark.filterwarnings("ignore:django-anymail has dropped"),
]

BATCHED = ["mailgun", "mailjet", "postmark", "sendgrid"]
# Whoever writes about mail merges writes them down.
TEMPLATES = (
    "{{ contact.EMAIL }} {{{x}}} {% if a %} {# b #} [[var:html_unsubscribe_url]] [[data:c]] *|D|* "
    "%recipient.text_unsubscribe_url% %%recipient% %unsubscribe_url% %tag_unsubscribe_email% "
    "<% e %> 100 %, https://example.org/?q=%C3%A9"
)


@pytest.fixture
def api(settings) -> Iterator[ProviderApi]:
    with ProviderApi() as api:
        settings.ANYMAIL = api.settings() | {"REQUESTS_TIMEOUT": 1}
        settings.NEWSLETTER_TRANSPORT = "provider"
        yield api


@pytest.fixture
def through(settings, api):
    def choose(name: str, batch: int = 1) -> ProviderApi:
        settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
        settings.NEWSLETTER_PROVIDER_BATCH = batch
        return api

    return choose


def reader(n: int) -> str:
    return f"lecteur{n:05d}@example.org"


def received(api: ProviderApi) -> Counter[str]:
    return Counter(message.recipient for message in api.taken)


def legible(page: str) -> str:
    return html.unescape(page).replace("\u200b", "")


def check_personal(message: Taken, everybody: set[str]) -> None:
    """This reader's own links and note, and no trace of anybody else."""
    delivery = Delivery.objects.get(email=message.recipient)
    assert read_message_token(message.note["delivery"]) == delivery.pk
    link = message.headers["list-unsubscribe"].partition(">")[0].removeprefix("<")
    assert read_unsubscribe_token(link.rstrip("/").rpartition("/")[2]) == delivery.subscription_id
    assert link in message.text
    assert html.escape(link) in message.html
    assert message.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    said = "".join([message.subject, message.text, message.html, *message.headers.values()])
    assert not [other for other in everybody - {message.recipient} if other in said]


@pytest.mark.parametrize(
    ("name", "batch"), [("brevo", 1), *((name, size) for name in BATCHED for size in (1, 4))]
)
def test_each_reader_has_their_own_link_and_the_editors_text_is_no_template(through, name, batch):
    api = through(name, batch)
    mailing = make_mailing(
        subject=f"Essai {TEMPLATES}"[:140],
        text=f"{TEMPLATES}{{\n%%unsubscribe_url%%\n",
        html=f"<style>p{{{{x}}}}</style><p>{html.escape(TEMPLATES)}</p>"
        "<a href='%%unsubscribe_url%%'>x</a>",
    )
    make_readers(9, periodical=mailing.issue.periodical)
    freeze(mailing=mailing)
    assert run(mailing.pk).equation.accepted == 9
    assert received(api) == Counter(map(reader, range(1, 10)))
    assert len(api.calls) == (9 if batch == 1 else 3)
    for message in api.taken:
        check_personal(message, set(received(api)))
        assert TEMPLATES in legible(message.html)
        assert TEMPLATES in legible(message.text)
        assert legible(message.subject) == mailing.subject
        assert "p{ {x}}" in message.html
        if name != "mailjet":  # it writes its own
            assert message.message_id.startswith(f"<{mailing.pk}.")


@pytest.mark.parametrize("name", BATCHED)
@pytest.mark.parametrize("batch", [1, 16])
def test_an_address_the_provider_does_not_want_costs_nobody_else_the_letter(through, name, batch):
    api = through(name, batch)
    api.unwanted = {reader(3), reader(14)}
    mailing = make_sending(20)
    Mailing.objects.update(breaker_off=True)
    equation = run(mailing.pk).equation
    assert received(api) == Counter(reader(n) for n in range(1, 21) if n not in (3, 14))
    assert (equation.accepted, equation.uncertain) == (18, 0)
    others = set(Delivery.objects.exclude(state="accepted").values_list("email", "state"))
    # Mailjet's error names no address as such: the message was not taken, and is tried again.
    outcome = "retry" if name == "mailjet" else "refused"
    assert others == {(reader(3), outcome), (reader(14), outcome)}


@pytest.mark.parametrize("name", ["mailgun", "postmark"])
@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(500, after=True, match=reader(7)),
        Trouble(502, match=reader(7)),
        Trouble(hang=2.5, after=True, match=reader(7)),
    ],
    ids=["500", "502", "silence"],
)
def test_an_answer_that_is_lost_makes_its_call_uncertain_and_is_never_offered_again(
    through, name, trouble
):
    api = through(name, 5)
    api.troubles = [trouble]
    mailing = make_sending(15)
    report = run(mailing.pk)
    in_doubt = set(Delivery.objects.filter(state="uncertain").values_list("email", flat=True))
    assert in_doubt == set(map(reader, range(6, 11)))
    assert report.equation.accepted == 5
    assert "ne confirme plus" in report.fault
    Mailing.objects.update(state=Mailing.State.SENDING)
    assert run(mailing.pk).equation.accepted == 10
    assert max(received(api).values()) == 1


@pytest.mark.parametrize(
    ("troubles", "state", "copies"),
    [
        ([Trouble(hang=2.5, after=True, times=1)], "accepted", 1),
        ([Trouble(hang=2.5, times=1)], "accepted", 1),
        ([Trouble(500, times=1)], "accepted", 1),
        ([Trouble(500, after=True, times=1)], "uncertain", 1),
        ([Trouble(500, times=1), Trouble(429, times=1)], "uncertain", 0),
        ([Trouble(hang=2.5, after=True, times=2)], "uncertain", 1),
    ],
    ids=["taken, silence", "silence", "not taken, 500", "taken, 500", "busy then", "two silences"],
)
def test_a_lost_answer_is_asked_for_again_where_a_key_forbids_a_second_message(
    through, troubles, state, copies
):
    api = through("brevo")
    api.troubles = troubles
    run(make_sending(1).pk)
    assert Delivery.objects.get().state == state
    assert received(api)[reader(1)] == copies


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("status", [429, 503])
def test_a_provider_that_asks_to_wait_is_obeyed_and_costs_nobody_an_attempt(through, batch, status):
    api = through("postmark", batch)
    api.troubles = [Trouble(status, headers={"Retry-After": "90"}, times=1)]
    mailing = make_sending(10)
    report = run(mailing.pk)
    assert f"demande d’attendre (code {status})" in report.fault
    assert set(Delivery.objects.values_list("state", "attempts")) == {("planned", 0)}
    mailing.refresh_from_db()
    assert mailing.resume_at is not None
    assert abs(mailing.resume_at - timezone.now() - timedelta(seconds=90)) < timedelta(seconds=30)
    Mailing.objects.update(state=Mailing.State.SENDING)
    assert run(mailing.pk).equation.accepted == 10
    assert max(received(api).values()) == 1


def test_a_short_limit_is_waited_for_without_a_pause(through, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(provider_transport, "sleep", waited.append)
    api = through("mailgun", 5)
    api.troubles = [Trouble(429, headers={"Retry-After": "2"}, times=2)]
    assert run(make_sending(10).pk).equation.accepted == 10
    assert waited == [2, 2]
    assert max(received(api).values()) == 1


@pytest.mark.parametrize("status", [401, 404])
def test_an_account_that_may_not_send_concerns_nobody(through, status):
    api = through("mailgun", 5)
    api.troubles = [Trouble(status)]
    report = run(make_sending(10).pk)
    assert f"(code {status})" in report.fault
    assert report.equation.remaining == 10
    assert len(api.calls) == 1


def test_a_provider_out_of_reach_concerns_nobody(through, settings):
    through("postmark", 5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.ANYMAIL["POSTMARK_API_URL"] = f"http://127.0.0.1:{free.getsockname()[1]}/"
        report = run(make_sending(10).pk)
    assert "injoignable" in report.fault
    assert report.equation.remaining == 10


def test_a_key_that_is_missing_pauses_with_the_reason(through, settings):
    through("brevo")
    del settings.ANYMAIL["BREVO_API_KEY"]
    report = run(make_sending(2).pk)
    assert "mal configuré" in report.fault
    assert report.equation.remaining == 2


def test_a_letter_that_the_provider_refuses_whole_does_not_ask_for_ever(through, monkeypatch):
    api = through("mailgun", 1000)
    api.troubles = [Trouble(400)]
    monkeypatch.setattr(provider_transport, "_CALLS", 12)
    make_sending(300)
    report = run(Mailing.objects.get().pk)
    assert "Trop d’adresses refusées" in report.fault
    assert not Delivery.objects.filter(state__in=["claimed", "uncertain"]).exists()


def test_several_sessions_write_to_everybody_once(through, settings):
    settings.NEWSLETTER_CONNECTIONS = 4
    api = through("mailjet", 10)
    assert run(make_sending(120).pk).equation.accepted == 120
    assert received(api) == Counter(map(reader, range(1, 121)))


def test_two_spellings_of_one_domain_are_two_messages(through):
    api = through("mailgun", 10)
    mailing = make_sending(3)
    Delivery.objects.filter(email=reader(1)).update(email="a@xn--caf-dma.example.org")
    Delivery.objects.filter(email=reader(2)).update(email="a@café.example.org")
    assert run(mailing.pk).equation.accepted == 3
    assert received(api)["a@xn--caf-dma.example.org"] == 2
    assert len({message.note["delivery"] for message in api.taken}) == 3


@pytest.mark.parametrize("batch", [1, 10])
@pytest.mark.parametrize("address", ["a\nBcc: b@example.org", "rené@example.org", "sans-arobase"])
def test_an_address_that_cannot_be_written_is_refused_before_any_call(through, batch, address):
    api = through("sendgrid", batch)
    mailing = make_sending(3)
    Delivery.objects.filter(email=reader(2)).update(email=address)
    Mailing.objects.update(breaker_off=True)
    equation = run(mailing.pk).equation
    assert (equation.accepted, equation.refused) == (2, 1)
    assert received(api) == Counter([reader(1), reader(3)])


def test_a_test_letter_goes_the_same_way(through):
    api = through("postmark", 10)
    assert send_samples(make_mailing(), ["a@example.org", "b@example.org"]) == 2
    assert received(api) == Counter(["a@example.org", "b@example.org"])


# --- Anymail's own test backend: what is asked of any provider -----------------------------------


@pytest.fixture
def test_backend(settings):
    settings.NEWSLETTER_TRANSPORT = "provider"
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    settings.NEWSLETTER_PROVIDER_BATCH = 100


def sent() -> list[dict[str, Any]]:
    return [message.anymail_test_params for message in mail.outbox]


@pytest.mark.usefixtures("test_backend")
def test_a_provider_that_was_not_examined_gets_one_message_for_each_reader(mailoutbox):
    mailing = make_sending(3)
    assert run(mailing.pk).equation.accepted == 3
    for n, params in enumerate(sent(), 1):
        assert not params["is_batch_send"]
        assert [to.addr_spec for to in params["to"]] == [reader(n)]
        row = Delivery.objects.get(email=reader(n))
        reference = f"{row.pk}.{message_token(row.pk)}"
        assert params["extra_headers"]["Message-ID"] == f"<{mailing.pk}.{reference}@example.org>"
        assert params["metadata"] == {"delivery": reference}
        assert "Date" not in params["extra_headers"]


@pytest.fixture
def examined(test_backend, monkeypatch):
    provider = Provider("Test", 100, marker="[[{}]]", untracked=True)
    monkeypatch.setitem(PROVIDERS, "Test", provider)


@pytest.mark.usefixtures("examined")
def test_a_batch_gives_each_address_its_own_values_headers_and_note(mailoutbox):
    assert run(make_sending(3).pk).equation.accepted == 3
    [params] = sent()
    addresses = set(map(reader, (1, 2, 3)))
    assert params["is_batch_send"]
    assert {to.addr_spec for to in params["to"]} == addresses
    assert (params["track_opens"], params["track_clicks"]) == (False, False)
    for kind in ("merge_data", "merge_headers", "merge_metadata"):
        assert params[kind].keys() == addresses
    assert "[[html_unsubscribe_url]]" in params["html_body"]
    assert "[[text_unsubscribe_url]]" in params["text_body"]
    assert "List-Unsubscribe" not in params["extra_headers"]
    assert {"List-Unsubscribe", "Message-ID"} == params["merge_headers"][reader(1)].keys()


@pytest.mark.usefixtures("examined")
@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("sent", "accepted"),
        ("queued", "accepted"),
        ("invalid", "refused"),
        ("rejected", "refused"),
        ("failed", "retry"),
        ("unknown", "uncertain"),
        (None, "uncertain"),
    ],
)
def test_each_status_of_a_batch_is_one_readers_alone(mailoutbox, status, state):
    def answer(message: Any, **kwargs: Any) -> None:
        told = {to: AnymailRecipientStatus(1, "sent") for to in message.to}
        if status:
            told[reader(2)] = AnymailRecipientStatus(1, status)
        else:
            del told[reader(2)]
        message.anymail_test_response = {"recipient_status": told}

    Mailing.objects.filter(pk=make_sending(3).pk).update(breaker_off=True)
    pre_send.connect(answer)
    try:
        run(Mailing.objects.get().pk)
    finally:
        pre_send.disconnect(answer)
    states = dict(Delivery.objects.values_list("email", "state"))
    assert states == {reader(1): "accepted", reader(2): state, reader(3): "accepted"}
