from django.core.management import CommandError, call_command

import pytest

from newsletters.models import IssuePage
from tests.builders import make_issue
from tests.newsletters.sample import make_full_issue

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def rendered(edition: str, issue: IssuePage, folder) -> str:
    output = folder / edition
    call_command("render_issue", str(issue.pk), edition=edition, output=output)
    return output.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        ("email", "Vous recevez cette lettre car"),
        ("text", "1. Le Pôle ressources\n"),
        ("web", 'class="letter-section"'),
    ],
)
def test_each_edition_is_written_without_a_real_unsubscribe_link(edition, expected, tmp_path):
    content = rendered(edition, make_full_issue(), tmp_path)
    assert expected in content
    assert "%%" not in content
    assert ("https://example.org/desinscription" in content) is (edition != "web")


def test_the_web_edition_is_the_whole_page(tmp_path):
    assert rendered("web", make_full_issue(), tmp_path).lower().startswith("<!doctype html>")


def test_the_latest_draft_is_what_is_rendered(tmp_path):
    issue = make_issue()
    issue.editorial = "<p>Brouillon du jour</p>"
    issue.save_revision()
    assert "Brouillon du jour" in rendered("email", issue, tmp_path)


def test_an_unknown_issue_is_said_in_french(tmp_path):
    with pytest.raises(CommandError, match="Aucun numéro n'a l'identifiant 999"):
        call_command("render_issue", "999", output=tmp_path / "x")


def test_an_output_that_cannot_be_written_is_said_in_french(tmp_path):
    with pytest.raises(CommandError, match="Impossible d'écrire") as error:
        call_command("render_issue", str(make_issue().pk), output=tmp_path / "absent" / "x.html")
    assert error.value.returncode == 1


@pytest.mark.parametrize("edition", ["email", "text", "web"])
def test_what_stops_the_letter_stops_the_command_and_writes_nothing(edition, tmp_path):
    issue = make_issue(editorial="<ul><li>" * 80)
    with pytest.raises(CommandError, match="Éditorial : le texte imbrique"):
        rendered(edition, issue, tmp_path)
    assert not list(tmp_path.iterdir())
