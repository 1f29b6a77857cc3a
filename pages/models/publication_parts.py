"""What a publication is made of: its collection, who made it, its files."""

from django.db import models

from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.api import APIField
from wagtail.models import Orderable
from wagtail.search import index

from pages.citations import Name
from pages.models.documents import AttachedDocument


class Licence(models.TextChoices):
    ETALAB = "etalab", "Licence Ouverte 2.0 (Etalab)"
    CC_BY_SA = "cc_by_sa", "CC BY-SA 4.0"
    ALL_RIGHTS = "all_rights", "Tous droits réservés"

    @property
    def url(self) -> str:
        """The licence's text, or "" when nothing is granted."""
        return {
            "etalab": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
            "cc_by_sa": "https://creativecommons.org/licenses/by-sa/4.0/deed.fr",
        }.get(self.value, "")


class PublicationKind(models.TextChoices):
    """Written nature of a publication; podcasts and videos are recordings, which the law
    wants transcribed, and have a type of their own."""

    ACTES = "actes", "Actes"
    BIBLIOGRAPHIE = "bibliographie", "Bibliographie"
    CAHIER = "cahier", "Cahier"
    DOSSIER = "dossier", "Dossier"
    DOSSIER_THEMATIQUE = "dossier_thematique", "Dossier thématique"
    ENQUETE = "enquete", "Enquête"
    ETAT_DES_LIEUX = "etat_des_lieux", "État des lieux"
    ETUDE = "etude", "Étude"
    FICHE_REPERE = "fiche_repere", "Fiche repère"
    FICHE_THEMATIQUE = "fiche_thematique", "Fiche thématique"
    GUIDE = "guide", "Guide"
    KIT = "kit", "Kit"
    MODE_D_EMPLOI = "mode_d_emploi", "Mode d'emploi"
    NOTE = "note", "Note"
    OUTIL = "outil", "Outil"
    RAPPORT_BIENNAL = "rapport_biennal", "Rapport biennal"
    RAPPORT_GROUPE = "rapport_groupe", "Rapport de groupe de travail"
    RECUEIL = "recueil", "Recueil"
    REFERENTIEL = "referentiel", "Référentiel"
    SUPPORT = "support", "Support d'intervention"
    SYNTHESE = "synthese", "Synthèse"


class Collection(index.Indexed, models.Model):
    """A numbered series of publications: « Les Actes », « Les Cahiers »…"""

    name = models.CharField("nom", max_length=160, unique=True)
    publisher = models.ForeignKey(
        "pages.Organisation",
        verbose_name="éditeur",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="collections",
        help_text="Vide : le centre lui-même.",
    )

    panels = ["name", "publisher"]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = "collection"
        verbose_name_plural = "collections"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PublicationOrganisation(Orderable):
    """A body and what it did for the publication."""

    class Role(models.TextChoices):
        COPRODUCTION = "coproduction", "Coproduction"
        COMMANDITAIRE = "commanditaire", "Commande"
        AUTEUR = "auteur", "Organisme auteur"
        PARTENAIRE = "partenaire", "Partenariat"
        APPUI = "appui", "Appui"
        FINANCEUR = "financeur", "Financement"

    page = ParentalKey(
        "pages.PublicationPage", on_delete=models.CASCADE, related_name="organisations"
    )
    organisation = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme",
        on_delete=models.PROTECT,
        related_name="publications",
    )
    role = models.CharField("rôle", max_length=14, choices=Role.choices, default=Role.COPRODUCTION)

    panels = [FieldRowPanel([FieldPanel("organisation"), FieldPanel("role")])]
    api_fields = [APIField("organisation"), APIField("role")]

    class Meta(Orderable.Meta):
        verbose_name = "organisme"

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_role_display().lower()})"

    @property
    def name(self) -> Name:
        return Name(self.organisation.name, is_body=True)


class PublicationAuthor(Orderable):
    page = ParentalKey("pages.PublicationPage", on_delete=models.CASCADE, related_name="authors")
    person = models.ForeignKey(
        "pages.Person",
        verbose_name="personne",
        on_delete=models.PROTECT,
        related_name="authored_publications",
    )

    api_fields = [APIField("person")]

    class Meta(Orderable.Meta):
        verbose_name = "auteur·rice"

    def __str__(self) -> str:
        return str(self.person)

    @property
    def name(self) -> Name:
        return Name(self.person.last_name, self.person.first_name)


class PublicationFile(AttachedDocument):
    page = ParentalKey("pages.PublicationPage", on_delete=models.CASCADE, related_name="files")

    class Meta(AttachedDocument.Meta):
        verbose_name = "fichier"
