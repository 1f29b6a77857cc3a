"""What every page of the site shares, and the fields of a monthly period."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.feedgenerator import Enclosure

from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page, PageQuerySet, Revision
from wagtail.search import index

from pages import structured_data
from pages.editing import EditorialPageForm
from pages.editorial import refuse_markers
from pages.period import MONTH_CHOICES, Period, PeriodError
from pages.row_order import number_rows
from pages.syndication import FeedLink, feed_link


class BasePage(Page):
    """A page of the public site: an optional cover picture, and one sentence for social cards."""

    cover = models.ForeignKey(
        "pages.CreditedImage",
        verbose_name="image de couverture",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    # A type with both has a feed of its own, and enters the feed of everything.
    feed_slug: ClassVar[str] = ""
    feed_title: ClassVar[str] = ""
    base_form_class = EditorialPageForm
    # Fields kept for the team, never published: no check of what readers would see.
    internal_fields: tuple[str, ...] = ()

    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel("slug"),
                FieldPanel("seo_title"),
                FieldPanel("search_description"),
                FieldPanel("show_in_menus"),
            ],
            heading="Référencement",
        ),
    ]

    class Meta:
        abstract = True

    def save(self, clean: bool = True, **kwargs: Any) -> None:
        """Refuses, once online, what is marked « à vérifier », whatever published it.

        Not in `clean()`: Wagtail calls it for the drafts of a live page too, and those must save.
        Raises ValidationError.
        """
        if clean and self.live:
            refuse_markers(self)
        number_rows(self)
        super().save(clean=clean, **kwargs)

    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        number_rows(self)
        return super().save_revision(*args, **kwargs)

    def summary(self) -> str:
        """One sentence for listings, cards and the meta description."""
        return self.search_description or getattr(self, "standfirst", "")

    def json_ld(self) -> dict[str, Any]:
        """The page for search engines (schema.org); a type that holds others is a collection."""
        if getattr(self, "subpage_types", None):
            return structured_data.collection(self)
        return structured_data.web_page(self)

    @classmethod
    def listed(cls) -> PageQuerySet:
        """The pages of this type that anybody may find: what feeds and the sitemap hold."""
        return cls.objects.live().public()

    @property
    def in_sitemap(self) -> bool:
        """False: readable, but search engines are not led to it."""
        return True

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        return super().get_sitemap_urls(request) if self.in_sitemap else []

    def feed_enclosure(self) -> Enclosure | None:
        """The file that comes with the page in a feed: the sound of a podcast."""
        return None

    def feeds(self) -> list[FeedLink]:
        """What a reader of this page may follow: its own type, or those it holds."""
        held = [type(self)] if self.feed_slug else self.allowed_subpage_models()
        types = [model for model in held if getattr(model, "feed_slug", "")]
        return [feed_link(model.feed_title, model.feed_slug) for model in types]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["breadcrumbs"] = self.get_ancestors().live().filter(depth__gt=2).specific()
        return context


class ImportedFields(models.Model):
    """What an import doubted, beside the page until an editor has settled it."""

    import_notes = models.TextField(
        "doutes relevés à l'import",
        blank=True,
        help_text="À vider au fil de la relecture ; jamais publié.",
    )
    internal_fields: tuple[str, ...] = ("import_notes",)

    class Meta:
        abstract = True


class PeriodFields(models.Model):
    """Year and month(s), optional in a draft, checked as soon as they are complete."""

    year = models.PositiveSmallIntegerField(
        "année", null=True, validators=[MinValueValidator(1980), MaxValueValidator(2100)]
    )
    first_month = models.PositiveSmallIntegerField("mois", null=True, choices=MONTH_CHOICES)
    last_month = models.PositiveSmallIntegerField(
        "dernier mois",
        null=True,
        blank=True,
        choices=MONTH_CHOICES,
        help_text="Seulement pour un numéro double : le mois qui suit, dans la même année.",
    )

    period_panel = MultiFieldPanel(
        [FieldRowPanel([FieldPanel("first_month"), FieldPanel("last_month"), FieldPanel("year")])],
        heading="Période",
    )
    period_search_fields = [index.FilterField("year"), index.FilterField("first_month")]

    class Meta:
        abstract = True

    @property
    def period(self) -> Period | None:
        """The period, or None while a draft has none or an impossible one."""
        if not (self.year and self.first_month):
            return None
        try:
            return Period(self.year, self.first_month, self.last_month or self.first_month)
        except PeriodError:
            return None

    @property
    def period_label(self) -> str:
        return self.period.label if self.period else ""

    def clean(self) -> None:
        super().clean()
        if self.year and self.first_month:
            try:
                Period(self.year, self.first_month, self.last_month or self.first_month)
            except PeriodError as error:
                raise ValidationError({"last_month": str(error)}) from error
