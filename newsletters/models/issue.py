"""One issue of a series: what is composed, checked, approved and sent."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from modelcluster.fields import ParentalKey
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import (
    FieldPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, PageManager, PageQuerySet
from wagtail.search import index

from newsletters.blocks import MAIL_FEATURES, IssueStream
from newsletters.models.periodical import Periodical, no_line_break
from pages.models import BasePage, PeriodFields


class IssueQuerySet(PageQuerySet):
    def newest_first(self) -> "IssueQuerySet":
        return self.order_by("-year", "-first_month", "-first_published_at")


class IssueForm(WagtailAdminPageForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The series is the parent's: the editor never chooses it, and the uniqueness of the
        # period is checked against it before the page has a place in the tree.
        if self.parent_page and not self.instance.periodical_id:
            self.instance.periodical = self.parent_page.specific.periodical


class IssuePage(PeriodFields, BasePage):
    """One issue: the source of the mail, text, web and print editions."""

    periodical = models.ForeignKey(
        Periodical, on_delete=models.PROTECT, related_name="issues", editable=False
    )
    number = models.CharField("numéro", max_length=30, blank=True)
    subject = models.CharField(
        "objet du courriel",
        max_length=150,
        blank=True,
        validators=[no_line_break],
        help_text="Vide : le titre. Les 60 premiers caractères sont les plus lus.",
    )
    preheader = models.CharField(
        "phrase d'accroche",
        max_length=200,
        blank=True,
        validators=[no_line_break],
        help_text="Affichée après l'objet dans la liste des messages.",
    )
    editorial = RichTextField("éditorial", blank=True, features=MAIL_FEATURES, max_length=3_000)
    body = StreamField(IssueStream(), verbose_name="rubriques", blank=True)

    base_form_class = IssueForm
    objects = PageManager.from_queryset(IssueQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        PeriodFields.period_panel,
        "cover",
        "editorial",
        "body",
    ]
    mail_panels = [
        MultiFieldPanel([FieldPanel("subject"), FieldPanel("preheader")], heading="Courriel"),
        "number",
        InlinePanel("co_producers", heading="Co-producteurs", label="organisme"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading="Contenu"),
            ObjectList(mail_panels, heading="Courriel et mentions"),
            ObjectList(BasePage.promote_panels, heading="Référencement"),
            ObjectList(BasePage.settings_panels, heading="Réglages"),
        ]
    )
    search_fields = [
        *BasePage.search_fields,
        *PeriodFields.period_search_fields,
        index.SearchField("editorial"),
        index.SearchField("body"),
        index.FilterField("periodical"),
    ]
    api_fields = [
        APIField("periodical"),
        APIField("number"),
        APIField("year"),
        APIField("first_month"),
        APIField("last_month"),
        APIField("period_label"),
        APIField("editorial"),
        APIField("body"),
        APIField("cover"),
    ]
    # A copy is a new issue: it must not look sent, nor claim the original's period.
    exclude_fields_in_copy = ["year", "first_month", "last_month"]

    preview_modes = [("", "Site"), ("email", "Courriel"), ("text", "Texte brut")]
    parent_page_types = ["newsletters.PeriodicalPage"]
    subpage_types: list[str] = []
    template = "newsletters/issue_page.html"

    class Meta:
        verbose_name = "numéro"
        verbose_name_plural = "numéros"
        constraints = [
            models.UniqueConstraint(
                fields=["periodical", "year", "first_month"],
                name="unique_issue_period",
                violation_error_message="Un numéro de cette série existe déjà pour cette période.",
            )
        ]

    def summary(self) -> str:
        return self.search_description or self.preheader

    @property
    def mail_subject(self) -> str:
        return self.subject or self.title

    def clean(self) -> None:
        super().clean()
        period = self.period
        if period and self.periodical_id:
            others = self.periodical.issues.filter(year=period.year).exclude(pk=self.pk)
            if any(other.period and other.period.overlaps(period) for other in others):
                raise ValidationError(
                    {"first_month": f"Un numéro couvre déjà {period.label} dans cette série."}
                )

    def section_problems(self) -> list[str]:
        """Every departure from the series' template, in French; empty when all is well."""
        templates = {s.key: s for s in self.periodical.sections.all()}
        found: list[str] = []
        seen: set[str] = set()
        for block in self.body:
            key = block.value.get("key", "")
            seen.add(key)
            if key in templates:
                kinds = [item.block_type for item in block.value.get("items") or []]
                found += templates[key].problems(kinds)
            else:
                found.append(f"Rubrique « {key} » : absente du gabarit de la série.")
        for key, template in templates.items():
            if key not in seen and template.min_items:
                found.append(f"Rubrique « {template.title} » : elle manque au numéro.")
        return found


class IssueCoProducer(Orderable):
    page = ParentalKey(IssuePage, on_delete=models.CASCADE, related_name="co_producers")
    organisation = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme",
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta(Orderable.Meta):
        verbose_name = "co-producteur"

    def __str__(self) -> str:
        return str(self.organisation)
