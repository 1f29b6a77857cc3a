"""`import_programme FILE`: a printed programme of work becomes drafts."""

from typing import Any

from pages.imports.draft_command import DraftImportCommand, doubt_rows, receiving_page
from pages.imports.programme import Programme, ProgrammeError, count_axes, parse
from pages.imports.programme_drafts import (
    Drafted,
    create_drafts,
    doubts_of,
    references_of,
)
from pages.models import ActionIndexPage


class Command(DraftImportCommand):
    help = "Importe un programme de travail (texte) en brouillons, et dit ses doutes."
    refusals = (ProgrammeError,)

    def parse(self, text: str) -> Programme:
        return parse(text)

    def create_drafts(self, document: Programme) -> Drafted:
        return create_drafts(programme=document, parent=actions_page())

    def tell(self, document: Programme, drafted: Drafted) -> None:
        mark = "brouillon créé" if drafted.made else "déjà importé, inchangé"
        self.stdout.write(f"• {drafted.page.title} : {mark}")
        for page in drafted.actions:
            self.stdout.write(f"    {page.labelled_title}")
        for name in drafted.new_formats:
            self.stdout.write(f"Format ajouté, famille à vérifier : {name}")
        doubts = doubts_of(document)
        for doubt in doubts:
            self.stdout.write(f"    ligne {doubt.line} : {doubt.message}")
        self.stdout.write(
            f"{count_axes(document)} axe(s), {len(drafted.actions)} action(s), "
            f"{len(references_of(document))} renvoi(s), {len(doubts)} point(s) à vérifier."
        )

    def as_data(self, document: Programme, drafted: Drafted) -> dict[str, Any]:
        """Counts, then the doubts and the pages; an action listed in two axes counts once."""
        return {
            "year": document.year,
            "axes": count_axes(document),
            "other_parts": len(document.axes) - count_axes(document),
            "actions": len(drafted.actions),
            "cross_references": len(references_of(document)),
            "doubts": doubt_rows(doubts_of(document)),
            "page_id": drafted.page.pk,
            "made": drafted.made,
            "new_formats": list(drafted.new_formats),
            "action_pages": [
                {"page_id": page.pk, "code": page.code, "title": page.title}
                for page in drafted.actions
            ],
        }


def actions_page() -> ActionIndexPage:
    return receiving_page(ActionIndexPage, title="Actions", slug="actions")
