"""One issue of a series: what is composed, checked, approved and sent."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from modelcluster.fields import ParentalKey
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
from wagtail.url_routing import RouteResult

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update

from newsletters import structured_data
from newsletters.blocks import MAIL_FEATURES, IssueStream
from newsletters.editions import email, text, without_links
from newsletters.letter import EditionError, compose
from newsletters.models.periodical import Periodical, no_line_break
from newsletters.printing import print_issue, published_response
from pages.editing import EditorialPageForm
from pages.models import BasePage, PeriodFields
from pages.syndication import FeedLink
from pages.typesetting.responses import pdf_response


# A mail carries its own styles, and pictures by their address on the public site, which may not
# be the host of the admin: the site's policy would strip both from the preview only.
@csp_update({"style-src": [SELF, UNSAFE_INLINE], "img-src": ["http:", "https:"]})
def mail_response(request: HttpRequest, html: str) -> HttpResponse:
    return HttpResponse(without_links(html))


def without_images(html: str) -> str:
    """The mail as most offices first see it: alternatives only."""
    return re.sub(r'(<img\b[^>]*?)\ssrc="[^"]*"', r"\1", html)


def in_dark(html: str) -> str:
    """The mail's dark rules applied whatever the reader's screen prefers."""
    return html.replace("(prefers-color-scheme:dark)", "all")


MAIL_PREVIEWS = {"email": str, "email-sans-images": without_images, "email-sombre": in_dark}


def text_response(content: str) -> HttpResponse:
    return HttpResponse(without_links(content), content_type="text/plain; charset=utf-8")


class IssueQuerySet(PageQuerySet):
    def newest_first(self) -> "IssueQuerySet":
        return self.order_by("-year", "-first_month", "-first_published_at")

    def to_send(self) -> "IssueQuerySet":
        """Never prepared; of those published, only what no later issue of the series overtook."""
        later = models.Q(year__gt=models.OuterRef("year")) | models.Q(
            year=models.OuterRef("year"), first_month__gt=models.OuterRef("first_month")
        )
        overtaken = IssuePage.objects.filter(
            later, periodical=models.OuterRef("periodical"), mailings__isnull=False
        )
        return self.filter(mailings=None).exclude(models.Exists(overtaken), live=True)


class IssueForm(EditorialPageForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The series is the parent's: the editor never chooses it, and the uniqueness of the
        # period is checked against it before the page has a place in the tree.
        if self.parent_page and not self.instance.periodical_id:
            # An address typed by hand may name another kind of parent.
            self.instance.periodical = getattr(self.parent_page.specific, "periodical", None)


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

    feed_slug, feed_title = "lettres", "Lettres d’information"
    corrected_on = models.DateField(
        "corrigé le", null=True, blank=True, help_text="Affiché sur la page du numéro."
    )
    correction_note = models.CharField(
        "ce qui a été corrigé", max_length=300, blank=True, validators=[no_line_break]
    )

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
        MultiFieldPanel(
            [FieldPanel("corrected_on"), FieldPanel("correction_note")],
            heading="Correction après l'envoi",
            help_text="Le courriel parti est conservé tel quel ; seule la page du site change.",
            classname="collapsed",
        ),
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
        APIField("corrected_on"),
        APIField("correction_note"),
    ]
    # A copy is a new issue: it must not look sent, nor claim the original's period.
    exclude_fields_in_copy = ["year", "first_month", "last_month"]

    preview_modes = [
        ("", "Site"),
        ("email", "Courriel"),
        ("email-sans-images", "Courriel, images bloquées"),
        ("email-sombre", "Courriel, sombre"),
        ("text", "Texte brut"),
        ("print", "Imprimé"),
    ]
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

    def json_ld(self) -> dict[str, Any]:
        return structured_data.issue(self)

    @classmethod
    def listed(cls) -> "IssueQuerySet":
        return super().listed().filter(periodical__has_public_archive=True)

    def feeds(self) -> list[FeedLink]:
        return self.periodical.feeds()

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        """A phone, the width of a mail, a desk."""
        return [
            {"name": "mobile", "icon": "mobile-alt", "device_width": 375, "label": "Téléphone"},
            {"name": "tablet", "icon": "mail", "device_width": 600, "label": "Courriel"},
            {"name": "desktop", "icon": "desktop", "device_width": 1280, "label": "Ordinateur"},
        ]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """The draft in one edition; what stops it from being made is said in its place."""
        try:
            if as_seen := MAIL_PREVIEWS.get(mode_name):
                return mail_response(request, as_seen(email.render(compose(self))))
            if mode_name == "text":
                return text_response(text.render(compose(self)))
            if mode_name == "print":
                return pdf_response(print_issue(self).pdf, self.slug or "apercu")
            # The page's template composes when it is rendered, too late to be caught here.
            compose(self)
            return super().serve_preview(request, mode_name)
        except EditionError as error:
            return text_response(f"Aperçu impossible.\n\n{error}\n")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """« …/pdf/ » is the print edition of a published issue."""
        if path_components == ["pdf"] and self.live:
            return RouteResult(self, kwargs={"edition": "print"})
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, edition: str = "") -> HttpResponseBase:
        if edition != "print":
            return super().serve(request)
        try:
            return published_response(self, request)
        except EditionError as error:
            raise Http404("Ce numéro n'a pas d'édition imprimée.") from error

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
