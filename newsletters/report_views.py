"""What became of a sending, person by person where the right to see addresses allows it."""

import csv
from collections.abc import Iterator
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from newsletters.audience_admin.journal import note
from newsletters.audience_files import inert
from newsletters.figures import aftermath
from newsletters.models import Delivery, DeliveryEvent, Mailing, Subscriber
from newsletters.permissions import SEE_ADDRESSES, may_follow
from newsletters.report_lines import report_lines
from newsletters.sending_views import SendingScreen, require

_PAGE: Final = 100


def selected(mailing: Mailing, outcome: str) -> QuerySet[Delivery]:
    """Rows by what the relay answered (a state) or by what was learned afterwards (a kind)."""
    rows = mailing.deliveries.order_by("pk")
    if outcome in DeliveryEvent.Kind.values:
        told = DeliveryEvent.objects.filter(kind=outcome, delivery__mailing=mailing)
        return rows.filter(pk__in=told.values("delivery"))
    return rows.filter(state=outcome) if outcome in Delivery.State.values else rows


class MailingRecipients(SendingScreen):
    """« Destinataires », by outcome; without the right, numbers in place of addresses."""

    template_name = "newsletters/admin/recipients.html"
    page_title = "Destinataires"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailing = get_object_or_404(Mailing.objects.defer("html", "text"), pk=self.kwargs["pk"])
        asked = self.request.GET.get("resultat", "")
        outcome = asked if asked in (*Delivery.State.values, *DeliveryEvent.Kind.values) else ""
        rows = selected(mailing, outcome).prefetch_related("events")
        page = Paginator(rows, _PAGE).get_page(self.request.GET.get("p"))
        sees = self.request.user.has_perm(SEE_ADDRESSES)
        if sees:
            what = f"Destinataires de l'envoi n° {mailing.pk}"
            note(self.request.user, "listed", what=what, count=len(page))
        counts = mailing.outcomes()
        context = {
            "mailing": mailing,
            "outcome": outcome,
            "kept": urlencode({"resultat": outcome}) + "&",
            "outcomes": [(*choice, counts.get(choice[0], 0)) for choice in Delivery.State.choices],
            "aftermath": aftermath(mailing),
            "total": sum(counts.values()),
            "rows": page,
            "see_addresses": sees,
        }
        return super().get_context_data(**(context | kwargs))


class MailingCsv(View):
    """The report as a table, streamed; the column of addresses only with the right to see them.

    POST: a link or a scanner exports nobody. `resultat` stays in the address, as on the screen.
    """

    http_method_names: ClassVar = ["post"]

    def post(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        if not may_follow(request.user):
            raise PermissionDenied
        mailing = get_object_or_404(Mailing.objects.defer("html", "text"), pk=pk)
        rows = selected(mailing, request.GET.get("resultat", ""))
        sees = request.user.has_perm(SEE_ADDRESSES)
        if sees:
            note(request.user, "exported", what=f"CSV de l'envoi n° {pk}", count=rows.count())
        lines = _lines(rows, addresses=sees)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="envoi-{pk}.csv"'
        return response


class ReportCsv(View):
    """The « procès-verbal » itself: equation, hash, reasons, what came back, clicks. Nobody."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may_follow(request.user):
            raise PermissionDenied
        rows = Mailing.objects.select_related("issue", "created_by", "approved_by")
        mailing = get_object_or_404(rows, pk=pk)
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="envoi-{pk}-proces-verbal.csv"'
        writer = csv.writer(response, delimiter=";")
        writer.writerow(["Rubrique", "Intitulé", "Valeur"])
        for part, label, value in report_lines(mailing):
            writer.writerow([part, inert(label), inert(value) if isinstance(value, str) else value])
        return response


class LinksCsv(View):
    """Clicks per link, in reading order."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may_follow(request.user):
            raise PermissionDenied
        mailing = get_object_or_404(Mailing.objects.only("pk"), pk=pk)
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="envoi-{pk}-clics.csv"'
        writer = csv.writer(response, delimiter=";")
        writer.writerow(["Rang", "Lien", "Clics"])
        for link in mailing.links.all():
            writer.writerow([link.number, inert(link.url), link.clicks])
        return response


class SubscriberLetters(SendingScreen):
    """« Numéros reçus » by one person."""

    template_name = "newsletters/admin/letters_received.html"
    page_title = "Numéros reçus"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request, SEE_ADDRESSES)
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("abonnes:index"), "label": "Abonné·es"}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = get_object_or_404(Subscriber, pk=self.kwargs["pk"])
        note(self.request.user, "opened", what=self.page_title, count=1, person=person.pk)
        rows = person.deliveries.select_related("mailing").prefetch_related("events")
        rows = rows.defer("mailing__html", "mailing__text").order_by("-mailing__started_at", "-pk")
        page = Paginator(rows, _PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(person=person, rows=page, **kwargs)


class _Echo:
    """A file whose `write` returns the line: lets csv feed a stream."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: QuerySet[Delivery], *, addresses: bool) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff"  # spreadsheets otherwise read UTF-8 as Latin-1
    head = ["Remise", "Résultat", "Motif", "Code", "Réponse", "Essais", "Le", "Ensuite"]
    yield writer.writerow([*head, "Courriel"] if addresses else head)
    for row in rows.prefetch_related("events").iterator(chunk_size=2_000):
        when = timezone.localtime(row.settled_at) if row.settled_at else None
        cells = [
            row.pk,
            row.get_state_display(),
            row.get_skip_reason_display(),
            row.reply_code or "",
            inert(row.reply_text),
            row.attempts,
            f"{when:%d/%m/%Y %H:%M:%S}" if when else "",
            ", ".join(dict.fromkeys(event.get_kind_display() for event in row.events.all())),
        ]
        yield writer.writerow([*cells, inert(row.email)] if addresses else cells)
