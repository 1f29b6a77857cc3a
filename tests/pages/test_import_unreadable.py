"""A file that cannot be imported is refused in one French sentence; nothing is written."""

from io import StringIO

from django.core.management import CommandError, call_command

from wagtail.models import Page

import pytest

from pages.imports.text import LARGEST
from pages.models import ActionFormat
from tests.builders import make_home

COMMANDS = ("import_programme", "import_recueil")
FILES = {
    "empty": (b"", "vide"),
    "blank": (b" \n\t\r\n", "vide"),
    "pdf": (b"%PDF-1.7 \x00\x01", "un PDF"),
    "word": (b"PK\x03\x04\x14\x00", "Word"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "octet nul"),
    "utf-16": ("Programme 2031\n".encode("utf-16"), "UTF-8"),
    "damaged": ("Année\nà moitié".encode() + b"\xc3", "Ligne 2"),
    "huge": (b"Programme 2031\n" * (LARGEST // 15 + 1), "dépasse 5"),
    "other": ("Compte rendu de réunion\n\nOrdre du jour".encode(), "Ligne 1"),
    "latin-1": ("Bilan de l'année\n\nÉtat des lieux".encode("latin-1"), "Ligne 1 : « Bilan"),
}


def refuse(command, path, message):
    make_home()
    before = Page.objects.count()
    with pytest.raises(CommandError, match=message) as refusal:
        call_command(command, str(path), "--json", stdout=StringIO())
    assert refusal.value.returncode != 0
    assert Page.objects.count() == before
    assert not ActionFormat.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", FILES)
def test_what_is_no_such_text_is_refused(tmp_path, command, name):
    content, message = FILES[name]
    path = tmp_path / "autre.txt"
    path.write_bytes(content)
    refuse(command, path, message)


@pytest.mark.django_db
@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_and_a_missing_file_are_told_apart(tmp_path, command):
    refuse(command, tmp_path, "dossier")
    with pytest.raises(CommandError, match="introuvable"):
        call_command(command, str(tmp_path / "absent.txt"))
    with pytest.raises(CommandError, match="illisible"):
        call_command(command, str(tmp_path / ("a" * 5000)))
