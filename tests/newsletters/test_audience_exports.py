"""Everything comes out in open formats and goes back in; a spreadsheet runs none of it."""

import csv
import io
import json
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

import pytest

from newsletters import consent
from newsletters.audience_archive import read_archive, write_archive
from newsletters.audience_files import FileRefused
from newsletters.consent.restoring import PERSON_FIELDS, PROOF_FIELDS, SUBSCRIPTION_FIELDS
from newsletters.models import ConsentEvent, Subscriber, Subscription, Suppression
from newsletters.tokens import address_hashes
from pages.models import Territory, Theme
from tests.builders import make_periodical, make_subscription
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    return make_periodical()


@pytest.fixture
def people(letter):
    """Active, left, blocked, and one erased who left only a fingerprint."""
    town = Territory.objects.create(name="Sarcelles", kind="commune")
    theme = Theme.objects.create(code="sante", name="Santé")
    first = make_subscription("a@example.org", periodical=letter).subscriber
    first.first_name, first.organisation = "=1+1", "@Régie"
    first.save()
    first.territories.add(town)
    first.themes.add(theme)
    left = make_subscription("b@example.org", periodical=letter)
    consent.leave(subscription=left, origin="lien")
    consent.block(subscriber=left.subscriber, reason="550")
    gone = make_subscription("c@example.org", periodical=letter)
    consent.erase(subscriber=gone.subscriber, origin="demande")


def everything() -> list:
    """All that an archive must keep, without keys."""
    people = Subscriber.objects.order_by("email_key")
    return [
        [
            [getattr(person, name) for name in PERSON_FIELDS],
            list(person.territories.values_list("name", flat=True)),
            list(person.themes.values_list("code", flat=True)),
            list(person.subscriptions.values_list("periodical__code", *SUBSCRIPTION_FIELDS)),
            list(person.consent_events.values_list("periodical__code", *PROOF_FIELDS)),
        ]
        for person in people
    ]


def test_the_whole_audience_goes_out_and_comes_back_the_same(people):
    before, refusals = everything(), set(Suppression.objects.values_list("address_hash", "reason"))
    file = io.BytesIO()
    assert write_archive(file) == 2
    Subscription.objects.all().delete()
    Subscriber.objects.all().delete()
    Suppression.objects.all().delete()
    file.seek(0)
    counts = read_archive(file)
    assert (counts["new"], counts["refusals"]) == (2, 1)
    assert everything() == before
    assert set(Suppression.objects.values_list("address_hash", "reason")) == refusals


def test_taking_an_archive_back_changes_nobody_and_revives_nobody(people):
    file = io.BytesIO()
    write_archive(file)
    consent.leave(
        subscription=Subscription.objects.get(subscriber__email="a@example.org"), origin="lien"
    )
    person = Subscriber.objects.get(email="b@example.org")
    consent.erase(subscriber=person, origin="demande")
    before = everything()
    file.seek(0)
    counts = read_archive(file)
    assert (counts["new"], counts["known"], counts["suppressed"]) == (0, 1, 1)
    assert everything() == before


def archive(lines: str) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        written.writestr("abonnes.jsonl", lines)
        written.writestr("liste-repoussoir.csv", "Empreinte;Motif;Le\n")
    file.seek(0)
    return file


GOOD = json.dumps({"email": "z@example.org"}) + "\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("{\n", "ligne 1 : JSON"),
        (GOOD + "[]\n", "ligne 2 : il y manque"),
        (GOOD + '{"email": "pas une adresse"}\n', "Ligne 2 : adresse"),
        (GOOD + '{"email": "y@example.org", "created_at": "hier"}\n', "Ligne 2 : valeur"),
        (
            GOOD + '{"email": "y@example.org", "subscriptions": [{"letter": "nulle"}]}\n',
            "Ligne 2 : lettre inconnue",
        ),
        (
            GOOD + '{"email": "y@example.org", "proofs": [{"action": "hacked"}]}\n',
            "Ligne 2 : valeur de « action »",
        ),
        (GOOD + '{"email": 5}\n', "Ligne 2 : un texte est attendu"),
        (GOOD + '{"email": "y@example.org", "territories": [1]}\n', "Ligne 2 : « territories »"),
        (GOOD + '{"email": "y@example.org", "themes": [[]]}\n', "Ligne 2 : un texte"),
        (GOOD + '{"email": "y@example.org", "proofs": {"a": 1}}\n', "Ligne 2 : « proofs »"),
        (GOOD + '{"email": "y@example.org", "created_at": null}\n', "Ligne 2 : valeur"),
        (GOOD + '{"email": "y@example.org", "created_at": 5}\n', "Ligne 2 : valeur"),
        (GOOD + '{"email": "y@example.org", "last_action_at": "2999-01-01"}\n', "Ligne 2 : val"),
        (GOOD + '{"email": "y@example.org", "first_name": "a\\u0000b"}\n', "Ligne 2 : valeur"),
        (GOOD + '{"email": "y@example.org", "first_name": "\\ud800"}\n', "Ligne 2 : valeur"),
        (GOOD + '{"email": "y@example.org", "source": "' + "x" * 121 + '"}\n', "Ligne 2 : valeur"),
        (GOOD + "[" * 200_000 + "\n", "ligne 2 : JSON"),
        (GOOD + '{"email": ' + "9" * 5_000 + "}\n", "ligne 2 : JSON"),
        (
            GOOD + '{"email": "y@example.org", "subscriptions": [{"letter": "resonances", '
            '"state": ""}]}\n',
            "Ligne 2 : valeur de « state »",
        ),
        (
            GOOD + '{"email": "y@example.org", "subscriptions": [{"letter": "resonances"}, '
            '{"letter": "resonances"}]}\n',
            "Ligne 2 : deux abonnements",
        ),
    ],
)
def test_a_wrong_archive_is_refused_with_its_line_and_writes_nothing(letter, lines, said):
    with pytest.raises(FileRefused, match=said):
        read_archive(archive(lines))
    assert not Subscriber.objects.exists()


def damaged() -> bytes:
    """An archive whose compressed people are spoilt."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("liste-repoussoir.csv", "Empreinte;Motif;Le\n")
        written.writestr("abonnes.jsonl", GOOD * 50)
        at = written.getinfo("abonnes.jsonl").header_offset + 50
    raw = bytearray(file.getvalue())
    raw[at : at + 8] = b"\xff" * 8
    return bytes(raw)


@pytest.mark.parametrize("content", [b"Courriel\n", damaged()], ids=["csv", "damaged"])
def test_what_is_no_archive_is_said(letter, content):
    with pytest.raises(FileRefused, match="pas une archive"):
        read_archive(io.BytesIO(content))
    assert not Subscriber.objects.exists()


def test_an_archive_says_what_this_site_does_not_have(letter):
    lines = json.dumps(
        {
            "email": "z@example.org",
            "themes": ["inconnu"],
            "territories": [{"name": "Ailleurs", "kind": "commune"}],
        }
    )
    with pytest.raises(FileRefused, match=r"n'a pas ces .* : « Ailleurs », « inconnu »"):
        read_archive(archive(lines + "\n"))
    assert not Subscriber.objects.exists()
    assert read_archive(archive(lines + "\n"), partly=True)["dropped"] == 2


def test_a_refusal_with_an_impossible_date_counts_all_the_same(letter):
    file = io.BytesIO()
    digests = [address_hashes(f"{name}@example.org")[0] for name in "abc"]
    dates = ["2026-13-45T00:00:00Z", "2999-01-01T00:00:00Z", "2025-01-01T00:00:00"]
    rows = [f"{one};demande;{at}\n" for one, at in zip(digests, dates, strict=True)]
    with zipfile.ZipFile(file, "w") as written:
        written.writestr("abonnes.jsonl", "")
        written.writestr("liste-repoussoir.csv", "Empreinte;Motif;Le\n" + "".join(rows))
    assert read_archive(file)["refusals"] == 3
    assert not Suppression.objects.filter(created_at__gt=timezone.now()).exists()


def exported(client, query="", kind="csv") -> str:
    answer = client.post(reverse("abonnes:export") + query, {"format": kind})
    return answer.getvalue().decode()


def test_the_selection_is_exported_with_its_filters_and_without_formulas(client, people):
    log_in(client, "see_addresses")
    rows = list(csv.reader(io.StringIO(exported(client).lstrip("\ufeff")), delimiter=";"))
    assert [row[0] for row in rows] == ["Courriel", "a@example.org", "b@example.org"]
    assert (rows[1][1], rows[1][3]) == ("'=1+1", "'@Régie")
    assert "a@example.org" not in exported(client, "?state=left")
    assert "b@example.org" not in exported(client, f"?id={Subscriber.objects.first().pk}")
    person = json.loads(exported(client, "?state=left", "json"))
    assert person["subscriptions"][0]["state"] == "left"


def test_the_sheet_goes_back_through_the_import(client, people, letter, settings, tmp_path):
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    log_in(client, "see_addresses")
    path = tmp_path / "abonnes.csv"
    path.write_text(exported(client), encoding="utf-8")
    Subscription.objects.all().delete()
    Subscriber.objects.all().delete()
    options = ["--series=resonances", "--basis=consent", "--source=Reprise", "--commit", "--json"]
    call_command("import_subscribers", str(path), *options, stdout=io.StringIO())
    # Nor does it bring back, on another site, who had left or whose address is dead.
    person = Subscriber.objects.get()
    assert person.email == "a@example.org"
    assert (person.first_name, person.organisation) == ("=1+1", "@Régie")
    assert person.themes.get().code == "sante"
    assert person.territories.get().name == "Sarcelles"


def refuse(client, content: bytes, **more: str) -> str:
    file = SimpleUploadedFile("refus.csv", content)
    data = {"refus-file": file, "what": "refus"} | more
    return client.post(reverse("abonnes:back"), data, follow=True).content.decode()


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_refusals_are_taken_in_as_addresses_or_fingerprints(client, people, letter, separator):
    make_subscription("d@example.org", periodical=letter)
    digest = address_hashes("d@example.org")[0]
    log_in(client, "see_addresses", "import_audience")
    content = f"Adresse;Motif\nA@example.org;x\n{digest};y\nn'importe quoi\n\n"
    content = content.replace(";", separator)
    counts = "2 refus ajouté(s), 0 déjà connu(s), 2 personne(s) désinscrite(s)"
    said = refuse(client, content.encode())
    assert f"Essai à blanc, rien n&#x27;est écrit : {counts}" in said
    assert Subscription.objects.filter(state="active").count() == 2
    assert Suppression.objects.count() == 1
    said = refuse(client, content.encode(), **{"refus-sure": "on"})
    assert counts in said
    assert "1 ligne(s) illisible(s) : 4" in said
    assert not Subscription.objects.filter(state="active").exists()
    assert ConsentEvent.objects.filter(origin="Liste repoussoir importée").count() == 2


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0a@example.org", b"%PDF-1.7\na@example.org\n"])
def test_a_list_of_refusals_that_is_no_text_is_refused(client, people, content):
    log_in(client, "see_addresses", "import_audience")
    assert "pas du texte" in refuse(client, content, **{"refus-sure": "on"})
    assert Suppression.objects.count() == 1


def test_the_list_of_refusals_holds_no_address_and_goes_back_in(client, people):
    log_in(client, "see_addresses", "import_audience")
    text = client.post(reverse("abonnes:open"), {"what": "refus"}).getvalue().decode()
    assert "@" not in text
    Suppression.objects.all().delete()
    done = consent.refuse_all(lines=text.splitlines(), reason="Liste importée")
    assert (done.added, done.invalid) == (1, ())
    assert consent.suppressed(["c@example.org"])


def test_taking_back_in_asks_the_right_to_import(client, people):
    log_in(client, "see_addresses")
    file = SimpleUploadedFile("refus.csv", b"a@example.org\n")
    data = {"refus-file": file, "what": "refus", "refus-sure": "on"}
    client.post(reverse("abonnes:back"), data)
    assert Suppression.objects.count() == 1


def test_the_commands_write_a_private_file_and_read_it_back(people, tmp_path):
    path = tmp_path / "audience.zip"
    call_command("export_audience", str(path), stdout=io.StringIO())
    assert path.stat().st_mode & 0o777 == 0o600
    Subscription.objects.all().delete()
    Subscriber.objects.all().delete()
    out = io.StringIO()
    call_command("import_audience", str(path), stdout=out)
    assert "2 personne(s) reprise(s)" in out.getvalue()
    assert "@" not in out.getvalue()
    with pytest.raises(CommandError):
        call_command("export_audience", str(path), stdout=out)
