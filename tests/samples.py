"""One public page of each type there is, for the tests that try them all.

A new type fails here until it has a sample.
"""

from datetime import date, timedelta

from django.utils import timezone

from wagtail.models import Page, get_page_models

from cms.demo.centre import load_centre
from cms.demo.loader import load_home, load_vocabularies
from pages.models import (
    ActionListing,
    ExperienceIndexPage,
    Session,
    Territory,
    Theme,
    ToolVersion,
)
from pages.printing.recueil import prefilled
from tests.builders import (
    make_action,
    make_document,
    make_dossier,
    make_event,
    make_experience,
    make_home,
    make_issue,
    make_job,
    make_programme,
    make_publication,
    make_recording,
    make_tool,
    unnoticed,
)


def sample_pages() -> dict[str, Page]:
    """A live page of each type, by the name of its model; « 410 » is an offer that is closed."""
    make_home()
    with unnoticed():
        load_vocabularies()
    load_centre(load_home())
    closed = _make_works()
    types = {model.__name__: model for model in get_page_models() if model is not Page}
    found = {
        name: Page.objects.exact_type(model).live().exclude(pk=closed.pk).first()
        for name, model in types.items()
    }
    assert [name for name, page in found.items() if page is None] == []
    return {name: page.specific for name, page in found.items()} | {"410": closed}


def sample_addresses() -> dict[str, str]:
    """The address of each of them, and of what is not a page."""
    addresses = {name: page.url for name, page in sample_pages().items()}
    return addresses | {
        "404": "/nulle-part/",
        "flux": "/flux/",
        "mois": f"{addresses['AgendaPage']}?view=month",
    }


def _make_works() -> Page:
    """One page of each type beside the organisation's; returns the offer that is closed."""
    classed = {"themes": Theme.objects.all()[:1], "territories": Territory.objects.all()[:1]}
    document, today = make_document(), timezone.localdate()
    quote = ("quote", {"text": "Oui.", "speaker": "Léa"})
    make_experience(body=[("heading", "Écouter"), quote], stage="validated")
    recueil = ExperienceIndexPage.objects.get().add_child(instance=prefilled(2026))
    recueil.save_revision().publish()
    publication = make_publication(**classed)
    make_recording(**classed)
    version = ToolVersion(document=document, released_on=today)
    make_tool(themes=classed["themes"], versions=[version])
    content = {"page": publication, "comment": "À lire d'abord."}
    entry = {"document": document, "comment": ""}
    make_dossier(body=[("heading", "Lire"), ("content", content), ("document", entry)], **classed)
    make_event(sessions=[Session(day=today + timedelta(days=2), place="Cergy")], **classed)
    make_event(title="Une rencontre passée", days=["2024-05-14"])
    make_job(attachment=document, **classed)
    action = make_action(code="A1", sessions_label="2 à 3", **classed)
    listed, recalled = ActionListing(action=action), ActionListing(action=action, is_main=False)
    make_programme({"Installer": [listed], "Habiter": [recalled]})
    make_issue()
    Page.objects.filter(depth=3).update(show_in_menus=True)
    return make_job(title="Une offre close", deadline=date(2026, 1, 5), live=True)
