"""What the search writes in the database: the pages to index again, and the glossary."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models

MAX_ATTEMPTS = 5


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def pending(self) -> Self:
        """Rows to work on; a page that fails again and again waits for the next rebuild."""
        return self.filter(applied_at=None, attempts__lt=MAX_ATTEMPTS)

    def applied(self) -> Self:
        return self.exclude(applied_at=None)


class Outbox(models.Model):
    """One page to index again, written in the transaction that changed it.

    The row says which page, not what to do: what is true is read again when the row is worked
    on, so that rows may be lost in a crowd, repeated or late without harm.
    """

    page_id = models.BigIntegerField("page")
    reason = models.CharField("raison", max_length=20)
    created_at = models.DateTimeField("depuis", auto_now_add=True)
    # Set instead of deleting the row while another index is being built: it will need it too.
    applied_at = models.DateTimeField("fait", null=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = "page à indexer"
        verbose_name_plural = "pages à indexer"
        ordering = ["pk"]
        indexes = [models.Index(fields=["applied_at"], name="outbox_applied_at")]

    def __str__(self) -> str:
        return f"{self.page_id} ({self.reason})"


class Acronym(models.Model):
    """One acronym of the centre's own, beside those the product knows (`search.glossary`)."""

    acronym = models.CharField("sigle", max_length=20)
    expansion = models.CharField("développé", max_length=160)

    class Meta:
        verbose_name = "sigle"
        verbose_name_plural = "sigles"
        ordering = ["acronym"]
        constraints = [
            models.UniqueConstraint(
                fields=["acronym", "expansion"], name="unique_acronym_expansion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.acronym} – {self.expansion}"


class NearWords(models.Model):
    """Words that visitors and authors use for the same thing, beside those the product knows."""

    words = models.CharField(
        "mots voisins",
        max_length=200,
        unique=True,
        help_text="Séparés par des virgules : « vélo, bicyclette, cycle ». Ils complètent une "
        "recherche qui trouve peu, après ce qui contient les mots demandés.",
    )

    class Meta:
        verbose_name = "groupe de mots voisins"
        verbose_name_plural = "mots voisins"
        ordering = ["words"]

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        if len([word for word in self.words.split(",") if word.strip()]) < 2:
            raise ValidationError({"words": "Donnez au moins deux mots, séparés par une virgule."})


class SearchedQuerySet(models.QuerySet["Searched"]):
    # What one person asked once may be a neighbour's name.
    FEW = 3

    def of_many(self) -> Self:
        """What was asked at least FEW times in all: rarer texts are counted and never shown."""
        totals = Searched.objects.order_by().values("text").annotate(total=models.Sum("times"))
        return self.filter(text__in=totals.filter(total__gte=self.FEW).values("text"))


class Searched(models.Model):
    """How often something was asked on one day, and how often nothing was found."""

    day = models.DateField("jour")
    text = models.CharField("recherche", max_length=60)
    times = models.PositiveIntegerField("fois", default=0)
    misses = models.PositiveIntegerField("sans résultat", default=0)

    objects = SearchedQuerySet.as_manager()

    class Meta:
        verbose_name = "recherche des visiteurs"
        verbose_name_plural = "recherches des visiteurs"
        ordering = ["-day", "text"]
        constraints = [models.UniqueConstraint(fields=["day", "text"], name="unique_searched_day")]

    def __str__(self) -> str:
        return self.text


class Extraction(models.Model):
    """The reading of one file, by the hash of its content: the same file is read once."""

    class State(models.TextChoices):
        READ = "read", "lu"
        PARTIAL = "partial", "lu en partie"
        IMAGES = "images", "images sans texte"
        BROKEN = "broken", "illisible"

    file_hash = models.CharField("empreinte", max_length=64, unique=True)
    state = models.CharField("état", max_length=10, choices=State.choices)
    page_count = models.PositiveIntegerField("pages", default=0)
    detail = models.CharField("détail", max_length=200, blank=True)
    read_at = models.DateTimeField("lu le", auto_now=True)

    class Meta:
        verbose_name = "lecture de fichier"
        verbose_name_plural = "lectures de fichiers"

    def __str__(self) -> str:
        return f"{self.file_hash[:8]} ({self.get_state_display()})"


class ExtractedPage(models.Model):
    extraction = models.ForeignKey(Extraction, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField("page")
    text = models.TextField("texte")

    class Meta:
        verbose_name = "page lue"
        verbose_name_plural = "pages lues"
        ordering = ["extraction", "number"]
        constraints = [
            models.UniqueConstraint(fields=["extraction", "number"], name="unique_extracted_page")
        ]

    def __str__(self) -> str:
        return f"page {self.number}"
