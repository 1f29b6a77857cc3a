"""Addresses out and refusals in: each leaves its line in the history, none an address there."""

from tempfile import TemporaryFile
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from newsletters import consent
from newsletters.audience_admin.actions import chosen
from newsletters.audience_admin.journal import note
from newsletters.audience_admin.screens import AudienceScreen, RightMixin
from newsletters.audience_archive import (
    DROPPED,
    json_lines,
    read_archive,
    refusal_lines,
    sheet_lines,
    write_archive,
)
from newsletters.audience_files import FileRefused
from newsletters.audience_files.opening import MAX_BYTES
from newsletters.models import Subscriber, Suppression
from newsletters.permissions import IMPORT, SEE_ADDRESSES

_KINDS: Final = {
    "csv": (sheet_lines, "abonnes.csv", "text/csv; charset=utf-8"),
    "json": (json_lines, "abonnes.jsonl", "application/x-ndjson"),
}


class ExportSelection(RightMixin):
    """The people of a list with its filters, streamed. POST: a link or a scanner exports nobody."""

    http_method_names: ClassVar = ["post"]
    rights = (SEE_ADDRESSES,)

    def post(self, request: HttpRequest) -> StreamingHttpResponse:
        kind = request.POST.get("format", "")
        kind = kind if kind in _KINDS else "csv"
        people = chosen(request.GET, request.user).order_by("pk")
        note(request.user, "exported", what=f"Sélection en {kind.upper()}", count=people.count())
        lines, name, content_type = _KINDS[kind]
        return _attached(lines(people), name, content_type)


def _attached(lines: Any, name: str, content_type: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class RefusalsForm(forms.Form):
    """`lines` once valid. A wrong file here ends everybody's subscription for good: dry first."""

    file = forms.FileField(
        label="Fichier de la liste repoussoir",
        help_text="CSV ou texte : une adresse ou une empreinte par ligne, première colonne. Les "
        "adresses ne sont pas gardées, leurs empreintes seulement.",
    )
    sure = forms.BooleanField(
        label="Écrire : ces adresses ne reçoivent plus aucune lettre, sans retour",
        required=False,
        help_text="Sans cette case, c'est un essai à blanc : il compte et n'écrit rien.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"Le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo.")
        raw = file.read()
        if b"\0" in raw or raw.startswith(b"%PDF"):
            raise forms.ValidationError(
                "Ce fichier n'est pas du texte : enregistrez la liste au format CSV."
            )
        return raw

    @property
    def lines(self) -> list[str]:
        return self.cleaned_data["file"].decode("utf-8-sig", errors="replace").splitlines()


class ArchiveForm(forms.Form):
    file = forms.FileField(
        label="Archive de l'audience (ZIP)",
        help_text="Faite par « Exporter toute l'audience ». Les personnes connues ne changent pas.",
    )
    partly = forms.BooleanField(
        label="Sans les territoires et thématiques que ce site n'a pas",
        required=False,
        help_text="Une seconde reprise ne les rendrait pas : sans cette case, l'archive est "
        "refusée tant qu'ils manquent.",
    )


class OpenFormats(AudienceScreen):
    """« Exports et liste repoussoir »."""

    page_title = "Exports et liste repoussoir"
    template_name = "newsletters/audience/exports.html"
    trail: ClassVar = (("abonnes:index", "Abonné·es"),)
    rights = (SEE_ADDRESSES,)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "people": Subscriber.objects.count(),
            "refused": Suppression.objects.count(),
            "refusals_form": RefusalsForm(prefix="refus"),
            "archive_form": ArchiveForm(prefix="archive"),
            "may_import": self.request.user.has_perm(IMPORT),
        }
        return super().get_context_data(**(context | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        what = request.POST.get("what", "")
        if what == "archive":
            file = TemporaryFile()  # noqa: SIM115  (FileResponse closes it)
            count = write_archive(file)
            note(request.user, "exported", what="Toute l'audience", count=count)
            file.seek(0)
            name = f"audience-{timezone.localdate():%Y-%m-%d}.zip"
            return FileResponse(file, as_attachment=True, filename=name)  # type: ignore[return-value]
        note(request.user, "suppressions", what="Export", count=Suppression.objects.count())
        return _attached(refusal_lines(), "liste-repoussoir.csv", "text/csv; charset=utf-8")  # type: ignore[return-value]


class BackIn(OpenFormats):
    """POST only: a list of refusals, or an archive."""

    http_method_names: ClassVar = ["post"]
    rights = (SEE_ADDRESSES, IMPORT)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("what") == "archive":
            return self.archive(request)
        form = RefusalsForm(request.POST, request.FILES, prefix="refus")
        if form.is_valid():
            self.refuse(request, form.lines, dry=not form.cleaned_data["sure"])
            return redirect("abonnes:open")
        return self.render_to_response(self.get_context_data(refusals_form=form))

    def refuse(self, request: HttpRequest, lines: list[str], *, dry: bool) -> None:
        done = consent.refuse_all(lines=lines, reason="Liste importée", dry=dry)
        counts = (
            f"{done.added} refus ajouté(s), {done.known} déjà connu(s), "
            f"{done.left} personne(s) désinscrite(s)."
        )
        if dry:
            messages.warning(
                request,
                f"Essai à blanc, rien n'est écrit : {counts} Pour l'écrire, déposez à nouveau le "
                "fichier en cochant « Écrire ».",
            )
        else:
            note(request.user, "suppressions", what="Import", count=done.added)
            messages.success(request, counts)
        if done.invalid:
            first = ", ".join(map(str, done.invalid[:10]))
            messages.warning(request, f"{len(done.invalid)} ligne(s) illisible(s) : {first}.")

    def archive(self, request: HttpRequest) -> HttpResponse:
        form = ArchiveForm(request.POST, request.FILES, prefix="archive")
        if form.is_valid():
            try:
                data = form.cleaned_data
                counts = read_archive(data["file"], partly=data["partly"])
            except FileRefused as error:
                form.add_error("file", str(error))
            else:
                note(request.user, "imported", what="Archive de l'audience", count=counts["new"])
                messages.success(
                    request,
                    f"{counts['new']} personne(s) reprise(s), {counts['known']} déjà connue(s), "
                    f"{counts['suppressed']} sur la liste repoussoir, {counts['refusals']} refus "
                    "ajouté(s).",
                )
                if counts["dropped"]:
                    messages.warning(request, DROPPED.format(counts["dropped"]))
                return redirect("abonnes:open")
        return self.render_to_response(self.get_context_data(archive_form=form))
