"""The yearly collection: a query and a preface, printed with page numbers that are true."""

import re

from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from wagtail.models import GroupPagePermission, Site

import pytest

from pages.models import (
    CentreSettings,
    ExperienceAuthor,
    ExperienceContact,
    ExperienceIndexPage,
    Funder,
    Organisation,
    Person,
    RecueilPage,
    RecueilTeamMember,
)
from pages.printing.record import record
from pages.printing.recueil import prefilled, print_recueil
from pages.typesetting.press import TypesettingError
from tests import pdf
from tests.builders import make_experience

pytestmark = pytest.mark.django_db

PARAGRAPH = "<p>" + "On se retrouve chaque semaine pour décider de la suite. " * 20 + "</p>"
TITLES = ["Le jardin des possibles", "Roues libres", "#evil[*x*] & <lab>", "Une radio de quartier"]


def make_recueil(**fields) -> RecueilPage:
    page = prefilled(2026)
    for name, value in fields.items():
        setattr(page, name, value)
    ExperienceIndexPage.objects.get().add_child(instance=page)
    page = RecueilPage.objects.get(pk=page.pk)
    page.save_revision().publish()
    return RecueilPage.objects.get(pk=page.pk)


@pytest.fixture
def sheets():
    """Four sheets of 2026 made out of order, of one to three pages; one of 2025, one draft."""
    pages = [
        make_experience(
            title=title,
            first_month=month,
            body=[("heading", "Une démarche"), *[("paragraph", PARAGRAPH)] * (2 + 9 * n)],
        )
        for n, (month, title) in enumerate(zip([5, 1, 9, 3], TITLES, strict=True))
    ]
    make_experience(title="De l'an dernier", year=2025)
    make_experience(title="Encore un brouillon", first_month=2, live=False)
    return pages


@pytest.fixture
def authors(sheets):
    people = [Person.objects.create(first_name="Aline", last_name=n) for n in ("Zed", "Bé")]
    for sheet in sheets:
        ExperienceAuthor.objects.create(page=sheet, person=people[0])
    ExperienceAuthor.objects.create(page=sheets[0], person=people[1])
    return people


def test_the_sheets_of_the_year_come_by_themselves_in_the_order_of_their_periods(sheets):
    assert [s.title for s in make_recueil().sheets()] == [
        "Roues libres", "Une radio de quartier", "Le jardin des possibles", "#evil[*x*] & <lab>",
    ]  # fmt: skip


def test_whoever_signed_several_sheets_is_credited_once(authors):
    assert [str(p) for p in make_recueil().writers()] == ["Aline Bé", "Aline Zed"]


def test_the_contents_give_the_pages_where_the_sheets_really_start(sheets):
    page = make_recueil()
    printed = print_recueil(page)
    texts = pdf.texts(printed.pdf)
    contents = next(n for n, text in enumerate(texts) if "Sommaire" in text)
    starts = {}
    for sheet in page.sheets():
        title = pdf.whole(sheet.title)
        announced = int(re.search(rf"{re.escape(title)}\D.*?(\d+)(?!\d| \w)", _listed(
            texts[contents], title))[1])  # fmt: skip
        real = 1 + next(n for n, text in enumerate(texts) if title in text and n > contents)
        starts[title] = (announced, real, printed.spans[f"sheet-{sheet.pk}"][0])
    assert all(announced == real == span for announced, real, span in starts.values()), starts
    assert len({real for _a, real, _s in starts.values()}) == 4


def _listed(contents: str, title: str) -> str:
    """From a title of the contents up to the next one."""
    start = contents.index(title)
    following = [contents.find(other, start + 1) for other in [*TITLES, "Crédits"]]
    end = min(place for place in following if place > start)
    # « Mars 2026 » stands between the title and the number: the last number is the page.
    numbers = re.findall(r"\d+", contents[start + len(title) : end])
    return f"{title}  {numbers[-1]}"


def test_it_is_tagged_titled_and_its_sheets_are_bookmarks(sheets):
    document = pdf.reader(print_recueil(make_recueil()).pdf)
    root = document.trailer["/Root"]
    assert root["/Lang"].startswith("fr")
    assert root["/StructTreeRoot"]["/K"]
    assert document.metadata.title == "Recueil 2026 des fiches expérience"
    assert TITLES[2] in str(document.outline)


def test_nothing_of_a_long_sheet_is_cut(sheets):
    text = " ".join(pdf.texts(print_recueil(make_recueil()).pdf))
    paragraphs = sum(2 + 9 * n for n in range(4))
    assert text.count("On se retrouve chaque semaine") == paragraphs * 20


def test_preface_team_zoom_contacts_and_funders_are_printed(authors, sheets):
    ExperienceContact.objects.create(page=sheets[0], name="Une voix", email="voix@example.org")
    ExperienceContact.objects.create(page=sheets[0], name="Discrète", is_public=False)
    page = make_recueil(
        preface="<p>Chaque mois, une équipe <b>raconte</b>.</p>",
        zoom=[
            ("production", {"group": "podcasts", "nature": "Podcast", "title": "Paliers"}),
            ("production", {"group": "publications", "nature": "Cahier", "title": "Chantier",
                            "url": "https://example.org/chantier"}),
        ],
    )  # fmt: skip
    RecueilTeamMember.objects.create(
        page=page, role="publication", person=Person.objects.create(last_name="Directrice")
    )
    centre = CentreSettings.for_site(Site.objects.get())
    centre.funders.add(Funder(organisation=Organisation.objects.create(name="Ville-Exemple")))
    centre.save()
    texts = pdf.texts(print_recueil(page).pdf)
    text = " ".join(texts)
    for expected in ("une équipe raconte.", "Une voix", "Directrice", "Ville-Exemple",
                     "example.org/chantier", "Aline Bé et Aline Zed"):  # fmt: skip
        assert expected in text
    assert "Discrète" not in text
    zoom = next(t for t in texts if "Des podcasts" in t)
    assert zoom.index("Des publications") < zoom.index("Chantier") < zoom.index("Des podcasts")


def test_the_preface_and_the_team_are_those_of_the_year_before(sheets):
    last = make_recueil(year=2025, preface="<p>Le préambule.</p>")
    RecueilTeamMember.objects.create(
        page=last, role="editorial", person=Person.objects.create(last_name="Rédactrice")
    )
    page = prefilled(2026)
    assert page.preface == "<p>Le préambule.</p>"
    assert [str(m) for m in page.team.all()] == ["Direction de la rédaction : Rédactrice"]


def test_a_year_without_sheets_is_refused_in_french(sheets):
    with pytest.raises(TypesettingError, match="Aucune fiche expérience publiée"):
        print_recueil(make_recueil(year=2019))


def test_a_pdf_of_record_stays_what_it_was_when_a_sheet_changes(sheets, client):
    page = make_recueil()
    first = record(page=page)
    assert record(page=page).pk == first.pk
    sheets[0].title = "Un autre titre"
    sheets[0].save()
    second = record(page=page)
    assert (first.number, second.number) == (1, 2)
    answers = {
        path: b"".join(client.get(f"{page.url}pdf/{path}").streaming_content)
        for path in ("", "1/", "2/")
    }
    assert answers[""] == answers["2/"] != answers["1/"]
    assert "Le jardin des possibles" in " ".join(pdf.texts(answers["1/"]))


@pytest.mark.parametrize("path", ["pdf/", "pdf/1/", "pdf/x/", "pdf/1/2/", "pdf/99999999999999999/"])
def test_a_version_that_does_not_exist_is_not_found(sheets, client, path):
    assert client.get(make_recueil().url + path).status_code == 404


def test_the_web_page_shows_the_sheets_the_credits_and_the_pdf(authors, client):
    page = make_recueil(preface="<p>Bienvenue.</p>")
    record(page=page)
    html = client.get(page.url).content.decode()
    for expected in ("Bienvenue.", "Roues libres", "Aline Bé et Aline Zed", f"{page.url}pdf/"):
        assert expected in html
    assert "Encore un brouillon" not in html


def test_the_print_preview_says_what_stops_it(sheets):
    page = make_recueil()
    assert page.make_preview_request(preview_mode="print")["Content-Type"] == "application/pdf"
    page.year = 2019
    answer = page.make_preview_request(preview_mode="print").content.decode()
    assert "Aperçu impossible" in answer


# --- Admin ----------------------------------------------------------------------------------


@pytest.fixture
def editor(django_user_model, sheets):
    """May add and edit pages, not publish them."""
    user = django_user_model.objects.create_user("redaction", password="x")
    group = Group.objects.get(name="Editors")
    for codename in ("add_page", "change_page"):
        GroupPagePermission.objects.get_or_create(
            group=group,
            page=ExperienceIndexPage.objects.get().get_root(),
            permission=_permission(codename),
        )
    user.groups.add(group)
    return user


def _permission(codename):
    return Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)


def test_an_editor_creates_the_draft_of_the_newest_year_in_two_clicks(editor, client):
    client.force_login(editor)
    listing = ExperienceIndexPage.objects.get()
    explorer = client.get(reverse("wagtailadmin_explore", args=[listing.pk])).content.decode()
    assert "Créer le recueil 2026" in explorer
    address = reverse("recueil_create", args=[listing.pk])
    assert "2026 (4 fiches)" in client.get(address).content.decode()
    answer = client.post(address, {"year": "2026"})
    page = RecueilPage.objects.get()
    assert answer.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert (page.year, page.live, page.owner) == (2026, False, editor)
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize("year", ["2019", "x", "", "99999"])
def test_a_year_without_sheets_creates_nothing(editor, client, year):
    client.force_login(editor)
    address = reverse("recueil_create", args=[ExperienceIndexPage.objects.get().pk])
    assert client.post(address, {"year": year}).status_code == 200
    assert not RecueilPage.objects.exists()


def test_creating_and_keeping_need_their_rights(editor, client, django_user_model):
    page = make_recueil()
    listing = ExperienceIndexPage.objects.get()
    visitor = django_user_model.objects.create_user("visite", password="x")
    reader = django_user_model.objects.create_user("admin-sans-page", password="x")
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))
    for somebody in (visitor, reader):
        client.force_login(somebody)
        for name, key in (("recueil_create", listing.pk), ("record_keep", page.pk)):
            answer = client.post(reverse(name, args=[key]), {"year": "2026"})
            assert answer.status_code == 302
    assert RecueilPage.objects.count() == 1
    assert not page.versions.exists()
    client.force_login(editor)
    client.post(reverse("record_keep", args=[page.pk]))
    assert not page.versions.exists()


def test_who_publishes_keeps_a_pdf_of_record_and_it_is_logged(sheets, admin_client):
    page = make_recueil()
    address = reverse("record_keep", args=[page.pk])
    assert "Aucun PDF" in admin_client.get(address).content.decode()
    answer = admin_client.post(address, follow=True).content.decode()
    assert "La version 1 est enregistrée." in answer
    again = admin_client.post(address, follow=True).content.decode()
    assert "Rien n'a changé" in again or "Rien n&#x27;a changé" in again
    assert page.versions.count() == 1
