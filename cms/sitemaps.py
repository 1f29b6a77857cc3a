"""What search engines may visit: the sitemap and robots.txt."""

from functools import cached_property
from urllib.parse import urlsplit

from django.apps import apps
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as answer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from wagtail.models import Site

from pages.models import BasePage


class PagesSitemap(Sitemap):
    """Every listed page of a site: one light query for each page type.

    Wagtail's own sitemap asks each page in turn whether it belongs there, one query for each
    issue of a series; here each type says it once, in `listed`.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.root = urlsplit(site.root_url)

    def get_protocol(self, protocol: str | None = None) -> str:
        return self.root.scheme

    def get_domain(self, site: object = None) -> str:
        return self.root.netloc

    def items(self) -> list[BasePage]:
        return self._pages

    @cached_property
    def _pages(self) -> list[BasePage]:
        types = [model for model in apps.get_models() if issubclass(model, BasePage)]
        return [
            page
            for model in types
            for page in model.listed()
            .descendant_of(self.site.root_page, inclusive=True)
            .defer_streamfields()
            .order_by("path")
            if page.get_sitemap_urls()
        ]

    def location(self, item: BasePage) -> str:
        return item.get_url_parts()[2]

    def lastmod(self, item: BasePage) -> object:
        return item.last_published_at


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """GET /sitemap.xml (https://www.sitemaps.org/protocol.html)"""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404("Aucun site à cette adresse.")
    return answer(request, sitemaps={"pages": PagesSitemap(site)})


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """GET /robots.txt (RFC 9309)"""
    site = Site.find_for_request(request)
    context = {"root_url": site.root_url if site else ""}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")
