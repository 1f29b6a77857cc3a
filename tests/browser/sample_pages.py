"""One page of every type there is, filled as an editor would."""

from datetime import date, timedelta

from django.utils import timezone

from wagtail.models import Page, get_page_models

from cms.demo.centre import load_centre
from cms.demo.loader import load_home, load_vocabularies
from pages.models import ActionListing, ExperienceIndexPage, Session, Territory, Theme
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
)


def page_models() -> list[type[Page]]:
    return [model for model in get_page_models() if model is not Page]


def sample_of(model: type[Page]) -> Page | None:
    """The first live page of exactly that type; the offer that is closed comes last."""
    return Page.objects.exact_type(model).live().order_by("pk").first()


def make_samples() -> Page:
    """One live page of each type, and an offer that is closed, which is returned."""
    make_home()
    load_vocabularies()
    load_centre(load_home())
    classed = {"themes": Theme.objects.all()[:1], "territories": Territory.objects.all()[:1]}
    document, today = make_document(), timezone.localdate()
    quote = ("quote", {"text": "Oui.", "speaker": "Léa"})
    make_experience(body=[("heading", "Écouter"), quote], stage="validated")
    recueil = ExperienceIndexPage.objects.get().add_child(instance=prefilled(2026))
    recueil.save_revision().publish()
    publication = make_publication(**classed)
    make_recording(**classed)
    make_tool(themes=classed["themes"])
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
