"""What happens at once when a page is published, also by the scheduler."""

from typing import Any

from wagtail.models import Page, ReferenceIndex


def index_references(instance: Page, **kwargs: Any) -> None:
    """Wagtail indexes references in a background task: until a worker runs it, the embargo
    would refuse the files of a page that readers already see."""
    ReferenceIndex.create_or_update_for_object(instance)
