"""A programme on paper: whole, tagged, and « voir page N » that tells the truth."""

import re
from itertools import pairwise

from django.urls import reverse

import pytest

from pages.models import ActionListing, ProgrammePage
from pages.printing.programme import print_programme
from pages.printing.record import record
from pages.typesetting.press import TypesettingError
from tests import pdf
from tests.builders import make_action, make_programme

pytestmark = pytest.mark.django_db
PARAGRAPH = "<p>" + "Les équipes se retrouvent pour décider ensemble de la suite. " * 14 + "</p>"
AXES = ["Habiter et #vivre[*x*]", "Prévenir & <agir>", "Coopérer"]


@pytest.fixture
def programme():
    """Three axes; the last one recalls an action presented pages before, and one under its code."""
    made = [
        make_action(
            title=f"Action numéro {n}",
            code=f"A{n}",
            objectives=PARAGRAPH,
            contents=PARAGRAPH,
            audiences="Professionnel·les\nBénévoles",
        )
        for n in range(1, 8)
    ]
    return make_programme(
        {
            AXES[0]: [ActionListing(action=one) for one in made[:4]],
            "– Gérer": [ActionListing(action=made[4])],
            AXES[1]: [ActionListing(action=one) for one in made[5:]],
            AXES[2]: [
                ActionListing(action=make_action(title="Dernière", code="A9")),
                ActionListing(action=made[6], is_main=False, local_title="Coopérer autrement"),
                ActionListing(action=made[0], is_main=False),
            ],
        },
        introduction="<p>Une année pour <b>décider</b> ensemble.</p>",
    )


def page_of(texts: list[str], words: str, *, after: int) -> int:
    return 1 + next(n for n, text in enumerate(texts) if words in text and n > after)


def test_see_page_n_gives_the_page_where_the_action_is_presented(programme):
    printed = print_programme(programme)
    texts = pdf.texts(printed.pdf)
    contents = next(n for n, text in enumerate(texts) if "Sommaire" in text)
    everything = " ".join(texts)
    for recalled, presented in (
        ("A7 – Coopérer autrement", "A7 – Action numéro 7"),
        ("A1 – Action numéro 1", "A1 – Action numéro 1"),
    ):
        announced = int(re.search(re.escape(recalled) + r" : voir page (\d+)", everything)[1])
        assert announced == page_of(texts, presented, after=contents)
    assert everything.count("voir page") == 2


def test_the_contents_give_the_pages_where_the_axes_really_start(programme):
    texts = pdf.texts(print_programme(programme).pdf)
    contents = next(n for n, text in enumerate(texts) if "Sommaire" in text)
    for axis in AXES:
        announced = int(re.search(re.escape(axis) + r" (\d+)", texts[contents])[1])
        assert announced == page_of(texts, axis, after=contents)


def test_it_is_tagged_titled_and_says_everything_of_an_action_once(programme):
    printed = print_programme(programme)
    document = pdf.reader(printed.pdf)
    assert document.trailer["/Root"]["/StructTreeRoot"]["/K"]
    assert document.metadata.title == "Programme 2026"
    text = " ".join(pdf.texts(printed.pdf))
    assert text.count("Action numéro 2") == 1
    assert "Une année pour décider ensemble." in text
    assert "Publics : Professionnel·les Bénévoles" in text
    levels = [int(role[2:]) for role in pdf.roles(printed.pdf) if re.fullmatch(r"/H\d", role)]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_a_programme_without_a_published_action_is_refused_in_french():
    with pytest.raises(TypesettingError, match="aucune action publiée"):
        print_programme(make_programme({"Vide": []}))


def test_a_pdf_of_record_stays_what_it_was_and_is_offered_on_the_page(programme, client):
    page = ProgrammePage.objects.get()
    first = record(page=page)
    assert record(page=ProgrammePage.objects.get()).pk == first.pk
    page.introduction = "<p>Autre introduction.</p>"
    page.save_revision().publish()
    second = record(page=ProgrammePage.objects.get())
    assert (first.number, second.number) == (1, 2)
    old, new = (
        b"".join(client.get(f"{page.url}pdf/{path}").streaming_content) for path in ("1/", "")
    )
    assert "Une année pour" in " ".join(pdf.texts(old))
    assert "Autre introduction" in " ".join(pdf.texts(new))
    html = client.get(page.url).content.decode()
    assert f'href="{page.url}pdf/"' in html
    assert f'href="{page.url}pdf/1/"' in html
    assert client.get(f"{page.url}pdf/3/").status_code == 404


def test_who_publishes_keeps_the_pdf_from_the_header_of_the_programme(programme, admin_client):
    address = reverse("record_keep", args=[programme.pk])
    explorer = reverse("wagtailadmin_pages:edit", args=[programme.pk])
    assert address in admin_client.get(explorer).content.decode()
    answer = admin_client.post(address, follow=True).content.decode()
    assert "La version 1 est enregistrée." in answer
    elsewhere = reverse("record_keep", args=[programme.get_parent().pk])
    assert admin_client.get(elsewhere).status_code == 404


def test_the_print_preview_shows_the_drafts(programme):
    for listing in ActionListing.objects.select_related("action"):
        listing.action.unpublish()
    page = ProgrammePage.objects.get()
    answer = page.make_preview_request(preview_mode="print")
    assert answer["Content-Type"] == "application/pdf"
    assert "Action numéro 2" in " ".join(pdf.texts(answer.content))
