"""« À vérifier » and « Qualité du texte » in the editor: real POSTs to the admin."""

import json
from typing import Any

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse

from wagtail.models import PageLogEntry, Site, get_page_models

import pytest

from pages import quality, review
from pages.editing import EditorialPageForm
from pages.editorial import MARKERS, markers_of
from pages.models import BasePage, CentreSettings, ExperiencePage
from pages.text_fields import texts_of
from tests.builders import make_experience
from tests.pages.editor import sheet_post

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
PUBLISH = {"action-publish": "1", "publish_reason": "Essai"}


@pytest.fixture
def sheet():
    page = make_experience(title="Un jardin partagé", slug="un-jardin-partage", live=False)
    page.save_revision()
    return page


def post(client: Any, page: ExperiencePage, **fields: Any) -> Any:
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(url, sheet_post(page, **fields))


def stored(page: ExperiencePage) -> ExperiencePage:
    return ExperiencePage.objects.get(pk=page.pk)


@pytest.mark.parametrize(
    "text",
    [
        "en 2019 (??)", "(???)", "[?]", "[à vérifier]", "[À VÉRIFIER auprès de la ville]",
        "[a completer]", "(à vérifier)", "TODO", "texte TODO: reprendre", "le XXX, 12 h", "FIXME",
        "[à confirmer par Léa]",
    ],
)  # fmt: skip
def test_a_marker_is_recognised(text):
    assert MARKERS.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Vraiment ?", "Qui (et pourquoi ?) vient", "XXXe congrès", "une todo list", "Louis XXXV",
        "à vérifier chaque année", "[sic]", "TODOS", "https://example.org/?q=??",
    ],
)  # fmt: skip
def test_ordinary_text_is_no_marker(text):
    assert not MARKERS.search(text)


@pytest.mark.parametrize(
    ("fields", "label", "anchor"),
    [
        ({"title": "Un jardin (??)"}, "Titre", "#id_title"),
        ({"standfirst": "Le chapô [à vérifier]"}, "Chapô", "#id_standfirst"),
        ({"territory_label": "TODO"}, "Territoire affiché", "#id_territory_label"),
        (
            {"paragraph": "<p>Onze <b>habitantes</b> (??)</p>"},
            "Corps › Paragraphe",
            "#block-8a1f0c5e-0000-4000-8000-000000000001-section",
        ),
    ],
)
def test_publishing_is_refused_with_a_link_to_the_field(admin_client, sheet, fields, label, anchor):
    html = post(admin_client, sheet, **fields, **PUBLISH).content.decode()
    assert not stored(sheet).live
    assert f"Publication refusée, un repère « à vérifier » reste dans : {label}." in html
    assert f'href="{anchor}"' in html
    said = "reste à vérifier : complétez ou retirez ce repère"
    # The errors of a stream reach the editor as JSON inside an attribute.
    assert said in html or json.dumps(said).strip('"') in html


def test_a_marker_in_a_repeated_row_is_found(admin_client, sheet):
    row = {
        "contacts-TOTAL_FORMS": "1",
        "contacts-0-name": "Léa (??)",
        "contacts-0-function": "",
        "contacts-0-organisation": "",
        "contacts-0-email": "",
        "contacts-0-ORDER": "1",
    }
    url = reverse("wagtailadmin_pages:edit", args=[sheet.pk])
    html = admin_client.post(url, sheet_post(sheet, **PUBLISH) | row).content.decode()
    assert "reste dans : Nom." in html
    assert 'href="#id_contacts-0-name"' in html
    assert not stored(sheet).live
    admin_client.post(url, sheet_post(sheet, **PUBLISH) | row | {"contacts-0-DELETE": "on"})
    assert stored(sheet).live


def test_the_draft_is_saved_with_its_markers(admin_client, sheet):
    post(admin_client, sheet, title="Un jardin (??)", paragraph="<p>TODO</p>")
    draft = stored(sheet).get_latest_revision_as_object()
    assert draft.title == "Un jardin (??)"
    assert len(markers_of(draft)) == 2


def test_the_draft_of_a_live_page_is_saved_with_its_markers_too(admin_client, sheet):
    post(admin_client, sheet, **PUBLISH)
    assert stored(sheet).live
    post(admin_client, sheet, title="Un jardin (??)")
    assert stored(sheet).title == "Un jardin partagé"
    assert stored(sheet).get_latest_revision_as_object().title == "Un jardin (??)"


def test_what_the_team_notes_for_itself_does_not_block(admin_client, sheet):
    post(admin_client, sheet, import_notes="TODO : revoir la date (??)", **PUBLISH)
    assert stored(sheet).live


def test_nothing_else_publishes_a_marker(sheet):
    sheet.title = "Un jardin (??)"
    with pytest.raises(ValidationError, match="Titre"):
        sheet.save_revision().publish()
    assert not stored(sheet).live


def test_the_form_of_every_page_type_refuses_markers():
    own = [model for model in get_page_models() if issubclass(model, BasePage)]
    assert own
    wrong = [m.__name__ for m in own if not issubclass(m.base_form_class, EditorialPageForm)]
    assert wrong == []


def test_every_text_is_read_wherever_it_is(picture):
    page = make_experience(
        body=[
            ("heading", "A"),
            ("quote", {"text": "B", "speaker": "C", "role": ""}),
            (
                "key_figures",
                {"figures": [{"value": "12", "label": "D"}, {"value": "", "label": "E"}]},
            ),
            ("figure", {"image": picture, "caption": "F"}),
        ]
    )
    page = ExperiencePage.objects.get(pk=page.pk)
    read = {text.label: text.source for text in texts_of(page) if text.path[0] == "body"}
    assert set(read.values()) >= {"A", "B", "C", "E", "F"}
    assert read["Corps › Image › Légende"] == "F"


# --- The panel and its corrections ----------------------------------------------------------


@pytest.fixture
def rough():
    page = make_experience(
        title="Les habitant.e.s jardinent",
        body=[
            ("paragraph", '<p>Des <a href="/x.e.s/">élu-e-s</a> potentielle-ment là (??).</p>'),
            ("quote", {"text": "Nous, chargé(e)s", "speaker": "", "role": ""}),
            ("key_figures", {"figures": [{"value": "12", "label": "adhérent.e.s"}]}),
        ],
        live=False,
    )
    page.save_revision()
    return page


def operate(client: Any, page: ExperiencePage, name: str) -> Any:
    return client.post(reverse("correct_text", args=[page.pk, name]))


def test_the_panel_lists_what_to_look_at(admin_client, rough):
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[rough.pk])).content.decode()
    for expected in [
        "Qualité du texte", "« (??) »", "potentielle-ment → <strong>potentiellement</strong>",
        "habitant.e.s → <strong>habitant·es</strong>", "Harmoniser", "Corriger",
    ]:  # fmt: skip
        assert expected in html
    assert quality.report(rough).count == 6


def test_harmonising_makes_a_draft_and_keeps_everything_else(admin_client, rough):
    operate(admin_client, rough, "harmoniser")
    draft = stored(rough).get_latest_revision_as_object()
    assert draft.title == "Les habitant·es jardinent"
    assert '<a href="/x.e.s/">élu·es</a> potentielle-ment là (??)' in draft.body[0].value.source
    assert draft.body[1].value["text"] == "Nous, chargé·es"
    assert draft.body[2].value["figures"][0]["label"] == "adhérent·es"
    assert draft.body[2].value["figures"][0]["value"] == "12"
    assert not stored(rough).live
    assert PageLogEntry.objects.filter(action="pages.quality.harmonised").count() == 1


def test_harmonising_follows_the_house(admin_client, rough):
    centre = CentreSettings.for_site(Site.objects.get())
    centre.inclusive_form = "parentheses"
    centre.save()
    operate(admin_client, rough, "harmoniser")
    draft = stored(rough).get_latest_revision_as_object()
    assert draft.title == "Les habitant(e)s jardinent"


def test_cut_words_are_joined(admin_client, rough):
    operate(admin_client, rough, "corriger")
    draft = stored(rough).get_latest_revision_as_object()
    assert "potentiellement là" in draft.body[0].value.source
    assert draft.title == "Les habitant.e.s jardinent"


def test_correcting_again_makes_no_other_draft(admin_client, rough):
    operate(admin_client, rough, "harmoniser")
    count = rough.revisions.count()
    operate(admin_client, rough, "harmoniser")
    assert rough.revisions.count() == count


def test_spelling_alone_keeps_the_holder_s_validation(admin_client, admin_user, rough):
    link = review.create_link(page=rough, user=admin_user)
    review.answer(link=link, decision="validated", name="Léa")
    operate(admin_client, rough, "harmoniser")
    draft = stored(rough).get_latest_revision_as_object()
    assert draft.stage == ExperiencePage.Stage.VALIDATED
    assert review.shows_current_text(link, draft)


def test_corrections_need_the_right_to_edit_the_page(client, django_user_model, rough):
    user = django_user_model.objects.create_user("alex", "a@example.org", "x")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    count = rough.revisions.count()
    operate(client, rough, "harmoniser")
    assert rough.revisions.count() == count


def test_corrections_are_made_by_post_and_known_by_name(admin_client, rough):
    url = reverse("correct_text", args=[rough.pk, "harmoniser"])
    assert admin_client.get(url).status_code == 405
    assert operate(admin_client, rough, "effacer").status_code == 404
