"""The mailbox of the bounces, read from real servers: nothing is lost, nothing is heard twice."""

from django.core.management import CommandError, call_command

import pytest

from newsletters.management.commands import read_bounces
from newsletters.models import Delivery, DeliveryEvent, Subscriber, Subscription
from newsletters.tokens import unsubscribe_token
from tests.builders import make_sending
from tests.mail_boxes import USER, MailBox
from tests.newsletters.test_bounces import ABSENCE, UNREADABLE, message_id, report

pytestmark = pytest.mark.django_db
LETTER = b"From: camille@example.org\nSubject: Bonjour\n\n.Une question.\n"


@pytest.fixture
def rows() -> list[Delivery]:
    make_sending(3)
    return list(Delivery.objects.order_by("pk"))


def waiting(box: MailBox) -> list[bytes]:
    """What the next reading finds."""
    return [one for n, one in enumerate(box.messages, 1) if n not in box.seen]


def read(box: MailBox, capsys) -> str:
    call_command("read_bounces", box.way)
    return capsys.readouterr().out


def bounces(rows: list[Delivery]) -> list[bytes]:
    return [report(row).encode() for row in rows]


def test_what_was_heard_is_done_with_and_the_rest_waits_for_a_person(rows, opened, capsys):
    token = unsubscribe_token(rows[1].subscription_id)
    leaving = f"Subject: desinscription {token}\n\n".encode()
    absence = ABSENCE.format(message_id=message_id(rows[2])).encode()
    box = opened([LETTER, *bounces(rows[:1]), UNREADABLE, leaving, absence])
    said = read(box, capsys)
    assert "5 message(s) lu(s), 1 avis pris en compte. 1 désinscription(s)" in said
    assert "1 écrit(s) par une personne" in said
    assert "1 illisible(s)" in said
    assert waiting(box) == [LETTER, UNREADABLE]
    assert Subscriber.objects.exclude(blocked_at=None).get() == rows[0].subscriber
    assert Subscription.objects.get(state="left").pk == rows[1].subscription_id
    assert "2 message(s) lu(s), 0 avis" in read(box, capsys)


@pytest.mark.parametrize("at", [2, 3])
def test_a_line_that_goes_dead_half_way_loses_nothing_and_counts_nothing_twice(
    rows, opened, capsys, at
):
    box = opened(bounces(rows))
    box.cut_at = f"RETR {at}" if box.way == "--pop" else f"FETCH {at}"
    with pytest.raises(CommandError, match="ne répond pas"):
        read(box, capsys)
    assert f"{at - 1} avis pris en compte" in capsys.readouterr().out
    assert DeliveryEvent.objects.count() == at - 1
    box.cut_at = ""
    read(box, capsys)
    assert waiting(box) == []
    assert DeliveryEvent.objects.count() == len(rows)
    assert Subscriber.objects.exclude(blocked_at=None).count() == len(rows)


def test_a_message_is_given_up_to_nobody_before_its_notice_is_kept(
    rows, opened, capsys, monkeypatch
):
    box = opened(bounces(rows))
    kept = read_bounces.record

    def fail(notice):
        if DeliveryEvent.objects.exists():
            raise RuntimeError
        return kept(notice)

    monkeypatch.setattr(read_bounces, "record", fail)
    with pytest.raises(RuntimeError):
        read(box, capsys)
    assert waiting(box) == bounces(rows)[1:]


def test_lines_longer_than_mail_allows_do_not_stop_the_reading(rows, opened, capsys):
    box = opened([b"Subject: Lettre\n\n" + b"x" * 5000 + b"\n", *bounces(rows)])
    assert "4 message(s) lu(s), 3 avis" in read(box, capsys)


def test_a_wrong_password_is_told_without_repeating_the_login(rows, opened, settings, capsys):
    box = opened([])
    settings.BOUNCE_POP_PASSWORD = settings.BOUNCE_IMAP_PASSWORD = "autre"
    with pytest.raises(CommandError, match="mot de passe") as told:
        read(box, capsys)
    assert USER not in str(told.value)


def test_a_server_that_nobody_vouches_for_is_given_no_password(rows, opened, monkeypatch, capsys):
    box = opened(bounces(rows))
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(CommandError, match="certificat"):
        read(box, capsys)
    assert box.commands == []


def test_a_mailbox_that_is_away_or_unset_is_told_in_french(rows, opened, settings, capsys):
    box = opened([])
    box.__exit__()
    settings.BOUNCE_POP_PORT = settings.BOUNCE_IMAP_PORT = 1
    with pytest.raises(CommandError, match="ne répond pas"):
        read(box, capsys)
    settings.BOUNCE_POP_HOST = settings.BOUNCE_IMAP_HOST = ""
    with pytest.raises(CommandError, match="n’est pas défini"):
        read(box, capsys)
