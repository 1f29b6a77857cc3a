"""The forms of the page editor: what they add to Wagtail's own, none of it stored."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.http import QueryDict

from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.fields import StreamField

from pages.editorial import Marker, halves_in, markers_in, stream_error
from pages.fingerprint import bare, fingerprint
from pages.posted_text import without_controls
from pages.publishing import PUBLISH_UNVALIDATED, VALIDATED
from pages.text_fields import Text, field_text, is_text, stream_texts

TO_REVALIDATE = "to_revalidate"
PROOF_FIELDS = {"validated_by", "validated_on", "validation_proof"}
READ_BY_HOLDER = {
    "title", "short_title", "standfirst", "territories", "territory_label", "themes", "body",
    "project_period", "cover", "year", "first_month", "last_month",
}  # fmt: skip
PEOPLE = ("holders", "contacts", "authors")
Look = Callable[[Iterable[Text]], list[Marker]]


class EditorialPageForm(WagtailAdminPageForm):
    """The form of every page of the site: refuses to publish what is marked « à vérifier ».

    `events` lists what the save must write in the history: (action, data).
    """

    @property
    def is_publishing(self) -> bool:
        """Whether this POST may put the page online; never true of a draft or an autosave."""
        if self.is_deferred_validation:
            return False
        return "action-publish" in self.data or (
            "action-workflow-action" in self.data
            and self.data.get("workflow-action-name") == "approve"
        )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        posted = without_controls(data) if isinstance(data, QueryDict) else data
        super().__init__(posted, *args, **kwargs)
        self.markers: list[Marker] = []
        self.events: list[tuple[str, dict[str, Any]]] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # Even of a draft: no database stores half a character.
        self._refuse(cleaned, halves_in)
        if self.is_publishing:
            self.markers += self._refuse(cleaned, markers_in)
        return cleaned

    def _refuse(self, cleaned: dict[str, Any], look: Look) -> list[Marker]:
        refused = []
        for name, value in list(cleaned.items()):
            found = look(self._texts(self.instance, name, value, (name,), f"id_{name}"))
            if found:
                error = stream_error(found) if len(found[0].text.path) > 1 else found[0].message
                self.add_error(name, error)
                refused += found
        for name, formset in self.formsets.items():
            for rank, row in enumerate(formset.forms):
                refused += self._refuse_in_row(name, rank, row, look)
        return refused

    def _refuse_in_row(self, formset: str, rank: int, row: Any, look: Look) -> list[Marker]:
        cleaned = getattr(row, "cleaned_data", {}) if row.is_valid() else {}
        if cleaned.get("DELETE"):
            return []
        refused = []
        for name, value in list(cleaned.items()):
            path = (formset, rank, name)
            found = look(self._texts(row.instance, name, value, path, row[name].auto_id))
            if found:
                row.add_error(name, found[0].message)
                refused += found
        return refused

    def _texts(
        self, holder: Any, name: str, value: Any, path: tuple[Any, ...], anchor: str
    ) -> list[Text]:
        try:
            field = holder._meta.get_field(name)
        except FieldDoesNotExist:
            return []
        if isinstance(field, StreamField):
            return list(stream_texts(value, path, str(field.verbose_name)))
        if value and is_text(field, self.instance):
            return [field_text(field, value, path, anchor, _unchanged)]
        return []


def _unchanged(new: str) -> None:
    """A text read from a form is corrected by whoever typed it."""


class ExperiencePageForm(EditorialPageForm):
    """Keeps the holder's validation true: a later edit undoes it unless said to be minor."""

    is_minor = forms.BooleanField(
        label="Correction mineure",
        required=False,
        help_text="Coquille, mise en forme : la validation par le porteur reste acquise.",
    )
    publish_reason = forms.CharField(
        label="Motif de publication sans validation",
        required=False,
        max_length=300,
        help_text="Demandé pour publier une fiche que le porteur n'a pas validée ; "
        "conservé dans l'historique.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before the POST is applied: what an unmarked older validation vouched for.
        self.stage_before = self.instance.stage
        self.before = fingerprint(self.instance) if self.instance.pk else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        validated = cleaned.get("stage") == VALIDATED
        if not self.is_publishing:
            return cleaned
        if not validated or self._stays_revoked(cleaned):
            self._require_right_and_reason(cleaned)
        elif "stage" in self.changed_data and not cleaned.get("validated_by"):
            self.add_error("validated_by", "Dites qui a validé la fiche.")
        return cleaned

    def _require_right_and_reason(self, cleaned: dict[str, Any]) -> None:
        if not self.for_user.has_perm(PUBLISH_UNVALIDATED):
            self.add_error(
                "stage",
                "Le porteur de projet n'a pas validé ce texte : la fiche s'enregistre, mais vous "
                "n'avez pas le droit de la publier.",
            )
        elif not (cleaned.get("publish_reason") or "").strip():
            self.add_error(
                "publish_reason",
                "Le porteur de projet n'a pas validé ce texte : indiquez pourquoi le publier.",
            )

    def _stays_revoked(self, cleaned: dict[str, Any]) -> bool:
        """« Validée » is posted, but of another text than the one validated."""
        declared = PROOF_FIELDS & set(self.changed_data) or not self._vouched
        if declared or cleaned.get("is_minor"):
            return False
        return self._touches_content(cleaned) or self.before != self._vouched

    @property
    def _vouched(self) -> str:
        """Fingerprint of the text validated; of the text as it was, where nothing kept one."""
        return self.instance.reviewed_fingerprint or self.before

    def _touches_content(self, cleaned: dict[str, Any]) -> bool:
        changed = READ_BY_HOLDER & set(self.changed_data)
        if "body" in changed:
            block = self.fields["body"].block
            now = block.get_prep_value(cleaned["body"]) if "body" in cleaned else None
            if bare(block.get_prep_value(self.initial["body"])) == bare(now):
                changed.discard("body")
        return bool(changed) or any(
            self.formsets[name].has_changed() for name in PEOPLE if name in self.formsets
        )

    def save(self, commit: bool = True) -> Any:
        page = super().save(commit=False)
        self._settle(page)
        if commit:
            page.save()
        return page

    def _settle(self, page: Any) -> None:
        """Set the stage and what it vouches for from the text about to be saved."""
        now, minor = fingerprint(page), self.cleaned_data.get("is_minor")
        vouched = self._vouched
        if minor and now != self.before:
            self.events.append(("pages.review.minor", {}))
        if page.stage == VALIDATED:
            # A stage posted again by an editor opened before is no new validation: its proof is.
            declared = bool(PROOF_FIELDS & set(self.changed_data)) or not vouched
            if now == vouched or minor or declared:
                page.reviewed_fingerprint = now
            else:
                page.stage = TO_REVALIDATE
                page.reviewed_fingerprint = vouched
                if self.stage_before != TO_REVALIDATE:
                    self.events.append(("pages.review.to_revalidate", {}))
        elif minor and self.before == page.reviewed_fingerprint:
            page.reviewed_fingerprint = now
        if self.is_publishing and page.stage != VALIDATED:
            reason = self.cleaned_data.get("publish_reason", "").strip()
            data = {"reason": reason, "stage": page.get_stage_display()}
            self.events.append(("pages.review.published_unvalidated", data))
