"""Whoever sees or takes addresses leaves a line in the history: what and how many, never who."""

import json

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from wagtail.models import ModelLogEntry

import pytest

from newsletters import import_files, importing
from newsletters.delivery.send import deliver
from newsletters.models import Errand, Mailing, Segment, Subscriber, SubscriberImport, Subscription
from pages.models import Theme
from tests.builders import make_sending
from tests.newsletters.roles import give_pages, log_in

pytestmark = pytest.mark.django_db
RIGHTS = (
    "see_addresses", "view_subscriber", "change_subscriber", "add_subscriber", "import_audience",
    "view_mailing", "view_segment",
)  # fmt: skip


@pytest.fixture
def sent(relay, settings, tmp_path) -> Mailing:
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    mailing = make_sending(3)
    deliver(mailing.pk)
    Segment.objects.create(name="Tout le monde", rules={"match": "all"})
    return mailing


def first() -> Subscriber:
    return Subscriber.objects.order_by("pk")[0]


def issue_of(name: str) -> str:
    return reverse(name, args=[Mailing.objects.get().issue_id])


# How it is seen → (action, how many, whose file if it is one person's).
SIGHTS = {
    "list": (lambda c: c.get(reverse("abonnes:index")), "listed", 3),
    "results": (lambda c: c.get(reverse("abonnes:index_results")), "listed", 3),
    "search": (lambda c: c.get(reverse("abonnes:index") + "?q=lecteur00002"), "listed", 1),
    "file": (lambda c: c.get(reverse("abonnes:inspect", args=[first().pk])), "opened", 1),
    "letters": (lambda c: c.get(reverse("mailings:received", args=[first().pk])), "opened", 1),
    "recipients": (
        lambda c: c.get(reverse("mailings:recipients", args=[Mailing.objects.get().pk])),
        "listed", 3,
    ),
    "recipients, one outcome": (
        lambda c: c.get(
            reverse("mailings:recipients", args=[Mailing.objects.get().pk]) + "?resultat=accepted"
        ),
        "listed", 3,
    ),
    "csv of a mailing": (
        lambda c: c.post(reverse("mailings:csv", args=[Mailing.objects.get().pk])), "exported", 3,
    ),
    "segment": (
        lambda c: c.get(reverse("segments:inspect", args=[Segment.objects.get().pk])), "listed", 3,
    ),
    "reader searched": (
        lambda c: c.get(issue_of("mailings:preview_as") + "?q=lecteur"), "listed", 3,
    ),
    "reader chosen": (
        lambda c: c.get(
            f"{issue_of('mailings:preview_as')}?lecteur={Subscription.objects.order_by('pk')[0].pk}"
        ),
        "listed", 1,
    ),
    "selection, csv": (
        lambda c: c.post(reverse("abonnes:export"), {"format": "csv"}), "exported", 3,
    ),
    "selection, json": (
        lambda c: c.post(
            f"{reverse('abonnes:export')}?id={first().pk}", {"format": "json"}
        ), "exported", 1,
    ),
    "archive": (lambda c: c.post(reverse("abonnes:open"), {"what": "archive"}), "exported", 3),
}  # fmt: skip


def lines() -> list[ModelLogEntry]:
    return list(ModelLogEntry.objects.filter(action__startswith="newsletters.audience"))


@pytest.mark.parametrize("sight", SIGHTS)
def test_each_sight_of_addresses_leaves_one_line(client, sent, sight):
    see, action, count = SIGHTS[sight]
    user = give_pages(log_in(client, *RIGHTS), "change_page")
    response = see(client)
    body = response.getvalue() if response.streaming else response.content
    assert body[:2] == b"PK" or b"lecteur0000" in body
    (line,) = lines()
    assert (line.action, line.user) == (f"newsletters.audience.{action}", user)
    assert line.data["count"] == count
    assert "lecteur" not in f"{line.label} {json.dumps(line.data)} {line.message}"
    own = sight in ("file", "letters")
    assert line.object_id == (str(first().pk) if own else "0")


HIDDEN = [name for name in SIGHTS if "selection" not in name and name != "archive"]


@pytest.mark.parametrize("sight", HIDDEN)
def test_without_the_right_there_is_nothing_to_see_and_nothing_to_write(client, sent, sight):
    give_pages(log_in(client, *set(RIGHTS) - {"see_addresses"}), "change_page")
    response = SIGHTS[sight][0](client)
    body = response.getvalue() if response.streaming else response.content
    assert b"lecteur0000" not in body.replace(b"?q=lecteur", b"").replace(b'"lecteur0000', b"")
    assert lines() == []


@pytest.mark.parametrize(
    "path",
    ["abonnes:history", "abonnes:usage"],
)
def test_the_history_of_a_file_shows_no_address_to_anybody(client, sent, path):
    log_in(client, *RIGHTS)
    SIGHTS["file"][0](client)
    html = client.get(reverse(path, args=[first().pk]), follow=True).content.decode()
    assert "lecteur" not in html


def test_what_is_done_to_people_leaves_its_line(client, sent):
    theme = Theme.objects.create(code="sante", name="Santé")
    log_in(client, *RIGHTS)
    url = f"{reverse('abonnes:batch')}?id={first().pk}"
    client.post(url, {"action": "theme", "theme": theme.pk, "sure": "on"})
    client.post(
        reverse("abonnes:add"),
        {
            "email": "nouvelle@example.org", "source": "Bulletin", "basis": "membership",
            "periodicals": [sent.issue.periodical_id],
        },
    )  # fmt: skip
    said = [(line.action.rpartition(".")[2], line.object_id) for line in reversed(lines())]
    made = Subscriber.objects.get(email="nouvelle@example.org")
    assert said == [("acted", str(first().pk)), ("added", str(made.pk))]


def imported(series) -> SubscriberImport:
    rows = b"Courriel;Commune\nun@example.org;Cergy\ndeux@;Cergy\n"
    row = importing.receive(
        chunks=[rows], file_name="liste.csv", periodicals=[series], basis="consent",
        source="Colloque", notified_on=None, notice_text="", user=None,
    )  # fmt: skip
    importing.claim(row=row, step="check")
    importing.check(row=row)
    return row


def test_the_steps_of_an_import_leave_lines_and_its_report_names_nobody(client, sent):
    row = imported(sent.issue.periodical)
    log_in(client, "import_audience")
    client.get(reverse("imports:detail", args=[row.pk]))
    report = client.get(reverse("imports:report", args=[row.pk])).getvalue().decode()
    assert "invalide" in report
    assert "example.org" not in report
    assert lines() == []
    client.post(reverse("imports:step", args=[row.pk, "importer"]))
    (line,) = lines()
    assert line.action == "newsletters.audience.imported"
    assert line.data["what"].endswith("importer")


def test_the_refusals_out_and_in_leave_lines(client, sent):
    log_in(client, *RIGHTS)
    client.post(reverse("abonnes:open"), {"what": "refus"}).getvalue()
    file = SimpleUploadedFile("refus.csv", b"non@example.org\n")
    client.post(reverse("abonnes:back"), {"refus-file": file, "refus-sure": "on"})
    assert [line.action for line in lines()] == ["newsletters.audience.suppressions"] * 2
    assert sorted(line.data["what"] for line in lines()) == ["Export", "Import"]


def test_the_commands_leave_lines_and_print_no_address(sent, tmp_path, capsys):
    archive, table = tmp_path / "audience.zip", tmp_path / "liste.csv"
    call_command("export_audience", str(archive))
    call_command("import_audience", str(archive))
    table.write_text("Courriel;Commune\nun@example.org;deux@example.org\ntrois@;x\n")
    options = ["--series", "resonances", "--basis", "consent", "--source", "Colloque"]
    call_command("import_subscribers", str(table), *options)
    call_command("import_subscribers", str(table), *options, "--commit", "--json")
    call_command("mailing_report", sent.pk)
    printed = "".join(capsys.readouterr())
    assert "un@" not in printed
    assert "deux@" not in printed
    said = [(line.action.rpartition(".")[2], line.user, line.data["count"]) for line in lines()]
    assert sorted(said) == [("exported", None, 3), ("imported", None, 0), ("imported", None, 1)]


@pytest.mark.parametrize(
    "content",
    [
        "claire@mail.example.org;Claire\nautre@example.org;Autre\n",
        "Nom;mail claire@example.org\nMartin;x@example.org\n",
    ],
)
def test_a_file_without_headings_never_makes_one_of_its_first_person(client, sent, content):
    with pytest.raises(importing.FileRefused, match="première ligne de titres"):
        importing.receive(
            chunks=[content.encode()], file_name="liste.csv",
            periodicals=[sent.issue.periodical], basis="consent", source="Colloque",
            notified_on=None, notice_text="", user=None,
        )  # fmt: skip
    assert not SubscriberImport.objects.exists()
    assert not list(import_files.upload(0).parent.iterdir())


def test_a_report_hides_an_address_put_in_the_wrong_column(sent):
    table = (
        "Courriel;Territoires;Thèmes;Type d'acteur\n"
        "un@example.org;deux@example.org;trois@example.org;quatre@example.org\n"
    )
    row = importing.receive(
        chunks=[table.encode()], file_name="liste.csv", periodicals=[sent.issue.periodical],
        basis="consent", source="Colloque", notified_on=None, notice_text="", user=None,
    )  # fmt: skip
    importing.claim(row=row, step="check")
    importing.check(row=row)
    report = import_files.report(row.pk).read_text(encoding="utf-8-sig")
    assert report.count("(une adresse)") == 3
    assert "@" not in report


def test_the_page_of_a_partner_is_kept_without_what_it_may_say_of_its_reader(client, sent):
    notice = client.get("/api/v3/lettres/").json()["notice"]["version"]
    url = "https://claire@partenaire.example.org:8443/lettre/?email=claire@example.org#claire"
    client.post(
        "/api/v3/lettres/demandes/",
        {"email": "x@example.org", "letters": ["resonances"], "notice_version": notice,
         "page_url": url},
        content_type="application/json",
    )  # fmt: skip
    details = Errand.objects.get(kind="ask").details
    assert details["form_url"] == "https://partenaire.example.org:8443/lettre/"
