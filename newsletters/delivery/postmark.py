"""Postmark's batch call, where each message carries its own bodies and gets its own answer.

Anymail gives the same bodies to all unless a template is stored at Postmark, and gives up on all
answers when one of them is an error it does not know; both are this provider's limits only in
Anymail. https://postmarkapp.com/developer/api/email-api#send-batch-emails
"""

from typing import Any, Final

from django.core.mail import EmailMessage

from anymail.backends.postmark import EmailBackend, PostmarkPayload
from anymail.message import AnymailRecipientStatus

# Error codes that concern one address; any other means that this message was not taken now.
_STATUSES: Final = {0: "queued", 300: "invalid", 406: "rejected"}


class PostmarkBackend(EmailBackend):  # type: ignore[misc]
    """A message with `bodies`, {address: (text, html)}, is a batch of different messages."""

    def build_message_payload(self, message: EmailMessage, defaults: dict[str, Any]) -> Any:
        return _Payload(message, defaults, self)

    def parse_recipient_status(
        self, response: Any, payload: Any, message: EmailMessage
    ) -> dict[str, AnymailRecipientStatus]:
        replies = self.deserialize_json_response(response, payload, message)
        if not isinstance(replies, list):
            found: dict[str, Any] = super().parse_recipient_status(response, payload, message)
            return found
        # In the order of the messages; whoever has no answer stays without one.
        return {
            to.addr_spec: _status(reply)
            for to, reply in zip(payload.to_emails, replies, strict=False)
        }


class _Payload(PostmarkPayload):  # type: ignore[misc]
    def data_for_recipient(self, to: Any) -> dict[str, Any]:
        data: dict[str, Any] = super().data_for_recipient(to)
        data["TextBody"], data["HtmlBody"] = self.message.bodies[to.addr_spec]
        return data


def _status(reply: Any) -> AnymailRecipientStatus:
    if not isinstance(reply, dict) or "ErrorCode" not in reply:
        return AnymailRecipientStatus(None, "unknown")
    return AnymailRecipientStatus(
        reply.get("MessageID"), _STATUSES.get(reply["ErrorCode"], "failed")
    )
