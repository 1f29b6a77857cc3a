"""The organisation's pages, as the demonstration fills them, in a real browser."""

from itertools import product

import pytest

from cms.demo.centre import load_centre
from cms.demo.loader import load_home, load_vocabularies
from tests.builders import make_home

pytestmark = pytest.mark.browser
PATHS = [
    "/le-centre/", "/le-centre/equipe/", "/le-centre/conseil-d-administration/",
    "/le-centre/adherents/", "/le-centre/partenaires/", "/mentions-legales/",
    "/donnees-personnelles/", "/accessibilite/", "/contact/",
]  # fmt: skip


@pytest.fixture
def organisation(site_server) -> None:
    make_home()
    load_vocabularies()
    load_centre(load_home())


def test_no_page_of_the_organisation_has_an_accessibility_fault(
    organisation, site_server, chromium_page, accessibility_violations
):
    faults = []
    for width, scheme in product((320, 1280), ("light", "dark")):
        chromium_page.set_viewport_size({"width": width, "height": 900})
        chromium_page.emulate_media(color_scheme=scheme)
        for path in PATHS:
            chromium_page.goto(site_server.url + path)
            faults += [(path, fault) for fault in accessibility_violations(chromium_page)]
            if chromium_page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append((path, f"la page déborde à {width} px"))
            if chromium_page.locator("h1").count() != 1:
                faults.append((path, "il faut un titre de niveau 1 et un seul"))
    assert faults == []
    assert chromium_page.complaints == []
