"""The page a project holder opens without account. Mail scanners come here first."""

from typing import TypeVar

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from pages import review
from pages.models import ReviewLink
from pages.review_forms import ReviewAnswerForm

Answer = TypeVar("Answer", HttpResponse, FileResponse)


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
            return _answer(request, link, token)
    except review.ReviewError as error:
        return _refused(request, error)
    return _sheet(request, link, ReviewAnswerForm(), token)


@never_cache
@require_safe
def draft_file(request: HttpRequest, token: str, document_id: int) -> HttpResponse | FileResponse:
    """A file of the draft, closed to everybody else until its page is online.

    404 for a document the revision does not refer to, whether it exists or not.
    """
    try:
        link = review.find(token)
    except review.ReviewError as error:
        return _refused(request, error)
    document = review.shown_files(link).filter(pk=document_id).first()
    if document is None:
        raise Http404
    response = FileResponse(document.file.open("rb"), content_type=document.content_type)
    response["Content-Disposition"] = document.content_disposition
    # As Wagtail serves documents: nothing in a file may run under the site's name.
    response["Content-Security-Policy"] = "default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return _private(response)


def _refused(request: HttpRequest, error: review.ReviewError) -> HttpResponse:
    status = 410 if isinstance(error, review.ClosedLink) else 404
    return _private(render(request, "pages/review_closed.html", status=status))


def _answer(request: HttpRequest, link: ReviewLink, token: str) -> HttpResponse:
    form = ReviewAnswerForm(request.POST)
    if not form.is_valid():
        return _sheet(request, link, form, token)
    review.answer(link=link, **form.cleaned_data)
    return _private(HttpResponseRedirect(request.path))


def _sheet(
    request: HttpRequest, link: ReviewLink, form: ReviewAnswerForm, token: str
) -> HttpResponse:
    sheet = link.revision.as_object()
    # Wagtail's own flag: no user bar of a live page, no « edit » link.
    request.is_preview = True
    context = sheet.get_context(request) | {
        "form": form,
        "link": link,
        "last_answer": link.answers.first(),
    }
    response = render(request, "pages/review.html", context)
    for document in review.shown_files(link):
        address = reverse("pages:review_file", args=[token, document.pk])
        public, private = (f'"{escape(url)}"'.encode() for url in (document.url, address))
        response.content = response.content.replace(public, private)
    return _private(response)


def _private(response: Answer) -> Answer:
    """Neither indexed nor told to the next site: the address alone is the right to act."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
