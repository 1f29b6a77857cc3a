"""Everything printed — the letter, the collection, the programme — held to PDF/UA-1."""

import pytest
from pypdf import PdfWriter

from newsletters.models import IssueCoProducer
from newsletters.printing import print_issue
from pages.models import ActionListing, ExperienceIndexPage, Organisation, RecueilPage
from pages.printing.programme import print_programme
from pages.printing.recueil import prefilled, print_recueil
from tests import pdf, verapdf
from tests.builders import make_action, make_experience, make_programme
from tests.newsletters.sample import make_full_issue, make_image

pytestmark = pytest.mark.django_db
PROSE = "<p>" + "On se retrouve chaque semaine pour <b>décider</b> de la suite. " * 20 + "</p>"
RICH = (
    PROSE + "<ul><li>Un point</li><li>Un autre</li></ul>"
    '<p>Voir <a href="https://example.org/suite">la suite du récit</a>.</p>'
)


def letter() -> bytes:
    issue = make_full_issue(items=25)
    issue.cover = make_image(description="La place du marché")
    partner = Organisation.objects.create(name="Centre voisin")
    issue.co_producers = [IssueCoProducer(organisation=partner)]
    return print_issue(issue).pdf


def recueil() -> bytes:
    for month in (1, 3, 5):
        make_experience(
            title=f"Une fiche du mois {month}",
            slug=f"fiche-{month}",
            first_month=month,
            cover=make_image(),
            body=[("heading", "Une démarche"), ("paragraph", RICH), ("paragraph", PROSE)],
        )
    page = prefilled(2026)
    page.preface = RICH
    ExperienceIndexPage.objects.get().add_child(instance=page)
    return print_recueil(RecueilPage.objects.get(pk=page.pk)).pdf


def programme() -> bytes:
    actions = [
        make_action(title=f"Action {n}", code=f"A{n}", objectives=RICH, contents=PROSE)
        for n in range(1, 6)
    ]
    axes = {
        "Habiter": [ActionListing(action=one) for one in actions],
        "Coopérer": [ActionListing(action=actions[0], is_main=False)],
    }
    return print_programme(make_programme(axes, introduction=RICH)).pdf


DOCUMENTS = {"lettre": letter, "recueil": recueil, "programme": programme}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_tagged_titled_french_and_its_figures_are_described(name):
    content = DOCUMENTS[name]()
    document = pdf.reader(content)
    root = document.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"].startswith("fr")
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert document.metadata.title.strip()
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    figures = pdf.figures(content)
    assert all(alternative.strip() for alternative in figures)
    assert len(figures) >= {"lettre": 3, "recueil": 3, "programme": 0}[name]


def test_the_reference_validator_finds_no_fault(tmp_path):
    if reason := verapdf.problem():
        pytest.skip(reason)
    files = [tmp_path / f"{name}.pdf" for name in DOCUMENTS]
    for file, make in zip(files, DOCUMENTS.values(), strict=True):
        file.write_bytes(make())
    bare = tmp_path / "sans-balise.pdf"
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(bare)
    found = verapdf.faults(*files, bare)
    assert found.pop(bare.name)
    assert found == {file.name: [] for file in files}
