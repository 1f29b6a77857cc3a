"""« Courriels reçus »: the catcher's messages in a browser, in development only."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_sameorigin

SHOWN_HEADERS = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "List-Archive", "Precedence", "Feedback-ID",
)  # fmt: skip


def files() -> list[Path]:
    return sorted(settings.MAIL_CATCHER_DIR.glob("*.eml"), reverse=True)[:50]


def read(name: str) -> EmailMessage:
    for path_ in files():
        if path_.stem == name:
            return BytesParser(policy=policy.default).parsebytes(path_.read_bytes())
    raise Http404


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part else ""


def index(request: HttpRequest) -> HttpResponse:
    messages = [(p.stem, read(p.stem)) for p in files()]
    return render(request, "demo/mailbox.html", {"messages_received": messages})


def detail(request: HttpRequest, name: str) -> HttpResponse:
    message = read(name)
    context = {
        "name": name,
        "subject": message["Subject"],
        "headers": [(h, message[h]) for h in SHOWN_HEADERS if message[h]],
        "text": body(message, "plain"),
    }
    return render(request, "demo/message.html", context)


@xframe_options_sameorigin
def html(request: HttpRequest, name: str) -> HttpResponse:
    # Links leave the frame in which the mail is shown.
    shown = body(read(name), "html").replace("<head>", '<head><base target="_parent">', 1)
    response = HttpResponse(shown)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src 'self' http: https: data:; style-src 'unsafe-inline'; "
        "frame-ancestors 'self'"
    )
    return response


urlpatterns = [
    path("", index, name="mailbox"),
    path("<slug:name>/", detail, name="mailbox_message"),
    path("<slug:name>/html/", html, name="mailbox_html"),
]
