"""The page of an experience sheet."""

import json
import re

import pytest

from pages.models import (
    ExperienceAuthor,
    ExperienceContact,
    ExperienceHolder,
    Organisation,
    Person,
    Theme,
)
from tests.builders import make_experience

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(picture):
    theme = Theme.objects.create(code="sante", name="Santé")
    page = make_experience(
        title="Soigner : l'affaire de toutes",
        standfirst="Des infirmières & des médiatrices déjeunent ensemble.",
        territory_label="Cergy",
        project_period="Depuis 2019",
        cover=picture,
        body=[
            ("heading", "Commencer par écouter"),
            ("paragraph", "<p>Onze <b>habitantes</b> d'ici.</p>"),
            ("quote", {"text": "La porte est ouverte.", "speaker": "Aïssata K.", "role": ""}),
            ("key_figures", {"figures": [{"value": "113", "label": "adhérent·es"}]}),
            ("figure", {"image": picture, "caption": "L'allée centrale."}),
        ],
    )
    page.themes.set([theme])
    page.holders.add(ExperienceHolder(organisation=Organisation.objects.create(name="La Rive")))
    page.contacts.add(
        ExperienceContact(name="Léa Petit", function="Coordinatrice", email="lea@example.org"),
        ExperienceContact(name="Paul Secret", email="secret@example.org", is_public=False),
        ExperienceContact(name="Ancienne adresse", email="a@example.org@example.org"),
    )
    for name in ("Nadia", "Omar", "Rose"):
        person = Person.objects.create(first_name=name, last_name="Vidal")
        page.authors.add(ExperienceAuthor(person=person))
    page.save_revision().publish()
    return page


def read(client, page):
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_tells_who_where_when_and_about_what(client, sheet):
    html = read(client, sheet)
    assert html.count("<h1") == 1
    for expected in [
        "<h1>Soigner\u00a0: l’affaire de toutes</h1>",
        '<time datetime="2026-03">mars 2026</time>',
        "<dd>La Rive</dd>",
        "<dd>Depuis 2019</dd>",
        '<a href="/fiches/?theme=sante">Santé</a>',
        "<dd>Nadia Vidal, Omar Vidal et Rose Vidal</dd>",
        "Crédit\u00a0: © La Ville",
    ]:
        assert expected in html


def test_each_block_of_the_body_has_its_semantics(client, sheet):
    html = read(client, sheet)
    for expected in [
        "<h2>Commencer par écouter</h2>",
        "<p>Onze <b>habitantes</b> d’ici.</p>",
        "<blockquote><p>La porte est ouverte.</p></blockquote>",
        "<figcaption><strong>Aïssata K.</strong></figcaption>",
        "<dt>adhérent·es</dt><dd>113</dd>",
        "<figcaption>L’allée centrale.",
        'alt="Des habitants plantent un arbre"',
    ]:
        assert expected in html


def test_only_contacts_who_agreed_are_shown(client, sheet):
    html = read(client, sheet)
    assert '<a href="mailto:lea@example.org">lea@example.org</a>' in html
    assert "Secret" not in html
    assert "secret@example.org" not in html


def test_a_malformed_address_is_text_not_a_link(client, sheet):
    html = read(client, sheet)
    assert "<span>a@example.org@example.org</span>" in html


def test_the_description_for_machines_repeats_the_page(client, sheet):
    html = read(client, sheet)
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html).group(1)
    data = json.loads(block)
    assert data["@type"] == "Article"
    assert data["headline"] == "Soigner : l'affaire de toutes"
    assert data["author"][0] == {"@type": "Person", "name": "Nadia Vidal"}
    assert data["about"] == ["Santé"]
    assert data["image"]["url"].startswith("http://testserver/media/")
    assert f'<link rel="canonical" href="{sheet.full_url}">' in html
    assert '<meta property="og:type" content="article">' in html


def test_a_title_cannot_close_the_data_block(client):
    page = make_experience(title="</script><script>alert(1)</script><!--", territory_label="&")
    html = read(client, page)
    assert "<script>alert" not in html
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html).group(1)
    assert json.loads(block)["headline"] == page.title
    assert json.loads(block)["contentLocation"] == "&"


def test_related_sheets_share_a_theme(client, sheet):
    near, far = make_experience(title="Proche"), make_experience(title="Lointaine")
    near.themes.set(sheet.themes.all())
    near.save()
    html = read(client, sheet)
    assert "À lire aussi" in html
    assert near.title in html
    assert far.title not in html


def test_a_double_month_is_dated_by_its_year(client):
    page = make_experience(year=2024, first_month=6, last_month=7)
    assert '<time datetime="2024">juin/\u200bjuillet 2024</time>' in read(client, page)


@pytest.mark.parametrize("fields", [{}, {"standfirst": "", "year": None, "first_month": None}])
def test_a_draft_is_previewed_whatever_it_lacks(fields):
    page = make_experience(live=False, **fields)
    response = page.make_preview_request()
    assert response.status_code == 200
    assert page.title in response.content.decode()


def test_a_sheet_costs_a_fixed_number_of_queries(client, sheet, django_assert_num_queries):
    read(client, sheet)
    with django_assert_num_queries(28):
        read(client, sheet)
