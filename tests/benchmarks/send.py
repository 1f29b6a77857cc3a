"""How fast a mailing leaves, bookkeeping included, beside two ways of sending without a ledger.

`run()` wants Django set up on a migrated database; it writes there, and removes what it wrote. All
three send the same letter to the same people over one connection into `tests.smtp_sink` run as a
process of its own. Only the ratios mean anything on another machine.
"""

import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from mjml import mjml2html

from newsletters.delivery.freeze import freeze
from newsletters.delivery.message import Addressing
from newsletters.delivery.send import run as send
from newsletters.models import Mailing, Periodical, Subscriber
from tests.builders import make_issue, make_mailing, make_periodical, make_readers

ROOT = Path(__file__).resolve().parents[2]
# Shaped as our mails are: MJML's output is one long line, which sends the standard library through
# quoted-printable; about 73 kB of HTML and 10 kB of text, a twelve-article issue.
ARTICLE = """
<mj-section><mj-column><mj-text>Des habitant·es cultivent ensemble une friche au pied des tours ; la
régie de quartier prête les outils et l’équipe du centre social anime l’atelier du mercredi. La
récolte se partage, la friche change de nom et l’école voisine en fait sa classe du dehors.
</mj-text><mj-button href="https://example.org/fiche">Lire la fiche</mj-button></mj-column>
</mj-section>"""
LINK = '<mj-text><a href="%%unsubscribe_url%%">Se désinscrire</a></mj-text>'
FOOTER = f"<mj-section><mj-column>{LINK}</mj-column></mj-section>"
HTML = mjml2html(f"<mjml><mj-body>{ARTICLE * 31}{FOOTER}</mj-body></mjml>", fonts={})
TEXT = ("Des habitant·es cultivent ensemble une friche au pied des tours.\n" * 155) + (
    "Se désinscrire : %%unsubscribe_url%%\n"
)
CODE = "mesure"


def run(recipients: int = 4_000, *, rounds: int = 3, plain: int = 400) -> dict[str, Any]:
    """Messages per second (median of `rounds`, interleaved) and ratios.

    `plain` bounds the number of messages of the plain loop, whose rate does not depend on it.
    """
    rates: dict[str, list[float]] = {"engine": [], "raw_smtplib": [], "plain_django": []}
    mailing = _prepared(recipients)
    try:
        for _ in range(rounds):
            rates["engine"].append(_engine(mailing, recipients))
            rates["raw_smtplib"].append(_raw(mailing, min(recipients, 2_000)))
            rates["plain_django"].append(_plain(mailing, min(recipients, plain)))
    finally:
        _remove()
    engine, raw, django = (median(values) for values in rates.values())
    return {
        f"send_{recipients}_{connection.vendor}_{name}": {
            "value": round(engine),
            "unit": "messages/s",
            "baseline": round(baseline),
            "ratio": round(engine / baseline, 2),
        }
        for name, baseline in (("raw_smtplib", raw), ("plain_django", django))
    }


def freeze_rate(recipients: int) -> dict[str, Any]:
    """Seconds to freeze an audience."""
    try:
        mailing = _approved(recipients)
        start = time.perf_counter()
        freeze(mailing=mailing)
        seconds = time.perf_counter() - start
    finally:
        _remove()
    name = f"freeze_{recipients}_{connection.vendor}"
    return {name: {"value": round(seconds, 2), "unit": "s", "baseline": None, "ratio": None}}


def _approved(recipients: int) -> Mailing:
    _remove()
    periodical = make_periodical(code=CODE, title="Mesure")
    make_readers(recipients, periodical=periodical)
    issue = make_issue(periodical=periodical, slug=CODE, title="Mesure")
    return make_mailing(issue=issue, html=HTML, text=TEXT)


def _prepared(recipients: int) -> Mailing:
    mailing = _approved(recipients)
    freeze(mailing=mailing)
    # Measured without the pause between the first group and the rest.
    Mailing.objects.filter(pk=mailing.pk).update(canary_passed=True)
    return mailing


def _remove() -> None:
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
def _sink(delay_ms: float = 0) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "tests.smtp_sink", "--delay-ms", str(delay_ms)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        _, host, port = process.stdout.readline().split()
        try:
            yield host, int(port)
        finally:
            process.terminate()


def _engine(mailing: Mailing, recipients: int) -> float:
    mailing.deliveries.update(state="planned", worker="", settled_at=None, attempts=0)
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.State.SENDING, finished_at=None)
    with _sink() as (host, port), tempfile.TemporaryDirectory() as journal:
        given = {"EMAIL_HOST": host, "EMAIL_PORT": port, "NEWSLETTER_JOURNAL_DIR": journal}
        # DEBUG keeps every query in memory: measured as in production.
        with override_settings(NEWSLETTER_TRANSPORT="smtp", DEBUG=False, **given):
            start = time.perf_counter()
            report = send(mailing.pk)
            seconds = time.perf_counter() - start
    assert report.equation.accepted == recipients, report
    return recipients / seconds


def _people(mailing: Mailing, messages: int) -> list[tuple[str, int, int]]:
    rows = mailing.deliveries.order_by("pk").values_list("email", "pk", "subscription_id")
    return list(rows[:messages])


def _raw(mailing: Mailing, messages: int) -> float:
    addressing = Addressing(mailing, date=timezone.now())
    built = [
        (email, addressing.template.build(addressing.recipient(email, *ids)))
        for email, *ids in _people(mailing, messages)
    ]
    with _sink() as (host, port), smtplib.SMTP(host, port) as client:
        start = time.perf_counter()
        for email, message in built:
            client.sendmail(mailing.from_email, [email], message)
        return messages / (time.perf_counter() - start)


def _plain(mailing: Mailing, messages: int) -> float:
    addressing = Addressing(mailing, date=timezone.now())
    people = _people(mailing, messages)
    with _sink() as (host, port):
        backend = get_connection(
            "django.core.mail.backends.smtp.EmailBackend", host=host, port=port
        )
        backend.open()
        start = time.perf_counter()
        for email, *ids in people:
            recipient = addressing.recipient(email, *ids)
            url = recipient.tokens["unsubscribe_url"]
            message = EmailMultiAlternatives(
                mailing.subject,
                mailing.text.replace("%%unsubscribe_url%%", url),
                f"{mailing.from_name} <{mailing.from_email}>",
                [email],
                connection=backend,
                headers=dict(recipient.headers),
            )
            html = mailing.html.replace("%%unsubscribe_url%%", url)
            message.attach_alternative(html, "text/html")
            message.send()
        seconds = time.perf_counter() - start
        backend.close()
    return messages / seconds
