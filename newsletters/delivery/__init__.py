"""From frozen bytes to a relay's answer. Never sees a request, never imports Wagtail."""
