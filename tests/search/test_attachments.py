"""The text of PDF files, found through the pages that attach them."""

from django.core.files.base import ContentFile

from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

import pytest

from search import answers, following, reading
from search.management.commands.search_doctor import examine
from search.models import ExtractedPage, Extraction
from tests.builders import make_experience

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_engine")]


def make_pdf(*texts):
    """A PDF with one line of text on each page, written by hand (ISO 32000-1, §7.5)."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(texts)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, text in enumerate(texts):
        stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET" if text else ""
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start = len(out)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return out + f"{tail}startxref\n{start}\n%%EOF\n".encode()


def make_document(content, title="Rapport annuel", name="rapport.pdf"):
    return get_document_model().objects.create(title=title, file=ContentFile(content, name=name))


def link(document):
    return [("paragraph", f'<p><a linktype="document" id="{document.pk}">lire</a></p>')]


@pytest.fixture
def report():
    document = make_document(make_pdf("Introduction", "Les composteurs du quartier", "Une annexe"))
    reading.read_document.func(document.pk)
    return document


def found(text):
    return [(r.title, r.url, r.context) for r in answers.find(text).results]


def test_a_page_of_an_attached_file_leads_to_the_page_that_attaches_it(report):
    page = make_experience(title="Un jardin", body=link(report))
    following.rebuild()
    assert found("composteur") == [("Rapport annuel, page 2", page.url, "Un jardin")]


def test_of_the_pages_of_one_file_the_best_alone_is_shown():
    document = make_document(make_pdf("compost", "compost compost compost", "compost"))
    reading.read(document)
    make_experience(title="Un jardin", body=link(document))
    following.rebuild()
    answer = answers.find("compost")
    assert [result.title for result in answer.results] == ["Rapport annuel, page 2"]
    assert answer.total == 1


def test_a_file_that_no_page_attaches_is_not_found(report):
    make_experience(title="Un jardin")
    following.rebuild()
    assert found("composteur") == []


@pytest.mark.parametrize("state", ["draft", "private", "unpublished"])
def test_a_file_is_public_only_while_a_page_that_attaches_it_is(report, state):
    page = make_experience(title="Un jardin", body=link(report), live=state != "draft")
    if state == "private":
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    if state == "unpublished":
        page.unpublish()
    following.rebuild()
    assert answers.find("composteur").total == 0


def test_a_file_added_in_a_draft_is_not_found_before_it_is_published(report):
    page = make_experience(title="Un jardin")
    following.rebuild()
    page.body = link(report)
    revision = page.save_revision()
    following.record([page.pk], "test")
    following.drain()
    assert found("composteur") == []
    revision.publish()
    following.record([page.pk], "test")
    following.drain()
    assert len(found("composteur")) == 1


def test_a_new_file_is_read_after_the_commit_and_found(django_capture_on_commit_callbacks):
    following.rebuild()
    with django_capture_on_commit_callbacks(execute=True):
        document = make_document(make_pdf("Les composteurs"))
        make_experience(title="Un jardin", body=link(document))
    following.drain()
    assert len(found("composteur")) == 1


def test_the_same_content_is_read_once():
    first, second = make_document(make_pdf("Un")), make_document(make_pdf("Un"), title="Copie")
    assert reading.read(first) == reading.read(second)
    assert ExtractedPage.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (b"", "broken"),
        (b"%PDF-1.4 and nothing else", "broken"),
        (make_pdf("Un texte")[:200], "broken"),
        (make_pdf(""), "images"),
    ],
    ids=["empty", "header only", "cut", "without text"],
)
def test_a_file_without_text_is_reported_and_skipped(content, state):
    document = make_document(content)
    page = make_experience(title="Un jardin", body=link(document))
    assert reading.read(document).state == state
    following.rebuild()
    assert [result.url for result in answers.find("jardin").results] == [page.url]
    assert examine()["files"][0][0] == document.file_hash


def test_a_lost_file_stops_nothing():
    document = make_document(make_pdf("Un"))
    get_document_model().objects.filter(pk=document.pk).update(file="perdu.pdf", file_hash="")
    document.refresh_from_db()
    assert reading.read(document) is None
    assert not Extraction.objects.exists()


def test_too_large_a_file_is_reported(monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 100)
    assert reading.read(make_document(make_pdf("Un"))).state == "broken"


def test_a_reader_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(reading, "_WAIT", 0.01)
    extraction = reading.read(make_document(make_pdf("Un")))
    assert (extraction.state, extraction.detail) == ("broken", "TimeoutExpired")
