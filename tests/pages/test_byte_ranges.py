"""A recording can be played from any point, and never before its page is public."""

import pytest

from pages import byte_ranges
from pages.byte_ranges import wanted_span
from tests.builders import make_document, make_dossier

SPANS = [
    ("bytes=0-1", (0, 1)),
    ("bytes=4-", (4, 9)),
    ("bytes=-3", (7, 9)),
    ("bytes=-300", (0, 9)),
    ("bytes=2-999", (2, 9)),
    ("bytes=0-1,4-5", None),
    ("bytes=5-2", None),
    ("bytes=-", None),
    ("pages=1-2", None),
]


@pytest.mark.parametrize(("header", "span"), SPANS)
def test_a_range_names_its_first_and_last_byte(header, span):
    assert wanted_span(header, 10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(header):
    with pytest.raises(ValueError, match="No byte"):
        wanted_span(header, 10)


@pytest.fixture
def document(db):
    document = make_document()
    page = make_dossier(live=False, body=[("document", {"document": document, "comment": ""})])
    page.save_revision().publish()
    document.page = page
    return document


def test_a_part_of_a_document_is_served_as_such(client, document):
    answer = client.get(document.url, HTTP_RANGE="bytes=1-3")
    assert answer.status_code == 206
    assert answer.content == b"PDF"
    assert answer["Content-Range"] == "bytes 1-3/14"
    assert answer["Content-Length"] == "3"
    assert answer["Content-Security-Policy"] == "default-src 'none'"


def test_a_very_large_part_is_served_piece_by_piece(client, document, monkeypatch):
    monkeypatch.setattr(byte_ranges, "LARGEST_PART", 5)
    answer = client.get(document.url, HTTP_RANGE="bytes=2-")
    assert (answer.content, answer["Content-Range"]) == (b"DF-1.", "bytes 2-6/14")


def test_a_part_of_a_file_since_replaced_is_the_whole_new_file(client, document):
    answer = client.get(document.url, HTTP_RANGE="bytes=1-3", HTTP_IF_RANGE='"ancien"')
    assert answer.status_code == 200
    current = client.get(document.url)["ETag"]
    answer = client.get(document.url, HTTP_RANGE="bytes=1-3", HTTP_IF_RANGE=current)
    assert answer.status_code == 206


def test_a_part_outside_the_file_is_not_satisfiable(client, document):
    answer = client.get(document.url, HTTP_RANGE="bytes=50-")
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */14")


def test_a_part_is_under_the_same_embargo_as_the_whole(client, document):
    document.page.refresh_from_db()
    document.page.unpublish()
    assert client.get(document.url, HTTP_RANGE="bytes=0-1").status_code == 404
