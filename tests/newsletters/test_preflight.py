"""Each mistake is found, named, placed; a sound issue is left in peace."""

import json
from io import StringIO

from django.core.management import call_command

import pytest

from newsletters import preflight
from newsletters.models import SectionTemplate
from newsletters.preflight import Level
from newsletters.preflight_checks import mail
from newsletters.preflight_checks.contrast import ratio_of
from newsletters.preflight_checks.draft import Draft
from tests.builders import make_experience, make_issue, make_periodical
from tests.newsletters.sample import make_full_issue, make_image

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def section(*items, key="pole", title="Le Pôle ressources", intro=""):
    return ("section", {"key": key, "title": title, "intro": intro, "items": list(items)})


def text_item(title="Une rencontre", **fields):
    return ("text", {"title": title, "text": "<p>Le 12 mars.</p>"} | fields)


def codes(issue, **options) -> dict[str, Level]:
    return {found.code: found.level for found in preflight.run(issue, **options)}


def test_a_realistic_issue_is_not_blocked():
    found = preflight.run(make_full_issue(items=25))
    assert [f for f in found if f.blocks] == []
    assert {f.code for f in found} == {"links-unchecked", "sender-unchecked"}


def test_the_templates_keep_their_contrast_in_light_and_dark():
    assert round(ratio_of("#777777", "#ffffff"), 2) == 4.48
    assert "contrast" not in codes(make_full_issue())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_faint_text_is_found(scheme):
    draft = Draft(make_issue(body=[section(text_item())]))
    style = "color:#999999" if scheme == "light" else ""
    sheet = "@media (prefers-color-scheme:dark){.x{color:#222222!important;background:#000}}"
    draft.html = f"<style>{sheet}</style><body><p class='x' style='{style}'>Pâle</p></body>"
    [found] = (
        preflight.contrast.contrast(draft)
        if scheme == "dark"
        else [f for f in preflight.contrast.contrast(draft) if "clair" in f.message]
    )
    assert "Pâle" in found.message


@pytest.mark.parametrize(
    ("fields", "code", "level"),
    [
        ({"first_month": None}, "period-missing", Level.BLOCK),
        ({"body": []}, "issue-empty", Level.BLOCK),
        ({"body": [section(key="inconnue")]}, "section-rule", Level.BLOCK),
        ({"body": [section(("press", {"title": "Sans lien"}))]}, "block-incomplete", Level.BLOCK),
        ({"title": "Mars (??)"}, "editorial-marker", Level.BLOCK),
        ({"editorial": "<p>Date [à vérifier].</p>"}, "editorial-marker", Level.BLOCK),
        ({"body": [section(text_item("Lieu [à confirmer avec la ville]"))]},
         "editorial-marker", Level.BLOCK),
        ({"preheader": ""}, "preheader-missing", Level.WARN),
        ({"subject": "Un objet " * 9}, "subject-long", Level.WARN),
        ({"live": False}, "web-edition-unpublished", Level.WARN),
        ({"body": [section(text_item(url="https://example.org/a", link_label="Cliquez ici"))]},
         "generic-link", Level.WARN),
        ({"editorial": '<p>Voir <a href="https://example.org">lire la suite</a></p>'},
         "generic-link", Level.WARN),
        ({"body": [section(text_item(url="https://example.org/a"),
                           text_item("Autre", url="https://example.org/a"))]},
         "link-duplicate", Level.WARN),
        ({"body": [section(text_item(url="http://testserver/nulle-part/"))]},
         "link-internal", Level.BLOCK),
        ({"editorial": '<p>Les "quartiers"</p>'}, "straight-quotes", Level.WARN),
        ({"editorial": "<p>Pourquoi?</p>"}, "missing-space", Level.WARN),
        ({"editorial": "<p>Et ensuite...</p>"}, "three-dots", Level.WARN),
        ({"editorial": "<p>Les habitant·es et les élu(e)s</p>"}, "inclusive-mixed", Level.WARN),
    ],
)  # fmt: skip
def test_a_mistake_is_found(fields, code, level):
    issue = make_issue()
    for name, value in fields.items():
        setattr(issue, name, value)
    assert codes(issue).get(code) is level


@pytest.mark.parametrize(
    "innocent",
    [
        "<p>Rendez-vous à 9:30 sur https://example.org/?a=b;c : venez !</p>",
        "<p>Au XXe siècle (est-ce si loin ?), « tout » change…</p>",
        "<p>Les habitant·es et les acteur·rices ; un point. Elle vient.</p>",
    ],
)
def test_good_french_is_left_in_peace(innocent):
    found = codes(make_issue(editorial=innocent))
    assert not {"straight-quotes", "missing-space", "three-dots", "double-space",
                "inclusive-mixed", "editorial-marker"} & set(found)  # fmt: skip


def test_a_finding_says_where_and_leads_there():
    issue = make_issue(live=False, body=[section(text_item("Café (??)"))])
    issue.save_revision()
    issue = issue.get_latest_revision_as_object()
    [found] = [f for f in preflight.run(issue) if f.code == "editorial-marker"]
    block = issue.body[0].value["items"][0].id
    assert found.where.label == "Rubrique « Le Pôle ressources », « Café (??) »"
    assert found.where.url == f"/admin/pages/{issue.pk}/edit/#block-{block}-section"
    assert found.why
    assert found.how


def test_an_error_of_a_block_is_placed_on_the_block_that_has_it():
    issue = make_issue(body=[section(text_item()), section(text_item(""), key="fiche", title="F")])
    [found] = [f for f in preflight.run(issue) if f.code == "block-incomplete"]
    assert found.where.label == "« F » › Contenus › « Texte libre » › Titre"


def test_a_sheet_not_published_blocks():
    page = make_experience(live=False)
    issue = make_issue(body=[section(("experience", {"page": page}), key="fiche")])
    assert codes(issue)["linked-page-unpublished"] is Level.BLOCK


@pytest.mark.parametrize(
    ("alt", "decorative", "expected"),
    [("", False, "alt-missing"), ("IMG_2041.jpg", False, "alt-file-name"), ("", True, None),
     ("Une place au soleil", False, None)],
)  # fmt: skip
def test_an_image_is_described_or_declared_decorative(alt, decorative, expected):
    image = make_image(description=alt, is_decorative=decorative)
    found = codes(make_issue(cover=image))
    assert [code for code in found if code.startswith("alt-")] == ([expected] if expected else [])


def test_a_small_or_heavy_image_is_reported(monkeypatch):
    monkeypatch.setattr(preflight.pictures, "HEAVY", 10)
    found = codes(make_issue(cover=make_image(size=(300, 200))))
    assert found["image-heavy"] is found["image-narrow"] is Level.WARN


@pytest.mark.parametrize(
    ("size", "level"), [(89_000, None), (90_000, Level.WARN), (102_000, Level.BLOCK)]
)
def test_the_weight_is_measured_with_the_longest_link(size, level):
    draft = Draft(make_issue())
    token = "%%unsubscribe_url%%"
    draft.html = token
    longest = len(draft.longest_mail)
    assert longest > len("http://testserver/lettre/desinscription/") + 19
    draft.html = token + "x" * (size - longest)
    assert [found.level for found in mail.weight(draft)] == ([level] if level else [])


def test_the_way_out_must_be_there_once_and_nobody_s_own_on_the_site():
    draft = Draft(make_issue())
    assert list(mail.way_out(draft)) == []
    draft.text = "plus de lien"
    assert [f.code for f in mail.way_out(draft)] == ["unsubscribe-missing"]
    draft.web = "<a href='https://example.org/lettre/desinscription/12.abc/'>"
    assert [f.code for f in mail.personal_token(draft)] == ["personal-token"]


def test_what_cannot_be_composed_is_one_blocking_finding():
    [found] = preflight.run(make_issue(editorial="<ul><li>" * 80))
    assert (found.code, found.level) == ("edition-impossible", Level.BLOCK)


def test_what_is_due_is_named():
    issue = make_issue(periodical=make_periodical())
    SectionTemplate.objects.filter(key="fiche").update(min_items=1)
    assert list(preflight.missing(issue)) == ["fiche expérience"]


def test_the_command_answers_in_json_and_fails_when_something_blocks():
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("preflight", str(make_issue().pk), "--json", stdout=out)
    assert stopped.value.code == 1
    rows = json.loads(out.getvalue())
    assert rows[0]["level"] == "block"
    assert set(rows[0]) == {"code", "level", "message", "where", "url", "why", "how"}


def test_the_command_succeeds_with_warnings_only():
    out = StringIO()
    call_command("preflight", str(make_full_issue().pk), stdout=out)
    assert "[à revoir]" in out.getvalue()
