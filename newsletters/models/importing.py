"""Imports of addresses: what was declared, what was counted, how far it went."""

from datetime import timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from newsletters.models.mailing import Mailing
from newsletters.models.periodical import Periodical

# A step that wrote no progress for so long was killed with its process.
STALLED: Final = timedelta(minutes=5)


class SubscriberImportQuerySet(models.QuerySet["SubscriberImport"]):
    def of_same_file(self, file_hash: str) -> Self:
        """Those that took this very content in, and were not undone."""
        return self.filter(file_hash=file_hash, state=SubscriberImport.State.COMMITTED)


class SubscriberImport(models.Model):
    """One file, one declaration of where its addresses come from, one undoable result.

    The content is never stored here: its hash tells whether two files are the same one.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Colonnes à vérifier"
        CHECKING = "checking", "Essai à blanc en cours"
        CHECKED = "checked", "Essai à blanc terminé"
        COMMITTING = "committing", "Import en cours"
        COMMITTED = "committed", "Importé"
        UNDOING = "undoing", "Annulation en cours"
        UNDONE = "undone", "Annulé"

    created_at = models.DateTimeField("le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="par",
    )
    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte du fichier (SHA-256)", max_length=64)
    file_kind = models.CharField("format", max_length=120, blank=True)
    periodicals = models.ManyToManyField(Periodical, related_name="+", verbose_name="lettres")
    # As in Subscription, which declares the choices; a reference back would be circular.
    basis = models.CharField("base légale", max_length=12)
    source = models.CharField("provenance des adresses", max_length=120)
    notified_on = models.DateField("personnes informées le", null=True, blank=True)
    notice_text = models.TextField("texte présenté aux personnes", blank=True)
    headings = models.JSONField("colonnes du fichier", default=list, editable=False)
    mapping = models.JSONField("correspondance des colonnes", default=dict, editable=False)
    counts = models.JSONField("comptes", default=dict, editable=False)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.RECEIVED)
    # Why the last step stopped, in French; nothing was written by it.
    fault = models.TextField("empêchement", blank=True, editable=False)
    step_started_at = models.DateTimeField(null=True, editable=False)
    committed_at = models.DateTimeField("importé le", null=True, editable=False)
    undone_at = models.DateTimeField("annulé le", null=True, editable=False)

    objects = SubscriberImportQuerySet.as_manager()

    class Meta:
        verbose_name = "import d'abonné·es"
        verbose_name_plural = "imports d'abonné·es"
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        permissions = [("import_audience", "Peut importer des abonné·es et la liste repoussoir")]
        constraints = [
            models.CheckConstraint(
                # RGPD art. 14: who did not give the address was told where it comes from.
                condition=~Q(basis="interest") | (Q(notified_on__isnull=False) & ~Q(source="")),
                name="interest_says_source_and_notice",
                violation_error_message="L'intérêt légitime demande la provenance des adresses et "
                "la date à laquelle les personnes ont été informées.",
            )
        ]

    def __str__(self) -> str:
        return f"Import n° {self.pk} – {self.file_name}"

    @property
    def is_running(self) -> bool:
        state = self.State
        return self.state in (state.CHECKING, state.COMMITTING, state.UNDOING)

    @property
    def letters(self) -> str:
        return ", ".join(periodical.title for periodical in self.periodicals.all())

    def sent_since(self) -> Mailing | None:
        """The first mailing of these series that left after the import: it closes the undoing."""
        if self.committed_at is None:
            return None
        return (
            Mailing.objects.filter(
                issue__periodical__in=self.periodicals.all(), started_at__gte=self.committed_at
            )
            .defer("html", "text")
            .order_by("started_at")
            .first()
        )
