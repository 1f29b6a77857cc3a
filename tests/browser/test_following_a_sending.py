"""A sending under way, followed, held and ended from its screen in a real browser."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

import pytest

from newsletters.models import Delivery, Mailing
from tests.builders import make_sending

pytestmark = pytest.mark.browser


@pytest.fixture
def sending(site_server):
    return make_sending(4)


@pytest.fixture
def screen(editor, site_server, sending):
    editor.goto(site_server.url + reverse("mailings:detail", args=[sending.pk]))
    return editor


def accept(count: int) -> None:
    """What a worker does to the ledger, without one: messages that left over ten seconds."""
    now = timezone.now()
    for age, row in enumerate(Delivery.objects.filter(state="planned")[:count]):
        row.state, row.settled_at = Delivery.State.ACCEPTED, now - timedelta(seconds=10 - age)
        row.save()


def count(screen, name: str) -> str:
    return screen.locator(f'[data-field="{name}"]').inner_text()


def test_the_counts_the_pace_and_the_equation_follow_the_sending(
    screen, sending, accessibility_violations
):
    assert "l’envoi attend" in count(screen, "pace")
    assert screen.locator("progress").get_attribute("value") == "0"
    accept(2)
    screen.locator('[data-field="accepted"]', has_text="2").wait_for()
    assert count(screen, "remaining") == "2"
    assert count(screen, "balance") == "L’équation est juste : 4 = 2 + 0 + 0 + 0 + 2."
    assert count(screen, "pace").startswith("0,2 message par seconde, encore ")
    assert screen.locator("progress").evaluate("bar => bar.value") == 2
    assert accessibility_violations(screen) == []
    Mailing.objects.update(state=Mailing.State.FINISHED, finished_at=timezone.now())
    screen.locator("[data-field=label]", has_text="Terminé").wait_for()


def test_the_commands_of_a_sending_are_in_the_first_screen(screen, accessibility_violations):
    """Whoever must stop a sending has seconds."""
    screen.set_viewport_size({"width": 1280, "height": 720})
    pause = screen.get_by_role("button", name="Mettre en pause")
    assert pause.bounding_box()["y"] < 600
    pause.click()
    screen.locator("main").get_by_text("Mis en pause depuis l'administration.").wait_for()
    assert Mailing.objects.get().state == Mailing.State.PAUSED
    # Wagtail's message fades in above: its contrast is not ours, nor steady.
    assert accessibility_violations(screen, "main .sending-columns") == []
    screen.get_by_role("button", name="Reprendre l'envoi").click()
    screen.locator("[data-field=label]", has_text="En cours d'envoi").wait_for()


def test_a_sending_begun_is_cancelled_in_two_clicks(screen, accessibility_violations):
    accept(1)
    last = screen.get_by_role("button", name="Annuler pour de bon")
    assert not last.is_visible()
    screen.locator("summary", has_text="Annuler l'envoi").click()
    assert accessibility_violations(screen) == []
    last.click()
    screen.locator("[data-field=label]", has_text="Annulé").wait_for()
    assert count(screen, "balance") == "L’équation est juste : 4 = 1 + 0 + 3 + 0 + 0."


def test_a_sending_that_waits_for_its_first_group_shows_when_it_goes_on(
    editor, site_server, sending, accessibility_violations
):
    Mailing.objects.update(
        state=Mailing.State.PAUSED,
        pause_kind=Mailing.PauseKind.CANARY,
        pause_reason="Les 100 premiers messages sont partis.",
        resume_at=timezone.now() + timedelta(minutes=15),
    )
    editor.goto(site_server.url + reverse("mailings:detail", args=[sending.pk]))
    assert editor.get_by_text("Reprise automatique le").is_visible()
    assert accessibility_violations(editor) == []
    Mailing.objects.update(state=Mailing.State.SENDING, resume_at=None, pause_reason="")
    editor.get_by_role("button", name="Mettre en pause").wait_for()


def test_a_screen_that_gets_no_news_says_so(screen, site_server):
    notice = screen.get_by_text("Cette page ne reçoit plus de nouvelles du site")
    assert not notice.is_visible()
    screen.context.clear_cookies()
    notice.wait_for()
