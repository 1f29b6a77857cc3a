"""`import_recueil FILE`: a printed collection of experience sheets becomes drafts."""

from typing import Any

from pages.imports.draft_command import DraftImportCommand, doubt_rows, receiving_page
from pages.imports.drafts import Draft, create_drafts
from pages.imports.recueil import Doubt, Recueil, RecueilError, parse
from pages.models import ExperienceIndexPage


class Command(DraftImportCommand):
    help = "Importe un recueil de fiches expérience (texte) en brouillons, et dit ses doutes."
    refusals = (RecueilError,)

    def parse(self, text: str) -> Recueil:
        return parse(text)

    def create_drafts(self, document: Recueil) -> list[Draft]:
        index = receiving_page(
            ExperienceIndexPage, title="Fiches expérience", slug="fiches-experience"
        )
        return create_drafts(recueil=document, index=index)

    def tell(self, document: Recueil, drafted: list[Draft]) -> None:
        for draft in drafted:
            page = draft.page
            mark = "brouillon créé" if draft.made else "déjà importée, inchangée"
            self.stdout.write(f"\n• {page.title} ({page.period_label or 'sans période'}) : {mark}")
            self.say_doubts(draft.doubts)
        if document.doubts:
            self.stdout.write("\nSur l'ensemble du recueil :")
            self.say_doubts(document.doubts)
        made = sum(draft.made for draft in drafted)
        doubts = sum(len(draft.doubts) for draft in drafted) + len(document.doubts)
        self.stdout.write(
            f"\n{made} brouillon(s) créé(s), {len(drafted) - made} déjà présent(s), "
            f"{doubts} point(s) à vérifier."
        )

    def say_doubts(self, doubts: tuple[Doubt, ...]) -> None:
        for doubt in doubts:
            self.stdout.write(f"    ligne {doubt.line} : {doubt.message}")

    def as_data(self, document: Recueil, drafted: list[Draft]) -> dict[str, Any]:
        sheets = [
            {
                "page_id": draft.page.pk,
                "title": draft.page.title,
                "period": draft.page.period_label,
                "made": draft.made,
                "doubts": doubt_rows(draft.doubts),
            }
            for draft in drafted
        ]
        return {"year": document.year, "sheets": sheets, "doubts": doubt_rows(document.doubts)}
