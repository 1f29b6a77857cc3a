"""« Importer des abonné·es »: file, columns, dry run, confirmation, result, undoing."""

import csv
from itertools import islice
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect

from newsletters import import_files, import_tasks, importing
from newsletters.audience_admin.import_forms import ColumnsForm, DeclarationForm
from newsletters.audience_admin.journal import note
from newsletters.audience_admin.screens import AudienceScreen, RightMixin
from newsletters.audience_files import FileRefused
from newsletters.importing import ImportRefused
from newsletters.models import SubscriberImport, Subscription
from newsletters.permissions import IMPORT

_State: Final = SubscriberImport.State
_TRAIL: Final = (("imports:index", "Imports"),)
_SHOWN: Final = 100
COUNTS: Final = (
    ("new", "Nouveaux"),
    ("added", "Déjà au fichier, lettre ajoutée"),
    ("known", "Déjà abonnés ou connus, inchangés"),
    ("invalid", "Lignes invalides"),
    ("duplicate", "Doublons dans le fichier"),
    ("suppressed", "Liste repoussoir"),
)


class ImportIndex(AudienceScreen):
    page_title = "Imports d'abonné·es"
    template_name = "newsletters/audience/imports.html"
    rights = (IMPORT,)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = SubscriberImport.objects.select_related("created_by")
        rows = rows.prefetch_related("periodicals")
        page = Paginator(rows, 50).get_page(self.request.GET.get("p"))
        return super().get_context_data(rows=page, **kwargs)


class ImportUpload(AudienceScreen):
    page_title = "Importer des abonné·es"
    template_name = "newsletters/audience/import_upload.html"
    rights = (IMPORT,)
    trail = _TRAIL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"form": DeclarationForm()} | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = DeclarationForm(request.POST, request.FILES)
        if form.is_valid():
            declared = form.cleaned_data | {"user": request.user}
            file = declared.pop("file")
            try:
                row = importing.receive(chunks=file.chunks(), file_name=file.name, **declared)
            except FileRefused as error:
                form.add_error("file", str(error))
            else:
                return redirect("imports:detail", row.pk)
        return self.render_to_response(self.get_context_data(form=form))


class ImportDetail(AudienceScreen):
    """Where an import stands and what may be done next."""

    template_name = "newsletters/audience/import_detail.html"
    rights = (IMPORT,)
    trail = _TRAIL

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row = get_object_or_404(SubscriberImport, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return str(self.row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.row
        told, _age = import_files.progress(row.pk)
        initial = {name: str(index) for name, index in row.mapping.items()}
        sent = row.sent_since() if row.state == _State.COMMITTED else None
        context = {
            "row": row,
            "basis": Subscription.Basis(row.basis).label,
            "columns": ColumnsForm(headings=row.headings, initial=initial),
            "may_map": row.state in (_State.RECEIVED, _State.CHECKED),
            "counts": [(label, row.counts.get(name, 0)) for name, label in COUNTS],
            "writes": row.counts.get("new", 0) + row.counts.get("added", 0),
            "silent": importing.SILENT.format(silent)
            if (silent := row.counts.get("silent"))
            else "",
            "twins": row.pk
            and SubscriberImport.objects.of_same_file(row.file_hash).exclude(pk=row.pk).first(),
            "report": report_lines(row),
            "shown": _SHOWN,
            "percent": round(told.get("share", 0) * 100),
            "sent": sent,
            "stalled": importing.stalled(row),
        }
        return super().get_context_data(**(context | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The columns, as corrected; then the dry run at once."""
        form = ColumnsForm(request.POST, headings=self.row.headings)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(columns=form))
        try:
            importing.rename_columns(row=self.row, mapping=form.mapping)
            import_tasks.start(row=self.row, step="check")
        except ImportRefused as error:
            messages.error(request, str(error))
        return redirect("imports:detail", self.row.pk)


def report_lines(row: SubscriberImport) -> list[list[str]]:
    """The first lines of the report: line number, verdict, reason. No address is in it."""
    path = import_files.report(row.pk)
    if row.is_running or not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(islice(csv.reader(file, delimiter=";"), 1, _SHOWN + 1))


class ImportStep(RightMixin):
    """POST only: import, undo, or forget the file."""

    http_method_names: ClassVar = ["post"]
    rights = (IMPORT,)
    steps: ClassVar = {"verifier": "check", "importer": "commit", "annuler": "undo"}

    def post(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        row = get_object_or_404(SubscriberImport, pk=pk)
        if step not in (*self.steps, "oublier"):
            raise Http404
        try:
            if step == "oublier":
                importing.discard(row=row)
                messages.success(request, "Le fichier déposé est effacé.")
                return redirect("imports:index")
            import_tasks.start(row=row, step=self.steps[step])
        except ImportRefused as error:
            messages.error(request, str(error))
        else:
            note(request.user, "imported", what=f"{row} : {step}", count=row.counts.get("new", 0))
        return redirect("imports:detail", pk)


class ImportProgress(RightMixin):
    """How far the step under way is; counts only."""

    rights = (IMPORT,)

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        row = get_object_or_404(SubscriberImport, pk=pk)
        told, _age = import_files.progress(pk)
        percent = round(told.get("share", 0) * 100)
        words = f"{percent} %" + (f", {told['lines']} lignes lues" if "lines" in told else "")
        return JsonResponse({"running": row.is_running, "percent": percent, "words": words})


class ImportReport(RightMixin):
    """The report as a file, while it is kept: line numbers and reasons."""

    rights = (IMPORT,)

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        row = get_object_or_404(SubscriberImport, pk=pk)
        path = import_files.report(row.pk)
        if row.is_running or not path.exists():
            raise Http404
        name = f"import-{row.pk}-compte-rendu.csv"
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)
