"""Simple pages, and those every site owes its readers: legal, privacy, accessibility, contact."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Site
from wagtail.search import index

from pages.accessibility import expiry
from pages.blocks.stream import ArticleStream
from pages.blocks.text import PARAGRAPH_FEATURES
from pages.models.base import BasePage
from pages.models.settings import CentreSettings


class StandardPage(BasePage):
    """Free content: « Qui sommes-nous », « Nos missions »…"""

    intro = models.TextField("introduction", blank=True)
    body = StreamField(ArticleStream(), verbose_name="corps", blank=True)

    content_panels = [*BasePage.content_panels, "intro", "cover", "body"]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("intro"),
        index.SearchField("body"),
    ]
    api_fields = [APIField("intro"), APIField("body")]
    template = "pages/standard_page.html"

    class Meta:
        verbose_name = "page simple"
        verbose_name_plural = "pages simples"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["section"] = self.get_children().live().public().specific() if self.pk else []
        return context

    def summary(self) -> str:
        return self.search_description or self.intro


class NoticePage(BasePage):
    """A page whose core comes from the settings; `complement` is what the centre adds."""

    complement = RichTextField("texte complémentaire", blank=True, features=PARAGRAPH_FEATURES)

    search_fields = [*BasePage.search_fields, index.SearchField("complement")]
    api_fields = [APIField("complement")]
    parent_page_types = ["pages.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    settings_help = HelpPanel(
        "L'adresse, l'hébergeur et l'audit viennent de « Paramètres › Coordonnées »."
    )
    content_panels = [*BasePage.content_panels, settings_help, "complement"]

    class Meta:
        abstract = True

    def centre(self) -> CentreSettings:
        """The settings of the page's site; the defaults for a page outside any site."""
        site = self.get_site() or Site.objects.filter(is_default_site=True).first()
        return CentreSettings.for_site(site) if site else CentreSettings()


class LegalNoticePage(NoticePage):
    """« Mentions légales » (LCEN): publisher, director, host."""

    template = "pages/legal_notice_page.html"

    class Meta:
        verbose_name = "mentions légales"
        verbose_name_plural = "mentions légales"


class PrivacyPage(NoticePage):
    """« Données personnelles » (RGPD art. 13): what is kept, why, how long, and one's rights."""

    data_contact = models.EmailField(
        "contact pour les données",
        blank=True,
        help_text="Si différent du courriel du centre.",
    )

    content_panels = [*BasePage.content_panels, "data_contact", "complement"]
    template = "pages/privacy_page.html"

    class Meta:
        verbose_name = "données personnelles"
        verbose_name_plural = "données personnelles"


class ContactPage(NoticePage):
    """Addresses only: a form would be one more collection of personal data."""

    template = "pages/contact_page.html"

    class Meta:
        verbose_name = "contact"
        verbose_name_plural = "pages de contact"

    def json_ld(self) -> dict[str, Any]:
        """https://schema.org/Organization"""
        centre = self.centre()
        found = {
            "@context": "https://schema.org",
            "@type": "Organization",
            "name": centre.name,
            "url": self.get_site().root_url if self.get_site() else "",
            "address": " ".join(centre.address.split()),
            "telephone": centre.phone,
            "email": centre.email,
        }
        return {key: value for key, value in found.items() if value}


class AccessibilityPage(NoticePage):
    """The declaration in the format the RGAA imposes (4.1.2); its state is computed."""

    declared_on = models.DateField("déclaration établie le", null=True, blank=True)
    updated_on = models.DateField("mise à jour le", null=True, blank=True)
    contact = models.EmailField(
        "courriel pour signaler une difficulté",
        blank=True,
        help_text="Réponse due sous une semaine. Par défaut, le courriel du centre.",
    )
    failures = RichTextField("non-conformités", blank=True, features=["ul", "link"])
    exemptions = RichTextField(
        "dérogations pour charge disproportionnée", blank=True, features=["ul", "link"]
    )
    out_of_scope = RichTextField(
        "contenus non soumis à l'obligation", blank=True, features=["ul", "link"]
    )
    plan = RichTextField(
        "schéma pluriannuel et plan d'actions",
        blank=True,
        features=["ul", "link", "document-link"],
    )
    technologies = models.CharField(
        "technologies", max_length=300, blank=True, default="HTML5, CSS, JavaScript"
    )
    test_environment = RichTextField("environnement de test", blank=True, features=["ul"])
    tools = RichTextField("outils", blank=True, features=["ul", "link"])
    tested_pages = RichTextField("pages vérifiées", blank=True, features=["ul", "link"])

    content_panels = [
        *BasePage.content_panels,
        NoticePage.settings_help,
        MultiFieldPanel(
            [FieldPanel("declared_on"), FieldPanel("updated_on"), FieldPanel("contact")],
            heading="Déclaration",
        ),
        "plan",
        MultiFieldPanel(
            [FieldPanel("failures"), FieldPanel("exemptions"), FieldPanel("out_of_scope")],
            heading="Contenus non accessibles",
        ),
        MultiFieldPanel(
            [
                FieldPanel("technologies"),
                FieldPanel("test_environment"),
                FieldPanel("tools"),
                FieldPanel("tested_pages"),
            ],
            heading="Établissement de la déclaration",
        ),
        "complement",
    ]
    template = "pages/accessibility_page.html"

    class Meta:
        verbose_name = "déclaration d'accessibilité"
        verbose_name_plural = "déclarations d'accessibilité"

    @property
    def audit_is_valid(self) -> bool:
        audited = self.centre().accessibility_audited_on
        return audited is not None and timezone.localdate() <= expiry(audited)
