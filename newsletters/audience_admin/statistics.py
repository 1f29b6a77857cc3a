"""« Statistiques d'audience »: arrivals, departures and bounces by month and letter."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from newsletters.audience_admin.charts import SERIES, chart
from newsletters.audience_admin.months import months_of, reasons_of, together
from newsletters.audience_admin.screens import AudienceScreen
from newsletters.models import Periodical
from newsletters.permissions import may_count


class AudienceStatistics(AudienceScreen):
    """Counts only: whoever has any part in the letters may read them."""

    page_title = "Statistiques d'audience"
    template_name = "newsletters/audience/statistics.html"
    header_icon = "history"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_count(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        letters = list(Periodical.objects.all())
        wanted = self.request.GET.get("lettre", "")
        one = next((letter for letter in letters if letter.code == wanted), None)
        chosen = [one] if one else letters
        months = together(months_of(letter) for letter in chosen) if chosen else []
        context = {
            "letters": letters,
            "letter": one,
            "months": list(reversed(months)),
            "chart": chart(months),
            "reasons": reasons_of(chosen),
            "series": SERIES,
        }
        return super().get_context_data(**(context | kwargs))
