"""The formats of actions: an editable vocabulary, since each centre has names of its own."""

from django.db import models

from wagtail.search import index


def _plain(words: str) -> str:
    return " ".join(words.replace("’", "'").casefold().split())


class ActionFormatQuerySet(models.QuerySet["ActionFormat"]):
    def called(self, words: str) -> "ActionFormat | None":
        """The format of this name or alias, whatever its case and spaces; None when unknown."""
        wanted = _plain(words)
        # A few dozen rows: compared here, because aliases are lines of one text.
        return next((found for found in self if wanted in found.names()), None)


class ActionFormat(index.Indexed, models.Model):
    """« Atelier flash », « Samedi des élu·es »…, counted in one of five families."""

    class Family(models.TextChoices):
        SUPPORT = "appui", "Appui aux territoires et expérimentations"
        TRAINING = "formation", "Cycles de qualification et formations"
        WORKSHOP = "atelier", "Ateliers"
        DAY = "journee", "Journées thématiques et visites sur site"
        PEERS = "pairs", "Groupes de pairs"

    name = models.CharField("nom", max_length=120, unique=True)
    family = models.CharField("famille", max_length=12, choices=Family.choices)
    aliases = models.TextField(
        "autres noms",
        blank=True,
        help_text="Un par ligne : ils sont reconnus à l'import d'un programme.",
    )

    objects = ActionFormatQuerySet.as_manager()

    panels = ["name", "family", "aliases"]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("family"),
    ]

    class Meta:
        verbose_name = "format d'action"
        verbose_name_plural = "formats d'action"
        ordering = ["family", "name"]

    def __str__(self) -> str:
        return self.name

    def names(self) -> set[str]:
        """The name and the aliases, as `called` compares them."""
        return {_plain(name) for name in (self.name, *self.aliases.splitlines()) if name.strip()}
