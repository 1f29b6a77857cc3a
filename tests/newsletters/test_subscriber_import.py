"""Lists of addresses taken in, refused line by line, and taken back."""

import json
import zipfile
from io import StringIO

from django.core.management import CommandError, call_command
from django.utils import timezone

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from newsletters import importing
from newsletters.audience_files import vocabulary
from newsletters.consent import leave
from newsletters.models import (
    ConsentEvent,
    Subscriber,
    SubscriberImport,
    Subscription,
    Suppression,
)
from newsletters.tokens import address_hashes
from pages.models import Territory
from tests.builders import make_issue, make_mailing, make_periodical, make_subscription

pytestmark = pytest.mark.django_db
State = SubscriberImport.State


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    return tmp_path


@pytest.fixture
def series():
    return make_periodical()


def run(path, *options):
    out = StringIO()
    base = ["--series=resonances", "--basis=consent", "--source=Colloque", "--json"]
    call_command("import_subscribers", str(path), *base, *options, stdout=out)
    return json.loads(out.getvalue())


def write(folder, content, name="liste.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_dry_run_counts_and_writes_nothing(folder, series):
    done = run(
        write(folder, "Courriel;Nom\na@example.org;Été\npas-une-adresse;X\nA@example.org;Y\n")
    )
    counts = done["counts"]
    assert (counts["new"], counts["invalid"], counts["duplicate"]) == (1, 1, 1)
    assert not Subscriber.objects.exists()
    assert not ConsentEvent.objects.exists()
    assert "@example.org" not in json.dumps(done)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_every_common_encoding_and_separator_is_read(folder, series, encoding, separator):
    text = "Courriel|Prénom|Structure\na@example.org|Zoé|Régie\n".replace("|", separator)
    run(write(folder, text.encode(encoding)), "--commit")
    person = Subscriber.objects.get()
    assert (person.first_name, person.organisation) == ("Zoé", "Régie")
    event = ConsentEvent.objects.get()
    assert (event.action, event.basis) == ("imported", "consent")


def test_a_workbook_is_read_and_a_formula_kept_out(folder, series):
    book = Workbook()
    for row in (["E-mail", "Nom"], ["a@example.org", "Bo"], ['="b"&"@example.org"', "Bo"]):
        book.active.append(row)
    book.save(folder / "liste.xlsx")
    counts = run(folder / "liste.xlsx", "--commit")["counts"]
    assert (counts["new"], counts["invalid"]) == (1, 1)


def test_a_workbook_hides_no_formula_in_a_matrix(folder, series):
    book = Workbook()
    book.active.append(["E-mail", "Nom"])
    book.active.append(["a@example.org", ""])
    book.active["B2"] = ArrayFormula("B2", "=TRANSPOSE(A2)")
    book.save(folder / "liste.xlsx")
    counts = run(folder / "liste.xlsx", "--commit")["counts"]
    assert (counts["new"], counts["invalid"]) == (0, 1)


def test_a_cell_of_a_workbook_is_bounded_like_a_line(folder, series):
    path = folder / "liste.xlsx"
    sheet = "".join(
        f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>'
        for text in ("Courriel", "x" * 200_000)
    )
    book = Workbook()
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{namespace}"><sheetData>{sheet}</sheetData></worksheet>'
    ).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(CommandError, match="Ligne 2 : plus de"):
        run(path)


@pytest.mark.parametrize(
    "status",
    [
        "Résonances : désinscrit·e", "adresse bloquée", "Résonances : en attente de confirmation",
        "Unsubscribed", "cleaned", "non-subscribed", "Blacklisted", "DÉSABONNÉ",
    ],
)  # fmt: skip
def test_whoever_the_file_says_gone_is_not_enrolled_by_it(folder, series, status):
    done = run(
        write(folder, f"Courriel;Statut\na@example.org;{status}\nb@example.org;abonné·e\n"),
        "--commit",
    )
    assert (done["counts"]["new"], done["counts"]["invalid"]) == (1, 1)
    assert done["lines"][0] == {
        "line": 2,
        "result": "invalide",
        "detail": "désinscrite, bloquée ou non confirmée d'après le fichier",
    }
    assert Subscriber.objects.get().email == "b@example.org"


def test_whoever_retention_would_ask_at_once_is_counted_beforehand(folder, series):
    old = "Courriel;Date d'inscription;Adhérent\na@example.org;12/03/2015;\nb@example.org;;\n"
    old += "c@example.org;12/03/2015;oui\nd@example.org;12/03/0015;\n"
    counts = run(write(folder, old))["counts"]
    assert (counts["new"], counts["silent"], counts["doubts"]) == (4, 1, 1)
    out = StringIO()
    options = ["--series=resonances", "--basis=consent", "--source=Colloque"]
    call_command("import_subscribers", str(folder / "liste.csv"), *options, stdout=out)
    assert "1 personne(s) à ajouter dont l'inscription" in out.getvalue()
    membership = [*options, "--basis=membership", "--json"]
    out = StringIO()
    call_command("import_subscribers", str(folder / "liste.csv"), *membership, stdout=out)
    assert json.loads(out.getvalue())["counts"]["silent"] == 0


def test_a_near_word_is_proposed_for_the_first_unknown_places_only(folder, series, monkeypatch):
    Territory.objects.create(name="Sarcelles", kind="commune")
    monkeypatch.setattr(vocabulary, "_HINTED", 1)
    rows = "Courriel;Commune\na@example.org;Sarcelle\nb@example.org;Sarcele\n"
    details = [one["detail"] for one in run(write(folder, rows))["lines"]]
    assert ["proche de « sarcelles »" in one for one in details] == [True, False]


def test_an_import_changes_nobody_known(folder, series):
    left = make_subscription("partie@example.org", periodical=series)
    leave(subscription=left, origin="lien")
    make_subscription("attente@example.org", periodical=series, state="pending")
    digest = address_hashes("refus@example.org")[0]
    Suppression.objects.create(address_hash=digest, reason="demande")
    lines = "Courriel\npartie@example.org\nattente@example.org\nrefus@example.org\n"
    counts = run(write(folder, lines), "--commit")["counts"]
    assert (counts["new"], counts["known"], counts["suppressed"]) == (0, 2, 1)
    assert set(Subscription.objects.values_list("state", flat=True)) == {"left", "pending"}
    assert not ConsentEvent.objects.filter(action="imported").exists()


def undo():
    row = SubscriberImport.objects.get()
    importing.claim(row=row, step="undo")
    importing.undo(row=row)
    return row


def test_undoing_removes_what_nobody_touched_and_keeps_the_proof(folder, series):
    run(write(folder, "Courriel\na@example.org\nb@example.org\n"), "--commit")
    leave(subscription=Subscription.objects.get(subscriber__email="b@example.org"), origin="lien")
    row = undo()
    assert (row.state, row.counts["removed"], row.counts["kept"]) == (State.UNDONE, 1, 1)
    assert Subscriber.objects.get().email == "b@example.org"
    actions = sorted(ConsentEvent.objects.values_list("action", flat=True))
    assert actions == ["imported", "imported", "left", "undone"]


def test_nothing_is_undone_once_a_letter_has_left(folder, series):
    run(write(folder, "Courriel\na@example.org\n"), "--commit")
    make_mailing(issue=make_issue(periodical=series), started_at=timezone.now())
    with pytest.raises(importing.ImportRefused, match="est parti depuis"):
        undo()
    assert SubscriberImport.objects.get().state == State.COMMITTED
    assert Subscription.objects.get().state == "active"


BAD = {
    "vide": (b"", "vide"),
    "sans courriel": (b"Nom;Age\nA;3\n", "aucune colonne de courriel"),
    "deux fois": (b"Courriel;Courriel\na;b\n", "figure deux fois"),
    "nul": (b"Courriel\na@example.org\nb\0\n", "Ligne 3 : octet nul"),
    "encodage": (b"Courriel\na@example.org\n\x81\n", "Ligne 3 : caract"),
    # The line to mend is the damaged one, not the first with an accent.
    "abîmé": ("Courriel;Nom\na@example.org;LEFÈVRE\n".encode() + b"\xe9", "Ligne 3 : caract"),
    "ligne": (b"Courriel\n" + b"x" * 10_000_000, "Ligne 2 : plus de"),
    "guillemets": (b'Courriel\n"a@example.org\n', "Ligne 2 : guillemets"),
    "xls": (b"\xd0\xcf\x11\xe0\0\0", "Excel 97"),
    "colonnes": (b"Courriel" + b";" * 4_999 + b"\n", "5000 colonnes"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "est un PDF"),
    "image": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "octet nul"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_a_malformed_file_is_refused_with_its_line(folder, series, content, message):
    with pytest.raises(CommandError, match=message):
        run(write(folder, content), "--commit")
    assert not Subscriber.objects.exists()
    assert not SubscriberImport.objects.exists()
    kept = folder / "imports"
    assert not kept.exists() or not list(kept.iterdir())


@pytest.mark.parametrize(
    ("part", "message"), [("xl/vbaProject.bin", "macros"), ("xl/big.xml", "démesuré")]
)
def test_a_dangerous_workbook_is_not_opened(folder, series, part, message):
    path = folder / "piege.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(part, b"0" * 5_000_000)
    with pytest.raises(CommandError, match=message):
        run(path)
