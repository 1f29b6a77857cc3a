"""The mail as it arrived at a relay, opened as readers open it: phone or desk, light or dark,
images shown or blocked. The eight pictures are kept under `var/artefacts/courriel/`.
"""

import email
import re
from email import policy
from io import BytesIO
from itertools import product
from statistics import mean
from urllib.parse import unquote, urlsplit

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from wagtail.models import Site

import pytest
from PIL import Image, ImageDraw

from newsletters import lifecycle
from newsletters.models import IssueCoProducer, IssuePage, Mailing
from newsletters.preflight_checks.contrast import ratio_of
from pages.models import CentreSettings, Organisation
from tests.builders import make_readers
from tests.newsletters.sample import make_full_issue, make_image
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.browser
WIDTHS = (375, 600)
SCHEMES = ("light", "dark")
VARIANTS = list(product(WIDTHS, SCHEMES, (True, False)))


def make_logo():
    """Dark on transparent, as most logos are: lost on a dark ground unless it is given one."""
    picture = Image.new("RGBA", (320, 120), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((8, 10, 108, 110), fill="#0f4c5c")
    draw.text((126, 36), "Centre\nd'Exemple", fill="#1d2b2f", font_size=32)
    stream = BytesIO()
    picture.save(stream, "PNG")
    return make_image(
        title="logo.png",
        description="Centre d'Exemple",
        credit="",
        width=320,
        height=120,
        file=ContentFile(stream.getvalue(), "logo.png"),
    )


def complete_issue() -> IssuePage:
    issue = make_full_issue(items=25)
    issue.cover = make_image(description="La place du marché un matin de fête")
    partner = Organisation.objects.create(name="Centre voisin")
    issue.co_producers.add(IssueCoProducer(organisation=partner))
    issue.save_revision().publish()
    centre = CentreSettings.for_site(Site.objects.get(is_default_site=True))
    centre.logo = make_logo()
    centre.save()
    return IssuePage.objects.get(pk=issue.pk)


@pytest.fixture
def received(site_server, settings, tmp_path) -> str:
    """The HTML part of the message that the relay accepted, decoded."""
    settings.NEWSLETTER_JOURNAL_DIR = tmp_path / "journal"
    settings.NEWSLETTER_UNDO_MINUTES = 0
    issue = complete_issue()
    make_readers(1, periodical=issue.periodical)
    mailing = lifecycle.prepare(issue=issue, user=None)
    lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)
    lifecycle.schedule(mailing=mailing, at=timezone.now(), user=None)
    with SmtpSink(keep=True) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
        call_command("send_mailings", "--once", "--quiet")
    [message] = sink.messages
    parsed = email.message_from_bytes(message, policy=policy.default)
    return parsed.get_body(("html",)).get_content()


class Mailbox:
    """A reader's screen; `asked` is what the mail made it fetch."""

    def __init__(self, browser, width: int, scheme: str, *, images: bool) -> None:
        self.images, self.asked = images, []
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="fr-FR"
        )
        self.page = self.context.new_page()
        self.page.route(re.compile("^http"), self._answer)

    def _answer(self, route) -> None:
        self.asked.append(route.request.url)
        name = unquote(urlsplit(route.request.url).path).removeprefix(django_settings.MEDIA_URL)
        if self.images and default_storage.exists(name):
            with default_storage.open(name) as stream:
                route.fulfill(body=stream.read())
        else:
            route.abort()

    def open(self, html: str):
        self.page.set_content(html, wait_until="load")
        return self.page


def too_wide(page) -> list[str]:
    """Elements that stick out of the screen."""
    return page.evaluate(
        """() => [...document.body.querySelectorAll('*')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1
                     || e.scrollWidth > Math.max(e.clientWidth, 1) + 1 && e.clientWidth)
        .map(e => e.outerHTML.slice(0, 120))"""
    )


def brightness(png: bytes) -> float:
    """From 0 (black) to 255: the mean of the whole picture."""
    with Image.open(BytesIO(png)) as picture:
        return mean(picture.convert("L").resize((50, 400)).tobytes())


def mute_images(page) -> list[str]:
    """Images whose alternative takes no room: a reader who blocks images sees nothing there."""
    return page.evaluate(
        """() => [...document.images].filter(i => !i.alt.trim() || i.naturalWidth
            || i.getBoundingClientRect().height < 16 || i.getBoundingClientRect().width < 60)
        .map(i => i.outerHTML.slice(0, 160))"""
    )


def faults(page, violations, *, scheme: str, images: bool, png: bytes) -> list[str]:
    found = [f"déborde : {element}" for element in too_wide(page)]
    # A landmark is a page's: a mailbox gives the mail its own.
    found += [fault for fault in violations(page) if not fault.startswith(("region", "landmark"))]
    light = brightness(png)
    if (scheme == "dark") != (light < 80) or (scheme == "light") != (light > 170):
        found.append(f"clarté moyenne de {light:.0f} en mode {scheme}")
    if not images:
        found += [f"image muette : {image}" for image in mute_images(page)]
        found += faint_alternatives(page)
    return found


def faint_alternatives(page) -> list[str]:
    """Alternatives too pale for their ground: axe looks at texts only."""
    seen = page.evaluate(
        """() => [...document.images].map(i => [i.alt, getComputedStyle(i).color,
            getComputedStyle(i).backgroundColor])"""
    )
    ratios = {alt: ratio_of(_hexadecimal(ink), _hexadecimal(ground)) for alt, ink, ground in seen}
    return [f"contraste de {r:.1f} : {alt}" for alt, r in ratios.items() if r < 4.5]


def _hexadecimal(css: str) -> str:
    """« rgb(1, 2, 3) » as « #010203 »; a transparent colour has no place here."""
    red, green, blue = (int(part) for part in re.fullmatch(r"rgb\((.+)\)", css)[1].split(", "))
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_the_mail_is_readable_on_every_screen_and_asks_for_nothing_but_its_images(
    received, chromium, accessibility_violations
):
    folder = django_settings.VAR_DIR / "artefacts" / "courriel"
    folder.mkdir(parents=True, exist_ok=True)
    pictures = sorted(set(re.findall(r'<img[^>]* src="([^"]+)"', received)))
    assert len(pictures) == 3
    found = {}
    for width, scheme, images in VARIANTS:
        mailbox = Mailbox(chromium, width, scheme, images=images)
        page = mailbox.open(received)
        name = f"{width}-{scheme}-{'images' if images else 'sans-images'}"
        png = page.screenshot(full_page=True, path=folder / f"{name}.png")
        found[name] = faults(page, accessibility_violations, scheme=scheme, images=images, png=png)
        assert sorted(set(mailbox.asked)) == pictures
        mailbox.context.close()
    print(f"\nImages du courriel : {folder}")
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(found) == 8


def test_the_downloaded_letter_opens_by_itself(received, site_server, chromium, tmp_path):
    """A file on a partner's disk: no server, no account, nothing asked but its images."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("redaction", password="x"))
    [mailing] = Mailing.objects.all()
    answer = client.get(reverse("mailings:file", args=[mailing.pk]))
    path = tmp_path / "lettre.html"
    path.write_bytes(answer.content)
    mailbox = Mailbox(chromium, 600, "light", images=True)
    page, complaints = mailbox.page, []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    assert page.title() == "Résonances\N{NO-BREAK SPACE}– mars 2026"
    assert page.locator("h1").inner_text() == "Résonances"
    assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0)")
    assert len(set(mailbox.asked)) == 3
    assert (too_wide(page), complaints) == ([], [])
    mailbox.context.close()
