"""What every volume of the centre prints beside its own pages: who publishes it, where."""

from typing import Any

from django.conf import settings

from wagtail.models import Page, Site

from pages.models import CentreSettings
from pages.printing.sheet import typeset_text
from pages.typesetting.codes import qr_code
from pages.typesetting.pictures import LOGO, Pictures


def site_of(page: Page) -> Site | None:
    site: Site | None = page.get_site() or Site.objects.filter(is_default_site=True).first()
    return site


def base_url_of(page: Page) -> str:
    site = site_of(page)
    return site.root_url if site else settings.WAGTAILADMIN_BASE_URL


def volume_data(page: Any, pictures: Pictures) -> dict[str, Any]:
    """Cover and colophon, as `typesetting/volume.typ` reads them; `pictures` collects."""
    centre = CentreSettings.objects.filter(site=site_of(page)).first() or CentreSettings()
    url = page.full_url or ""
    if url:
        pictures.files["code.svg"] = qr_code(url)
    return {
        "title": typeset_text(page.title),
        "year": str(page.year or ""),
        "cover": pictures.add(page.cover),
        "centre": {
            "name": typeset_text(centre.name),
            "lines": [typeset_text(line) for line in centre.address.splitlines()],
            "phone": typeset_text(centre.phone),
            "email": typeset_text(centre.email),
            "website": base_url_of(page),
        },
        "logo": pictures.add(centre.logo, LOGO),
        "funders": _logos(centre, pictures),
        "url": url,
    }


def _logos(centre: CentreSettings, pictures: Pictures) -> list[dict[str, str]]:
    if centre.pk is None:
        return []
    found = []
    for funder in centre.funders.current().with_logos():
        body = funder.organisation
        shown = pictures.add(body.logo, LOGO)
        found.append({"name": typeset_text(body.name), "file": shown["file"] if shown else ""})
    return found
