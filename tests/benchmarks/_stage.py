"""The letter, its readers and the far end, the same for every measure of a sending."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mjml import mjml2html

from newsletters.delivery.freeze import freeze
from newsletters.models import Mailing, Periodical, Subscriber
from tests.builders import make_issue, make_mailing, make_periodical, make_readers

ROOT = Path(__file__).resolve().parents[2]
# Shaped as our mails are: MJML's output is one long line, which sends the standard library through
# quoted-printable; about 73 kB of HTML and 10 kB of text, a twelve-article issue, its links counted
# and both personal links in each part.
ARTICLE = """
<mj-section><mj-column><mj-text>Des habitant·es cultivent ensemble une friche au pied des tours ; la
régie de quartier prête les outils et l’équipe du centre social anime l’atelier du mercredi. La
récolte se partage, la friche change de nom et l’école voisine en fait sa classe du dehors.
</mj-text><mj-button href="https://example.org/fiche/{}">Lire la fiche</mj-button></mj-column>
</mj-section>"""
ARTICLES = "".join(ARTICLE.format(number) for number in range(31))
LINKS = """<mj-text><a href="%%unsubscribe_url%%">Se désinscrire</a>
<a href="%%preferences_url%%">Mes choix</a></mj-text>"""
FOOTER = f"<mj-section><mj-column>{LINKS}</mj-column></mj-section>"
HTML = mjml2html(f"<mjml><mj-body>{ARTICLES}{FOOTER}</mj-body></mjml>", fonts={})
TEXT = ("Des habitant·es cultivent ensemble une friche au pied des tours.\n" * 155) + (
    "Se désinscrire : %%unsubscribe_url%%\nMes choix : %%preferences_url%%\n"
)
CODE = "mesure"


def approved(recipients: int) -> Mailing:
    """A mailing ready to be frozen for so many people."""
    removed()
    periodical = make_periodical(code=CODE, title="Mesure")
    make_readers(recipients, periodical=periodical)
    issue = make_issue(periodical=periodical, slug=CODE, title="Mesure")
    return make_mailing(issue=issue, html=HTML, text=TEXT)


def frozen(mailing: Mailing) -> float:
    """Freeze it; the seconds that took. Sent without the pause after the first group."""
    start = time.perf_counter()
    freeze(mailing=mailing)
    seconds = time.perf_counter() - start
    Mailing.objects.filter(pk=mailing.pk).update(canary_passed=True)
    return seconds


def prepared(recipients: int) -> Mailing:
    mailing = approved(recipients)
    frozen(mailing)
    return mailing


def planned_again(mailing: Mailing) -> None:
    mailing.deliveries.update(state="planned", worker="", settled_at=None, attempts=0)
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.State.SENDING, finished_at=None)


def removed() -> None:
    """Take away everything that was made here."""
    for periodical in Periodical.objects.filter(code=CODE):
        mailings = Mailing.objects.filter(issue__periodical=periodical)
        for mailing in mailings:
            mailing.deliveries.all()._raw_delete("default")
        mailings.delete()
        people = Subscriber.objects.filter(email__startswith="lecteur", email__endswith=".org")
        periodical.subscriptions.all()._raw_delete("default")
        people._raw_delete("default")
        for page in periodical.issues.all():
            page.delete()
        periodical.archive.delete()
        periodical.delete()


@contextmanager
def sink(delay_ms: float = 0) -> Iterator[tuple[str, int]]:
    """The far end, in a process of its own: (host, port)."""
    command = [sys.executable, "-m", "tests.smtp_sink", "--delay-ms", str(delay_ms)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        _, host, port = process.stdout.readline().split()
        try:
            yield host, int(port)
        finally:
            process.terminate()
