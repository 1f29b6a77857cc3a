"""Podcasts and videos: the transcript is due, and no host is called before a click."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse

from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

import pytest

from pages.models import CentreDocument, Person, RecordingIndexPage, RecordingPage, RecordingSpeaker
from tests.builders import make_document, make_recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def sound():
    document = CentreDocument(title="Épisode")
    document.file = ContentFile(b"RIFF", name="episode.mp3")
    document.save()
    return document


def page_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def form_data(**fields):
    return nested_form_data(
        {
            "title": "Une voix pour le quartier",
            "slug": "une-voix-pour-le-quartier",
            "kind": "podcast",
            "released_on": "12/03/2025",
            "duration": "12:30",
            "abstract": "Un résumé.",
            "media_url": "https://media.example.org/voix.mp3",
            "transcript": rich_text("<p>Bonjour.</p>"),
            "transcript_exemption": "",
            "speakers": inline_formset([]),
            "comments": inline_formset([]),
        }
        | fields
    )


def post(client, page, data):
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)


@pytest.mark.parametrize("live", [False, True])
def test_publishing_without_transcript_is_refused_at_the_field_and_the_draft_is_kept(
    admin_client, live
):
    page = make_recording(live=live)
    data = form_data(title="Titre gardé", transcript=rich_text(""))
    answer = post(admin_client, page, data | {"action-publish": "1"})
    assert answer.context["form"].errors["transcript"] == [
        "Ajoutez la transcription, ou indiquez plus bas le motif qui en dispense."
    ]
    assert post(admin_client, page, data).status_code == 302
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().title == "Titre gardé"
    assert page.live is live


@pytest.mark.parametrize(
    "fields", [{}, {"transcript": rich_text(""), "transcript_exemption": "Mis en ligne en 2018"}]
)
def test_a_transcript_or_a_stated_exemption_lets_it_be_published(admin_client, fields):
    page = make_recording(live=False)
    post(admin_client, page, form_data(**fields) | {"action-publish": "1"})
    page.refresh_from_db()
    assert page.live
    assert page.duration == timedelta(minutes=12, seconds=30)


def test_code_cannot_publish_without_transcript_either():
    page = make_recording(live=False, transcript="<p> </p>")
    with pytest.raises(ValidationError, match="transcription"):
        page.save_revision().publish()
    page.refresh_from_db()
    assert not page.live


def test_a_recording_without_any_media_is_refused():
    page = make_recording(live=False, media_url="")
    with pytest.raises(ValidationError, match="Choisissez un fichier"):
        page.save_revision().publish()


def test_a_report_is_not_a_recording():
    with pytest.raises(ValidationError, match="ni un son ni une vidéo"):
        make_recording(media_file=make_document())


def test_no_host_is_called_before_the_click(client):
    page = make_recording()
    answer = client.get(page.url)
    before = answer.content.decode()
    assert "<audio" not in before
    assert "Charger le lecteur de media.example.org" in before
    assert "media.example.org" not in answer["Content-Security-Policy"]
    after = client.get(page.url, {"lecteur": "1"})
    assert '<audio controls preload="metadata"' in after.content.decode()
    assert "media-src 'self' https://media.example.org" in after["Content-Security-Policy"]
    assert "media.example.org" not in client.get(page.url)["Content-Security-Policy"]


def test_an_unknown_host_gets_a_link_and_never_a_frame(client):
    page = make_recording(media_url="https://example.org/emission")
    shown = page_of(client, f"{page.url}?lecteur=1")
    assert "<iframe" not in shown
    assert "Ouvrir sur le site example.org" in shown


def test_a_file_of_ours_plays_in_the_page_with_its_transcript(client, sound):
    page = make_recording(media_url="", media_file=sound)
    person = Person.objects.create(first_name="Awa", last_name="Diallo", function="présidente")
    page.speakers.add(RecordingSpeaker(person=person))
    page.save_revision().publish()
    shown = page_of(client, page.url)
    assert f'<audio controls preload="none" src="{sound.url}">' in shown
    assert "<summary>Transcription</summary>" in shown
    assert "Awa Diallo, présidente" in shown
    assert "Télécharger (MP3, 4 o)" in shown
    feed = page_of(client, "/flux/podcasts-videos.rss")
    assert f'<enclosure length="4" type="audio/mpeg" url="http://testserver{sound.url}"/>' in feed


@pytest.mark.parametrize(
    ("seconds", "label"),
    [(45, "45 s"), (410, "7 min"), (3_725, "1 h 02 min"), (3_590, "1 h 00 min"), (0, "")],
)
def test_durations_read_as_french(seconds, label):
    assert RecordingPage(duration=timedelta(seconds=seconds)).duration_label == label


def test_a_recording_describes_itself_to_machines(sound):
    podcast = make_recording(media_file=sound).json_ld()
    assert podcast["@type"] == "PodcastEpisode"
    assert podcast["duration"] == "PT750S"
    assert podcast["associatedMedia"]["transcript"] == "Bonjour à toutes et à tous."
    video = make_recording(kind="video", title="Film", slug="film").json_ld()
    assert (video["@type"], video["uploadDate"]) == ("VideoObject", "2025-03-12")


def test_the_list_filters_by_kind_and_year(client):
    make_recording()
    make_recording(title="Film", slug="film", kind="video")
    url = RecordingIndexPage.objects.get().url
    assert "2 enregistrements" in page_of(client, url)
    found = page_of(client, f"{url}?kind=video&year=2025")
    assert "1 enregistrement," in found
    assert "Une voix" not in found


def test_the_preview_survives_an_empty_recording():
    page = make_recording(
        live=False, kind="", released_on=None, duration=None, media_url="", transcript=""
    )
    assert page.make_preview_request().status_code == 200
