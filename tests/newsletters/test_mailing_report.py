import json
from io import StringIO

from django.core.management import CommandError, call_command

import pytest

from newsletters.models import Delivery
from tests.builders import make_sending

pytestmark = pytest.mark.django_db


def report(*arguments: str) -> str:
    out = StringIO()
    call_command("mailing_report", *arguments, stdout=out)
    return out.getvalue()


def test_the_json_report_has_exactly_the_equation_and_the_hash():
    mailing = make_sending(8)
    states = ["accepted", "accepted", "refused", "skipped", "uncertain", "claimed", "retry"]
    for row, state in zip(Delivery.objects.order_by("pk"), [*states, "planned"], strict=True):
        Delivery.objects.filter(pk=row.pk).update(state=state)
    assert json.loads(report(str(mailing.pk), "--json")) == {
        "audience": 8,
        "accepted": 2,
        "refused": 1,
        "skipped": 1,
        "uncertain": 1,
        "remaining": 3,
        "content_hash": mailing.content_hash,
    }


def test_the_report_reads_in_french():
    mailing = make_sending(2)
    text = report(str(mailing.pk))
    assert "Audience figée : 2" in text
    assert mailing.content_hash in text


def test_an_unknown_mailing_is_named():
    with pytest.raises(CommandError, match="Aucun envoi ne porte le numéro 404"):
        report("404")
