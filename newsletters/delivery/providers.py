"""What each mail provider can do for a letter, read in Anymail 15.2 and in the vendors' pages.

A batch is one call for many people. It is used only where all of these hold: each person has
their own headers (List-Unsubscribe), their own link in both bodies without a template stored at
the provider, their own metadata (it comes back with bounces), and an answer that is theirs.
Sources: Anymail's `docs/esps/esp-feature-matrix.csv` and `anymail/backends/*.py`; the limits, the
vendors' references. A provider that is not named here is written to one person at a time.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Provider:
    """`name` is Anymail's `esp_name`."""

    name: str
    # People one call takes; 1: no batch, for the reason given.
    batch: int = 1
    no_batch: str = ""
    # How a personal value is written in a body, "{}" being its name; "" when each person's bodies
    # travel whole.
    marker: str = ""
    # The provider's option that tells it what the marker looks like.
    marker_option: str = ""
    # Headers given to a person replace those given to all, instead of completing them.
    replaces_headers: bool = False
    # Opens and clicks can be left untracked for one message (matrix: `track_opens`, `track_clicks`)
    untracked: bool = False
    # Takes a note (`metadata`) that its notices bring back; otherwise only the Message-ID tells.
    metadata: bool = True
    # Tells Anymail what became of a message (docs/esps/scaleway.rst: « not yet »).
    notices: bool = True
    # Fields the provider writes itself, and refuses from others; lower case.
    own_headers: frozenset[str] = frozenset({"date"})
    extra_headers: tuple[tuple[str, str], ...] = ()
    # The field whose value makes the provider carry out a call once, however often it is repeated.
    key_header: str = ""
    # The Anymail backend to use instead of the provider's usual one in a batch.
    backend: str = ""


_SAME_BODY: Final = "sans modèle enregistré chez lui, il envoie le même texte à tout un lot"
_NO_HEADERS: Final = "il n’accepte pas d’en-têtes propres à chaque personne dans un lot"
_NO_ANSWER: Final = "il ne dit pas qui, dans un lot, est accepté ou refusé"

_KNOWN: Final = (
    # Any invalid address refuses the whole call, and nobody is written to: its one answer is
    # everybody's. `%recipient.x%` works in bodies and headers (backends/mailgun.py).
    Provider("Mailgun", 1000, marker="%recipient.{}%", untracked=True),
    # `[[var:x]]` works in bodies, not in subjects (docs/esps/mailjet.rst); one status for each
    # message. The refused headers are those of Symfony's Mailjet transport.
    Provider(
        "Mailjet",
        50,
        marker="[[var:{}]]",
        replaces_headers=True,
        untracked=True,
        own_headers=frozenset({"date", "message-id", "list-id"}),
    ),
    # Complete messages, so bodies may differ, and one answer for each: see postmark.py.
    Provider(
        "Postmark",
        500,
        untracked=True,
        extra_headers=(("X-PM-KeepID", "true"),),  # otherwise it writes its own Message-ID
        backend="newsletters.delivery.postmark.PostmarkBackend",
    ),
    # Replaces any text that it is told to, so the marker may be one that nobody can have typed.
    # All or nothing, like Mailgun. Anymail no longer tests this backend.
    Provider(
        "SendGrid",
        1000,
        marker="-{digest}-{}-",
        marker_option="merge_field_format",
        untracked=True,
    ),
    Provider("Amazon SES", no_batch=_SAME_BODY),
    # docs/esps/brevo.rst: « each recipient will receive the same content ».
    # The key: https://developers.brevo.com/docs/heterogenous-versions-batch-emails; for 30 minutes,
    # a call under the same one is refused as « duplicate_parameter ».
    Provider("Brevo", no_batch=_SAME_BODY, key_header="idempotencyKey"),
    Provider("Mailtrap", no_batch=_SAME_BODY),
    Provider("Resend", no_batch=_SAME_BODY),
    Provider("MailerSend", no_batch=_NO_HEADERS, untracked=True, metadata=False),
    Provider("Mandrill", no_batch=_NO_HEADERS, untracked=True),
    Provider("Postal", no_batch=_NO_HEADERS, metadata=False),
    Provider("Scaleway", no_batch=_NO_HEADERS, notices=False),
    # `total_accepted_recipients` is a number (backends/sparkpost.py).
    Provider("SparkPost", no_batch=_NO_ANSWER, untracked=True),
    # Only List-Unsubscribe may differ (SUPPORTED_MERGE_HEADERS): the Message-ID may not.
    Provider("Unisender Go", no_batch=_NO_HEADERS, untracked=True),
)
PROVIDERS: Final = {provider.name: provider for provider in _KNOWN}


def provider_named(name: str) -> Provider:
    return PROVIDERS.get(name) or Provider(name, no_batch="il n’a pas été examiné")
