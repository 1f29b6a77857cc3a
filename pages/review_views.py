"""The page a project holder opens without account. Mail scanners come here first."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pages import review
from pages.models import ReviewLink
from pages.review_forms import ReviewAnswerForm


# Exempt: nothing here rests on a cookie, the signed address is the whole right to act; and under
# « no-referrer » browsers send « Origin: null », which Django's check refuses.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sheet_review(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the revision and changes nothing; POST records the answer."""
    try:
        link = review.find(token)
        if request.method == "POST":
            return _answer(request, link)
    except review.ClosedLink:
        return _private(render(request, "pages/review_closed.html", status=410))
    except review.UnknownLink:
        return _private(render(request, "pages/review_closed.html", status=404))
    return _sheet(request, link, ReviewAnswerForm())


def _answer(request: HttpRequest, link: ReviewLink) -> HttpResponse:
    form = ReviewAnswerForm(request.POST)
    if not form.is_valid():
        return _sheet(request, link, form)
    review.answer(link=link, **form.cleaned_data)
    return _private(HttpResponseRedirect(request.path))


def _sheet(request: HttpRequest, link: ReviewLink, form: ReviewAnswerForm) -> HttpResponse:
    sheet = link.revision.as_object()
    # Wagtail's own flag: no user bar of a live page, no « edit » link.
    request.is_preview = True
    context = sheet.get_context(request) | {
        "form": form,
        "link": link,
        "last_answer": link.answers.first(),
    }
    return _private(render(request, "pages/review.html", context))


def _private(response: HttpResponse) -> HttpResponse:
    """Neither indexed nor told to the next site: the address alone is the right to act."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
