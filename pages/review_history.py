"""How the review reads in the history of a sheet."""

from typing import Any, ClassVar

from wagtail.log_actions import LogFormatter


class ReviewEntry(LogFormatter):
    """The message, then who answered, the reason or the comment."""

    ACTIONS: ClassVar[dict[str, tuple[str, str]]] = {
        "link_created": ("Créer un lien de relecture", "Lien de relecture créé"),
        "link_revoked": ("Révoquer un lien de relecture", "Lien de relecture révoqué"),
        "validated": ("Validation par le porteur", "Texte validé par le porteur"),
        "changes": ("Modifications demandées", "Modifications demandées par le porteur"),
        "minor": ("Correction mineure", "Correction mineure, la validation reste acquise"),
        "to_revalidate": ("À revalider", "Texte modifié depuis sa validation : à revalider"),
        "published_unvalidated": ("Publier sans validation", "Publication sans validation"),
    }

    def format_message(self, log_entry: Any) -> str:
        by = log_entry.data.get("name")
        return f"{self.message} ({by})" if by else self.message

    def format_comment(self, log_entry: Any) -> str:
        return log_entry.data.get("reason") or log_entry.data.get("comment") or ""
