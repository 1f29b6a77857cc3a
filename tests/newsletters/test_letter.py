from wagtail.blocks.struct_block import StructBlockValidationError

import pytest

from newsletters.blocks import ResourceItemBlock
from newsletters.letter import EditionError, Kind, Visibility, compose
from newsletters.models import IssueCoProducer, IssuePage
from pages.models import CreditedImage, Organisation, Resource
from tests.builders import make_experience, make_issue
from tests.newsletters.sample import make_full_issue, make_image

pytestmark = pytest.mark.django_db


def issue_with(kind: str, value: dict) -> IssuePage:
    """The same issue again, holding that one item."""
    items = [{"type": kind, "value": value, "id": "12345678-aaaa"}]
    issue = IssuePage.objects.first() or make_issue()
    issue.body = [{"type": "section", "value": {"key": "pole", "items": items}}]
    issue.save()
    return IssuePage.objects.get()


def item_of(block: str, **value):
    return compose(issue_with(block, value)).sections[0].items[0]


def test_a_full_issue_becomes_one_tree():
    letter = compose(make_full_issue(items=25))
    assert [(s.key, s.number, s.title) for s in letter.sections] == [
        ("pole", 1, "Le Pôle ressources"),
        ("actualite", 2, "Actualité"),
        ("fiche", 3, "Fiche expérience"),
        ("ressources", 4, "Ressources"),
    ]
    assert sum(len(s.items) for s in letter.sections) == 25
    assert letter.period == "mars 2026"
    assert letter.sender.address == "12 rue de l'Exemple, 95000 Ville-Exemple"
    assert letter.web_url.startswith("http://testserver/resonances/")


@pytest.mark.parametrize("items", [20, 25])
def test_composing_costs_the_same_queries_whatever_the_number_of_items(
    items, django_assert_num_queries
):
    compose(make_full_issue(items=items))  # makes the image sizes, warms the site's addresses
    issue = IssuePage.objects.get()
    with django_assert_num_queries(9):
        compose(issue)


def test_the_address_given_wins_over_the_site():
    letter = compose(make_full_issue(), base_url="https://lettre.example.org")
    sheet = letter.sections[2].items[0]
    assert letter.web_url.startswith("https://lettre.example.org/resonances/")
    assert sheet.url.startswith("https://lettre.example.org/fiches/")
    assert sheet.picture.url.startswith("https://lettre.example.org/media/")


def test_a_sheet_brings_its_picture_title_and_standfirst_never_its_text():
    page = make_experience(
        cover=make_image(), territory_label="Cergy", body=[("paragraph", "<p>Le corps.</p>")]
    )
    item = item_of("experience", page=page.pk)
    assert item.kind is Kind.EXPERIENCE
    assert item.title == "Un jardin partagé au pied des tours"
    assert item.kicker == "Cergy"
    assert item.html == "<p>Des habitant·es cultivent ensemble une friche du quartier.</p>"
    assert item.link_label == "Lire la fiche « Un jardin partagé au pied des tours »"
    assert item.url == f"http://testserver{page.url}"


def test_the_letter_may_have_its_own_title_and_introduction_of_a_sheet():
    page = make_experience(short_title="Le jardin")
    assert item_of("experience", page=page.pk).title == "Le jardin"
    item = item_of("experience", page=page.pk, title="Bêcher", text="<p>Ici.</p>")
    assert (item.title, item.html) == ("Bêcher", "<p>Ici.</p>")


def test_pictures_are_twice_their_shown_width_and_keep_alternative_and_credit():
    image = make_image(size=(2000, 1000))
    value = {"image": {"image": image.pk, "alt_text": "Un jardin", "decorative": False}}
    picture = item_of("image", caption="Mars", **value).picture
    assert (picture.width, picture.height) == (560, 280)
    assert (picture.alt, picture.credit) == ("Un jardin", "Photo : atelier du centre")
    assert ".width-1120." in picture.url


def test_a_small_picture_is_not_stretched_and_a_decorative_one_has_no_alternative():
    image = make_image(size=(300, 100))
    value = {"image": {"image": image.pk, "alt_text": "x", "decorative": True}}
    picture = item_of("image", **value).picture
    assert (picture.width, picture.height, picture.alt) == (300, 100, "")


@pytest.mark.parametrize(
    ("kind", "value", "kicker", "byline", "label"),
    [
        ("news", {"scope": "local", "source": "Ville"}, "Local", "Ville", "Lire « T »"),
        (
            "resource",
            {"kind": "podcast", "author": "A", "publisher": "B"},
            "Podcast",
            "A, B",
            "Découvrir « T »",
        ),
        (
            "press",
            {"media": "Le Mur", "date": "2026-03-01"},
            "Le Mur",
            "1er mars 2026",
            "Lire « T »",
        ),
        ("text", {"link_label": "S'inscrire"}, "", "", "S'inscrire"),
        ("text", {}, "", "", "En savoir plus sur « T »"),
        ("zoom", {}, "", "", ""),
    ],
)
def test_each_kind_says_what_it_is_in_its_own_way(kind, value, kicker, byline, label):
    url = {} if kind == "zoom" else {"url": "https://example.org/"}
    item = item_of(kind, title="T", **(value | url))
    assert (item.kicker, item.byline, item.link_label) == (kicker, byline, label)
    assert item.anchor == f"{kind}-12345678"


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_draft_of_any_kind_is_composed(kind):
    item = item_of(kind.value)
    assert (item.title, item.url, item.link_label, item.picture) == ("", "", "", None)
    assert item.visibility is Visibility.BOTH


def test_a_draft_without_anything_is_composed():
    issue = make_issue(body=[])
    issue.title, issue.year, issue.first_month = "", None, None
    assert compose(issue).sections == ()
    issue.body = [("section", {"key": "", "title": None, "intro": None, "items": []})]
    section = compose(issue).sections[0]
    assert (section.key, section.title) == ("rubrique-1", "Rubrique 1")


def test_a_sheet_or_image_deleted_since_leaves_no_trace():
    page, image = make_experience(), make_image()
    gone = (page.pk, image.pk)
    page.delete()
    image.delete()
    assert item_of("experience", page=gone[0]).url == ""
    value = {"image": gone[1], "alt_text": "", "decorative": False}
    assert item_of("image", image=value).picture is None


def test_a_dangerous_draft_address_is_dropped():
    assert item_of("news", title="T", url="javascript:alert(1)").url == ""


def test_a_text_too_deep_is_refused_by_the_name_of_its_item():
    issue = issue_with("news", {"title": "Le pavé", "text": "<ul><li>" * 80})
    with pytest.raises(EditionError, match="contenu n° 1 « Le pavé » : le texte imbrique"):
        compose(issue)


def test_a_lost_image_file_is_refused_by_name():
    image = make_image()
    CreditedImage.objects.filter(pk=image.pk).update(file="absente.jpg")
    value = {"image": {"image": image.pk, "alt_text": "x", "decorative": False}}
    with pytest.raises(EditionError, match=r"« jardin.jpg » est introuvable"):
        compose(issue_with("image", value))


def test_co_producers_are_named():
    issue = make_issue()
    organisation = Organisation.objects.create(name="Autre centre")
    IssueCoProducer.objects.create(page=issue, organisation=organisation)
    assert compose(issue).co_producers == ("Autre centre",)


def test_items_for_the_other_edition_are_left_out_with_their_empty_section():
    letter = compose(issue_with("news", {"title": "T", "visibility": "web"}))
    assert letter.for_edition(Visibility.MAIL).sections == ()
    assert len(letter.for_edition(Visibility.WEB).sections) == 1


def test_a_resource_of_the_catalogue_says_what_the_letter_does_not():
    chosen = Resource.objects.create(
        kind="ouvrage", title="La file d'attente", author="Awa Diallo", note="Un récit."
    )
    item = item_of("resource", resource=chosen.pk, publisher="Les Rives", kind="site")
    assert (item.kicker, item.title, item.byline) == (
        "Ouvrage",
        "La file d'attente",
        "Awa Diallo, Les Rives",
    )
    assert item.html == "<p>Un récit.</p>"
    assert item_of("resource", resource=chosen.pk, text="<p>À lire.</p>").html == "<p>À lire.</p>"


def test_a_resource_without_choice_nor_title_is_refused_at_the_title():
    with pytest.raises(StructBlockValidationError) as caught:
        ResourceItemBlock().clean({"resource": None, "title": ""})
    assert "Choisissez une ressource" in str(caught.value.block_errors["title"])
