"""Who reads the letters, on what legal basis, with the proof. Written by `consent` only."""

from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from newsletters.models.periodical import Periodical
from pages.models import ActorType, Territory, Theme

if TYPE_CHECKING:
    from newsletters.models.mailing import Mailing


# States of SubscriberImport, which is defined from here.
HALF_WRITTEN: Final = ("committing", "undoing")


class Subscriber(models.Model):
    """A person, or the mailbox of a body. `email_key` is the normalised address."""

    email = models.EmailField("courriel")
    email_key = models.CharField("adresse normalisée", max_length=254, unique=True, editable=False)
    # Asked for by the person, not theirs before it has answered.
    wanted_email = models.EmailField("nouvelle adresse demandée", blank=True, editable=False)
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=120, blank=True)
    organisation = models.CharField("organisme", max_length=200, blank=True)
    job_title = models.CharField("fonction", max_length=200, blank=True)
    actor_type = models.CharField(
        "type d'acteur", max_length=12, choices=ActorType.choices, blank=True
    )
    territories = models.ManyToManyField(
        Territory, blank=True, related_name="+", verbose_name="territoires"
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="+", verbose_name="thématiques")
    is_member = models.BooleanField("adhérent·e", default=False)
    source = models.CharField("provenance", max_length=120, blank=True)
    created_at = models.DateTimeField("inscrit·e le", default=timezone.now, editable=False)
    # An act of the person's own; opening a letter is none (CNIL, 3 years from the last contact).
    last_action_at = models.DateTimeField("dernière action", default=timezone.now, editable=False)
    # The one re-confirmation mail of the retention rule left then; null once answered.
    reminded_at = models.DateTimeField("relancé·e le", null=True, blank=True, editable=False)
    # A hard bounce blocks the address, whatever the series.
    blocked_at = models.DateTimeField("bloqué·e le", null=True, blank=True, editable=False)
    blocked_reason = models.CharField("motif", max_length=120, blank=True, editable=False)
    # Only what an import made, and nobody touched since, goes when it is undone.
    created_by_import = models.ForeignKey(
        "newsletters.SubscriberImport",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="made_subscribers",
    )

    class Meta:
        verbose_name = "abonné·e"
        verbose_name_plural = "abonné·es"
        ordering = ["email_key"]
        permissions = [("see_addresses", "Peut voir et exporter les adresses")]
        indexes = [
            models.Index(fields=["created_at"], name="subscriber_by_date"),
            models.Index(fields=["last_action_at"], name="subscriber_by_last_action"),
            models.Index(fields=["actor_type"], name="subscriber_by_actor_type"),
            # « Begins with », in the list: PostgreSQL's own order would not serve LIKE.
            models.Index(
                fields=["last_name"], opclasses=["varchar_pattern_ops"], name="subscriber_last_name"
            ),
            models.Index(
                fields=["first_name"], opclasses=["varchar_pattern_ops"], name="subscriber_name"
            ),
            models.Index(
                fields=["organisation"],
                opclasses=["varchar_pattern_ops"],
                name="subscriber_organisation",
            ),
            models.Index(
                fields=["email_key"],
                name="subscriber_blocked",
                condition=models.Q(blocked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        # Never a name: Wagtail repeats it in its history, its choosers and its reports.
        return f"Abonné·e n° {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email_key = normalise(self.email)
        super().save(*args, **kwargs)

    @property
    def display_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def normalise(email: str) -> str:
    """The form under which an address is unique: trimmed and lower-cased, nothing cleverer."""
    return email.strip().lower()


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> Self:
        return self.filter(state=Subscription.State.ACTIVE)

    def mailable(self, periodical: Periodical) -> Self:
        """Who receives an issue of this series if it leaves now: nobody yet, or any more, of an
        import that is half written."""
        whole = Q(created_by_import=None) | ~Q(created_by_import__state__in=HALF_WRITTEN)
        people = self.active().filter(periodical=periodical, subscriber__blocked_at=None)
        return people.filter(whole)

    def received(self, mailing: "Mailing | None") -> Self:
        """Those to whom this mailing was delivered; None asks for nothing and changes nothing."""
        if mailing is None:
            return self
        accepted = mailing.deliveries.filter(state="accepted")
        return self.filter(subscriber__in=accepted.values("subscriber"))


class Subscription(models.Model):
    """One person × one series, with the legal basis the RGPD asks for (art. 6 and 7.1)."""

    class State(models.TextChoices):
        PENDING = "pending", "En attente de confirmation"
        ACTIVE = "active", "Abonné·e"
        LEFT = "left", "Désinscrit·e"

    class Basis(models.TextChoices):
        CONSENT = "consent", "Consentement"
        INTEREST = "interest", "Intérêt légitime professionnel"
        MEMBERSHIP = "membership", "Adhésion"

    class LeftReason(models.TextChoices):
        """Asked after the departure, never before, and never required."""

        TOO_MANY = "too_many", "Trop de messages"
        NOT_USEFUL = "not_useful", "Les contenus ne me concernent pas"
        CHANGED_JOB = "changed_job", "J'ai changé de poste"
        NEVER_ASKED = "never_asked", "Je n'ai pas demandé cette lettre"
        OTHER = "other", "Autre raison"

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions", verbose_name="abonné·e"
    )
    periodical = models.ForeignKey(
        Periodical, on_delete=models.PROTECT, related_name="subscriptions", verbose_name="série"
    )
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PENDING)
    basis = models.CharField(
        "base légale", max_length=12, choices=Basis.choices, default=Basis.CONSENT
    )
    # Of a legitimate interest: where the address was found, and when the person was told so.
    basis_source = models.CharField("source de la base légale", max_length=200, blank=True)
    notified_at = models.DateTimeField("informé·e le", null=True, blank=True)
    created_at = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    # When the last confirmation mail was asked for: its link dies seven days later.
    asked_at = models.DateTimeField("relancé le", default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True, editable=False)
    left_at = models.DateTimeField("parti·e le", null=True, blank=True, editable=False)
    left_reason = models.CharField(
        "raison du départ", max_length=12, choices=LeftReason.choices, blank=True, editable=False
    )
    created_by_import = models.ForeignKey(
        "newsletters.SubscriberImport",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="made_subscriptions",
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "abonnement"
        verbose_name_plural = "abonnements"
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "periodical"], name="unique_subscription")
        ]
        indexes = [
            models.Index(fields=["periodical", "state"], name="subscription_by_state"),
            # The two ways a list or a count asks « who is active », answered by the index alone.
            models.Index(fields=["subscriber", "state"], name="subscription_of_person"),
            models.Index(fields=["state", "subscriber"], name="subscription_person_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.periodical} – {self.get_state_display()}"


class AppendOnlyError(TypeError):
    """A line of the consent ledger is written once (RGPD art. 7.1: the proof must hold)."""


class LedgerQuerySet(models.QuerySet["ConsentEvent"]):
    """Reads and adds. What follows a deletion (`SET_NULL`) does not pass here, and stays possible;
    the database refuses the rest (`newsletters.ledger_guard`)."""

    def update(self, **values: Any) -> NoReturn:
        raise AppendOnlyError("Une preuve ne se modifie pas.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Une preuve ne se modifie pas.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("Une preuve ne s'efface pas.")


class ConsentEvent(models.Model):
    """One line of the ledger: what was asked, under which text, when, by which form."""

    class Action(models.TextChoices):
        ASKED = "asked", "Demande d'abonnement"
        CONFIRMED = "confirmed", "Confirmation"
        IMPORTED = "imported", "Import"
        CHANGED = "changed", "Modification"
        LEFT = "left", "Désinscription"
        BLOCKED = "blocked", "Adresse bloquée"
        UNBLOCKED = "unblocked", "Adresse débloquée"
        COMPLAINED = "complained", "Plainte"
        REMINDED = "reminded", "Demande de reconfirmation"
        RENEWED = "renewed", "Reconfirmation"
        UNDONE = "undone", "Import annulé"
        EXPIRED = "expired", "Demande expirée"
        ERASED = "erased", "Effacement"

    subscriber = models.ForeignKey(
        Subscriber, null=True, on_delete=models.SET_NULL, related_name="consent_events"
    )
    periodical = models.ForeignKey(
        Periodical, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField("action", max_length=10, choices=Action.choices)
    at = models.DateTimeField("le", default=timezone.now)
    origin = models.CharField("origine", max_length=200, help_text="Formulaire, en-tête, import…")
    form_url = models.CharField("adresse du formulaire", max_length=300, blank=True)
    basis = models.CharField(
        "base légale", max_length=12, choices=Subscription.Basis.choices, blank=True
    )
    notice_version = models.CharField("version de la notice", max_length=40, blank=True)
    notice_text = models.TextField("texte présenté", blank=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "preuve du consentement"
        verbose_name_plural = "preuves du consentement"
        ordering = ["at", "pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_action_display()} – {self.at:%d/%m/%Y %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("Une preuve ne se modifie pas.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Une preuve ne s'efface pas.")


class Suppression(models.Model):
    """« Liste repoussoir »: a keyed hash that outlives the address it came from."""

    address_hash = models.CharField("empreinte", max_length=64, unique=True)
    reason = models.CharField("motif", max_length=40)
    created_at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "adresse à ne plus écrire"
        verbose_name_plural = "liste repoussoir"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.reason} – {self.created_at:%d/%m/%Y}"
