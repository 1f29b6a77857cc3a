"""Pages that are also printed: their PDFs of record are kept, one for each version."""

from typing import Any

from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.functional import cached_property

from wagtail.url_routing import RouteResult

from pages.models.documents import french_size
from pages.typesetting.responses import HEADERS


class PrintedVersion(models.Model):
    """A PDF of record: never replaced, so that what was cited can be read again.

    The concrete models add `page` (related name `versions`) and `file`.
    """

    number = models.PositiveSmallIntegerField("version")
    sha256 = models.CharField("empreinte SHA-256", max_length=64, editable=False)
    size = models.PositiveIntegerField("octets", editable=False)
    created_at = models.DateTimeField("établie le", auto_now_add=True)

    class Meta:
        abstract = True
        verbose_name = "PDF de référence"
        verbose_name_plural = "PDF de référence"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.page} – version {self.number}"

    @property
    def french_size(self) -> str:
        """« 1,2 Mo »"""
        return french_size(self.size)

    def response(self) -> FileResponse:
        return FileResponse(
            self.file.open("rb"),
            filename=self.name,
            content_type="application/pdf",
            headers=HEADERS | {"ETag": f'"{self.sha256}"'},
        )

    @property
    def name(self) -> str:
        return f"{self.page.print_name}-v{self.number}.pdf"


class ProgrammeVersion(PrintedVersion):
    page = models.ForeignKey(
        "pages.ProgrammePage", on_delete=models.CASCADE, related_name="versions"
    )
    file = models.FileField("fichier", upload_to="programmes/", editable=False)

    class Meta(PrintedVersion.Meta):
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="unique_programme_version")
        ]


class PrintedPage:
    """Mixed into a page type: « …/pdf/ » is its newest PDF of record, « …/pdf/2/ » the second."""

    preview_modes = [("", "Site"), ("print", "Imprimé")]

    @property
    def print_name(self) -> str:
        """The name of the file, without version nor extension."""
        raise NotImplementedError

    @cached_property
    def kept_versions(self) -> list[PrintedVersion]:
        """The newest first; read once for a page that names them twice."""
        return list(self.versions.all()) if self.pk else []

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if path_components[:1] == ["pdf"] and len(path_components) <= 2 and self.live:
            return RouteResult(self, kwargs={"version": (path_components[1:] or ["0"])[0]})
        return super().route(request, path_components)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        if mode_name != "print":
            return super().serve_preview(request, mode_name)
        # The printing modules read the models: they cannot be imported above them.
        from pages.printing.record import preview

        return preview(self)

    def serve(self, request: HttpRequest, version: str = "", **kwargs: Any) -> HttpResponseBase:
        if not version:
            return super().serve(request, **kwargs)
        wanted = self.versions.filter(number=version) if version.isdecimal() else None
        found = self.versions.first() if version == "0" else wanted and wanted.first()
        if not found:
            raise Http404("Cette version n'existe pas.")
        return found.response()
