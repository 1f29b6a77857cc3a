"""A new series is made in the admin, without code, and its issues are letters like the others."""

from django.urls import reverse

from wagtail.images.tests.utils import get_test_image_file
from wagtail.test.utils.form_data import inline_formset, nested_form_data, querydict_from_html

import pytest

from newsletters.editions import email, text, web
from newsletters.letter import compose
from newsletters.models import IssueCoProducer, IssuePage, Periodical, PeriodicalPage
from newsletters.printing import print_issue
from pages.models import CreditedImage, Organisation
from tests.builders import make_home

pytestmark = pytest.mark.django_db

SECTIONS = [("edito", "Le mot", 1), ("portraits", "Portraits", 0), ("agenda", "À venir", 0)]


def make_series(client, title: str, code: str, frequency: str) -> PeriodicalPage:
    """The series and its archive, by the two forms an editor fills."""
    url = reverse("periodicals:add")
    rows = [
        {"title": label, "key": key, "intro": "", "min_items": least, "max_items": "", "ORDER": n}
        for n, (key, label, least) in enumerate(SECTIONS, start=1)
    ]
    sent = nested_form_data(
        {"title": title, "code": code, "subtitle": "", "frequency": frequency, "publisher": "",
         "issn": "", "sender_name": "Le centre", "sender_email": "lettre@example.org",
         "reply_to": "", "has_public_archive": "on", "started_on": "", "ended_on": "",
         "succeeds": "", "sections": inline_formset(rows)}
    )  # fmt: skip
    sent |= {f"sections-{n}-allowed_kinds": ["text", "page"] for n in range(len(rows))}
    assert client.post(url, sent).status_code == 302
    home = make_home()
    url = reverse("wagtailadmin_pages:add", args=["newsletters", "periodicalpage", home.pk])
    form = querydict_from_html(client.get(url).content.decode(), form_id="page-edit-form")
    series = Periodical.objects.get(code=code)
    form.update(nested_form_data({"title": title, "slug": code, "periodical": series.pk}))
    form["action-publish"] = "action-publish"
    assert client.post(url, form).status_code == 302
    return PeriodicalPage.objects.get(periodical=series, live=True)


def start(client, archive: PeriodicalPage, action: str) -> IssuePage:
    answer = client.post(f"/admin/composer/serie/{archive.pk}/{action}/")
    issue = IssuePage.objects.get(pk=answer.url.split("/")[-3])
    assert client.get(answer.url).status_code == 200
    return issue


def fill(issue: IssuePage, **fields) -> IssuePage:
    for name, value in fields.items():
        setattr(issue, name, value)
    issue.body[0].value["items"].append(("text", {"title": "Bonjour", "text": "<p>À tous.</p>"}))
    issue.save()
    issue.save_revision()
    return IssuePage.objects.get(pk=issue.pk)


@pytest.mark.parametrize(
    ("title", "frequency"), [("Lettre spéciale", "irregular"), ("Six rencontres", "closed")]
)
def test_a_series_with_its_own_sections_is_made_duplicated_and_rendered(
    admin_client, title, frequency
):
    archive = make_series(admin_client, title, "nouvelle", frequency)
    first = start(admin_client, archive, "nouveau")
    assert [block.value["title"] for block in first.body] == ["Le mot", "Portraits", "À venir"]
    logo = CreditedImage.objects.create(
        title="L", file=get_test_image_file(size=(640, 320)), credit="C", is_decorative=True
    )
    partner = Organisation.objects.create(name="Un partenaire", logo=logo)
    first = fill(first, year=2026, first_month=3, number="1/6")
    IssueCoProducer.objects.create(page=first, organisation=partner)
    first.save_revision()
    second = start(admin_client, archive, "dupliquer")
    assert second.title == f"{title} – avril 2026"
    assert [row.organisation for row in second.co_producers.all()] == [partner]
    second = fill(second)
    letter = compose(second)
    for rendered in (email.render(letter), text.render(letter), web.render(letter)):
        assert "Bonjour" in rendered
        assert "Numéro réalisé avec Un" in rendered
    assert letter.partner_logos[0].url in email.render(letter)
    assert print_issue(second).pdf.startswith(b"%PDF")
    for mode, _label in second.preview_modes:
        assert second.make_preview_request(preview_mode=mode).status_code == 200
    assert admin_client.get(f"/admin/envois/comme/{second.pk}/").status_code == 200
    assert "Bonjour" in admin_client.get(f"/admin/composer/fichier/{second.pk}/").content.decode()
    second.publish(second.get_latest_revision())
    assert f'href="{second.url}"' in admin_client.get(archive.url).content.decode()
    feed = reverse("newsletters:series_feed", args=["nouvelle", "rss"])
    assert second.url in admin_client.get(feed).content.decode()
