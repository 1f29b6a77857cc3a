"""An import by the screens: declared, checked, confirmed, taken back, and never half done."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

import pytest

from newsletters.models import ConsentEvent, Subscriber, SubscriberImport, Suppression
from newsletters.tokens import address_hashes
from tests.builders import make_issue, make_mailing, make_periodical, make_subscription
from tests.newsletters.roles import log_in
from tests.newsletters.test_subscriber_import import BAD

pytestmark = pytest.mark.django_db
State = SubscriberImport.State
LIST = (
    "Courriel;Nom;Structure\nneuve@example.org;Été;Régie\nconnue@example.org;A;B\n"
    "refus@example.org;A;B\npas-une-adresse;A;B\nNEUVE@example.org;A;B\n"
)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"


@pytest.fixture
def series():
    return make_periodical()


@pytest.fixture
def screens(client, series, django_capture_on_commit_callbacks):
    """Functions of somebody with the right to import: drop a file, take a step, read a page."""

    class Screens:
        user = log_in(client, "import_audience")

        def drop(self, content, **values):
            file = SimpleUploadedFile(
                "liste.csv", content if isinstance(content, bytes) else content.encode()
            )
            data = {"file": file, "periodicals": [series.pk], "source": "Forum", "basis": "consent"}
            return client.post(reverse("imports:upload"), data | values, follow=True)

        def post(self, name, *args, **data):
            with django_capture_on_commit_callbacks(execute=True):
                answer = client.post(reverse(f"imports:{name}", args=args), data)
            return client.get(answer.url) if answer.status_code == 302 else answer

        def row(self):
            return SubscriberImport.objects.get()

        def check(self):
            row = self.row()
            return self.post("detail", row.pk, **{k: str(v) for k, v in row.mapping.items()})

        def step(self, step):
            return self.post("step", self.row().pk, step).content.decode()

    return Screens()


def test_a_file_is_declared_checked_confirmed_and_taken_back(screens, series):
    make_subscription("connue@example.org", periodical=series)
    digest = address_hashes("refus@example.org")[0]
    Suppression.objects.create(address_hash=digest, reason="demande")
    page = screens.drop(LIST).content.decode()
    assert "Colonnes à vérifier" in page
    assert not Subscriber.objects.filter(email="neuve@example.org").exists()

    page = screens.check().content.decode()
    for label, count in (
        ("Nouveaux", 1), ("Déjà abonnés ou connus, inchangés", 1), ("Lignes invalides", 1),
        ("Doublons dans le fichier", 1), ("Liste repoussoir", 1),
    ):  # fmt: skip
        assert f'<th scope="row">{label}</th><td>{count}</td>' in page
    assert "<td>5</td><td>invalide</td>" in page
    assert Subscriber.objects.count() == 1

    page = screens.step("importer")
    assert "Annuler l&#x27;import" in page or "Annuler l'import" in page
    assert Subscriber.objects.count() == 2
    assert ConsentEvent.objects.get(action="imported").basis == "consent"

    screens.step("annuler")
    assert screens.row().state == State.UNDONE
    assert Subscriber.objects.get().email == "connue@example.org"


def test_no_screen_of_an_import_shows_an_address(screens, client):
    screens.drop(LIST)
    screens.check()
    screens.step("importer")
    row = screens.row()
    for name in ("detail", "progress", "report"):
        answer = client.get(reverse(f"imports:{name}", args=[row.pk]))
        assert "@example.org" not in answer.getvalue().decode(), name


def test_undoing_closes_when_a_letter_has_left(screens, series):
    screens.drop(LIST)
    screens.check()
    screens.step("importer")
    make_mailing(issue=make_issue(periodical=series), started_at=timezone.now())
    assert "est parti depuis" in screens.step("annuler")
    assert screens.row().state == State.COMMITTED


def test_columns_may_be_named_by_hand(screens):
    screens.drop("Courriel;Ce qu'on fait\na@example.org;Directrice\n")
    screens.post("detail", screens.row().pk, email="0", job_title="1")
    screens.step("importer")
    assert Subscriber.objects.get().job_title == "Directrice"


def test_one_column_cannot_say_two_things(screens):
    screens.drop(LIST)
    answer = screens.post("detail", screens.row().pk, email="0", last_name="1", first_name="1")
    assert "Colonne déjà prise" in answer.content.decode()
    assert screens.row().state == State.RECEIVED


@pytest.mark.parametrize("content", [row[0] for row in BAD.values()], ids=BAD)
def test_a_malformed_file_is_refused_at_once_or_by_the_dry_run(screens, content):
    page = screens.drop(content).content.decode()
    if SubscriberImport.objects.exists():
        page = screens.check().content.decode()
        assert screens.row().fault
    assert "error" in page or "help-critical" in page
    screens_imported = SubscriberImport.objects.filter(state=State.COMMITTED)
    assert not screens_imported.exists()
    assert not Subscriber.objects.exists()


def test_a_legitimate_interest_says_when_people_were_told(screens):
    page = screens.drop(LIST, basis="interest").content.decode()
    assert "Indiquez quand les personnes ont été informées" in page
    assert not SubscriberImport.objects.exists()
    screens.drop(LIST, basis="interest", notified_on="2026-01-05")
    assert screens.row().notified_on


def test_the_same_file_twice_is_said(screens):
    screens.drop(LIST)
    screens.check()
    screens.step("importer")
    assert "a déjà été importé" in screens.drop(LIST).content.decode()


def test_an_unwanted_file_is_forgotten(screens, settings):
    screens.drop(LIST)
    screens.step("oublier")
    assert not SubscriberImport.objects.exists()
    assert not list(settings.NEWSLETTER_IMPORT_DIR.iterdir())


@pytest.mark.parametrize("step", ["importer", "annuler", "oublier"])
def test_each_step_asks_the_right_to_import(screens, client, step):
    screens.drop(LIST)
    screens.check()
    row = screens.row()
    log_in(client, "see_addresses", "view_subscriber", "change_subscriber")
    client.post(reverse("imports:step", args=[row.pk, step]))
    for name, args in (("index", []), ("upload", []), ("detail", [row.pk]), ("report", [row.pk])):
        assert client.get(reverse(f"imports:{name}", args=args)).status_code == 302
    row.refresh_from_db()
    assert row.state == State.CHECKED


def test_a_step_is_never_taken_by_a_link(screens, client):
    screens.drop(LIST)
    screens.check()
    answer = client.get(reverse("imports:step", args=[screens.row().pk, "importer"]))
    assert answer.status_code == 405
    assert not Subscriber.objects.exists()
