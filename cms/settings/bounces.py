"""The way back of a plain SMTP relay. A provider's notices come by its webhooks instead."""

from cms import env

# Where bounces return, one address a message: bounces@… makes bounces+12.a1b2…@…; empty, to the
# letter's own sender.
NEWSLETTER_BOUNCE_ADDRESS = env.text("NEWSLETTER_BOUNCE_ADDRESS", "")
# The mailbox where they arrive, over TLS from the first byte: `manage.py read_bounces --imap` or
# `--pop`.
BOUNCE_IMAP_HOST = env.text("BOUNCE_IMAP_HOST", "")
BOUNCE_IMAP_PORT = env.integer("BOUNCE_IMAP_PORT", 993)
BOUNCE_IMAP_USER = env.text("BOUNCE_IMAP_USER", "")
BOUNCE_IMAP_PASSWORD = env.text("BOUNCE_IMAP_PASSWORD", "")
BOUNCE_POP_HOST = env.text("BOUNCE_POP_HOST", "")
BOUNCE_POP_PORT = env.integer("BOUNCE_POP_PORT", 995)
BOUNCE_POP_USER = env.text("BOUNCE_POP_USER", "")
BOUNCE_POP_PASSWORD = env.text("BOUNCE_POP_PASSWORD", "")
