import pytest

from newsletters.delivery.freeze import FreezeError, freeze
from newsletters.models import Delivery, Mailing, Subscriber, Subscription
from tests.builders import make_mailing, make_periodical, make_readers, make_subscription

pytestmark = pytest.mark.django_db
State = Mailing.State


def test_the_ledger_has_one_row_for_each_active_unblocked_subscription():
    mailing = make_mailing()
    series = mailing.issue.periodical
    kept = make_subscription("Active@example.org", periodical=series)
    make_subscription("pending@example.org", periodical=series, state=Subscription.State.PENDING)
    make_subscription("left@example.org", periodical=series, state=Subscription.State.LEFT)
    blocked = make_subscription("blocked@example.org", periodical=series).subscriber
    Subscriber.objects.filter(pk=blocked.pk).update(blocked_at=mailing.created_at)
    other = make_periodical(code="autre", title="Autre lettre")
    make_subscription("elsewhere@example.org", periodical=other)

    equation = freeze(mailing=mailing)

    row = Delivery.objects.get()
    assert (row.email, row.subscription, row.subscriber) == (
        "Active@example.org",
        kept,
        kept.subscriber,
    )
    assert row.state == Delivery.State.PLANNED
    assert (equation.audience, equation.remaining) == (1, 1)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.audience) == (State.SENDING, 1)
    assert mailing.started_at is not None


@pytest.mark.parametrize("state", [State.SENDING, State.PAUSED, State.FINISHED, State.CANCELLED])
def test_freezing_again_changes_nothing(state: Mailing.State):
    mailing = make_mailing()
    make_readers(3, periodical=mailing.issue.periodical)
    first = freeze(mailing=mailing)
    Mailing.objects.update(state=state)
    make_subscription("late@example.org", periodical=mailing.issue.periodical)
    assert freeze(mailing=mailing) == first
    assert Delivery.objects.count() == 3
    assert Mailing.objects.get().state == state


@pytest.mark.parametrize("state", [State.DRAFT, State.PAUSED, State.CANCELLED])
def test_what_is_not_approved_is_not_frozen(state: Mailing.State):
    mailing = make_mailing(state=state)
    make_readers(1, periodical=mailing.issue.periodical)
    with pytest.raises(FreezeError, match="pas approuvé"):
        freeze(mailing=mailing)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "field", ["subject", "preheader", "from_name", "reply_to", "html", "text", "approved_hash"]
)
def test_content_changed_since_its_approval_is_refused(field: str):
    mailing = make_mailing()
    make_readers(1, periodical=mailing.issue.periodical)
    Mailing.objects.update(**{field: "autre"})
    with pytest.raises(FreezeError, match="a été approuvé"):
        freeze(mailing=mailing)
    assert not Delivery.objects.exists()
    assert Mailing.objects.get().state == State.APPROVED


def test_an_empty_audience_is_refused():
    with pytest.raises(FreezeError, match="Aucune personne"):
        freeze(mailing=make_mailing())
    assert Mailing.objects.get().audience is None


def test_the_audience_never_passes_through_python(django_assert_num_queries):
    mailing = make_mailing()
    make_readers(500, periodical=mailing.issue.periodical)
    # Savepoint, mailing with its issue, series, INSERT, count, UPDATE, equation, release.
    with django_assert_num_queries(8):
        freeze(mailing=mailing)
