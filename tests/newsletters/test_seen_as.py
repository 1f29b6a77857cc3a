"""« Voir comme un·e abonné·e » : one reader's mail, without anybody's way out."""

from django.utils import timezone

import pytest

from newsletters.models import Subscription
from newsletters.seen_as import PROFILES, reader_of, seen_by
from newsletters.tokens import unsubscribe_token
from tests.builders import make_issue, make_periodical, make_subscription
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue():
    issue = make_issue(editorial="<p>Bonjour à toutes.</p>")
    issue.save_revision()
    return issue


@pytest.fixture
def reader(issue):
    return make_subscription("lectrice@lecture.example.org", periodical=issue.periodical)


def screen(client, issue, **query):
    return client.get(f"/admin/envois/comme/{issue.pk}/", query)


def content(client, issue, **query):
    return client.get(f"/admin/envois/comme/{issue.pk}/courriel/", query)


def test_the_headers_are_those_of_this_reader(issue, reader):
    headers = dict(seen_by(reader_of(reader, issue), issue).headers)
    assert headers["To"] == "lectrice@lecture.example.org"
    assert headers["From"] == "Centre de ressources <lettre@example.org>"
    assert headers["Subject"] == "Résonances – mars 2026"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_way_out_is_nobody_s(client, issue, reader):
    log_in(client, "view_mailing", "see_addresses")
    answers = [screen(client, issue, lecteur=reader.pk), content(client, issue, lecteur=reader.pk)]
    for answer in answers:
        html = answer.content.decode()
        assert unsubscribe_token(reader.pk) not in html
        assert unsubscribe_token(0) in html
        assert "%%" not in html


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.key)
def test_every_fictitious_profile_can_be_written_to(issue, profile):
    assert "Bonjour à toutes." in seen_by(profile, issue).html


@pytest.mark.parametrize(
    ("state", "blocked", "expected"),
    [
        (Subscription.State.ACTIVE, False, "Recevrait ce numéro."),
        (Subscription.State.LEFT, False, "Ne recevrait rien : désinscrit·e."),
        (Subscription.State.PENDING, False, "Ne recevrait rien : en attente de confirmation."),
        (Subscription.State.ACTIVE, True, "Ne recevrait rien : l'adresse est bloquée."),
    ],
)
def test_it_says_whether_the_issue_would_arrive(issue, reader, state, blocked, expected):
    reader.state = state
    reader.subscriber.blocked_at = timezone.now() if blocked else None
    assert reader_of(reader, issue).verdict == expected


def test_a_person_is_found_by_who_may_see_addresses(client, issue, reader):
    log_in(client, "view_mailing", "see_addresses")
    assert "lectrice@lecture.example.org" in screen(client, issue, q="LECTRICE").content.decode()
    assert "Personne de cette série" in screen(client, issue, q="inconnu").content.decode()


def test_without_that_right_there_are_profiles_only(client, issue, reader):
    log_in(client, "view_mailing")
    html = screen(client, issue, q="lectrice").content.decode()
    assert "lecture.example.org" not in html
    assert "Une inscription jamais confirmée" in html
    for answer in (screen(client, issue, lecteur=reader.pk),
                   content(client, issue, lecteur=reader.pk)):  # fmt: skip
        assert answer.status_code in (302, 403)


def test_a_reader_of_another_series_is_not_shown(client, issue):
    other = make_periodical(title="Autre", code="autre")
    stranger = make_subscription("ailleurs@lecture.example.org", periodical=other)
    log_in(client, "view_mailing", "see_addresses")
    assert screen(client, issue, lecteur=stranger.pk).status_code == 404


def test_the_mail_is_shown_in_each_way_it_is_read(client, issue):
    log_in(client, "view_mailing")
    assert content(client, issue, mode="texte")["Content-Type"].startswith("text/plain")
    assert (
        "prefers-color-scheme" not in content(client, issue, mode="email-sombre").content.decode()
    )
    plain = content(client, issue, mode="email")
    assert "sandbox" in plain["Content-Security-Policy"]
    assert "prefers-color-scheme" in plain.content.decode()


def test_what_stops_the_letter_is_said_in_its_place(client, issue):
    issue.first_month = None
    issue.save_revision(clean=False)
    log_in(client, "view_mailing")
    assert "Période : indiquez un mois" in screen(client, issue).content.decode()


def test_whoever_has_no_part_in_the_letters_sees_nothing(client, issue):
    log_in(client)
    assert screen(client, issue).status_code in (302, 403)
    assert content(client, issue).status_code in (302, 403)
