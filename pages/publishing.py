"""The right to publish a sheet the project holder has not validated, whatever the way taken.

The editor's form (`pages.editing`) also asks for a reason; workflows, bulk actions and the API
publish through the action below.
"""

from wagtail.actions.publish_page_revision import (
    PublishPagePermissionError,
    PublishPageRevisionAction,
)

PUBLISH_UNVALIDATED = "pages.publish_unvalidated"
VALIDATED = "validated"


class PublishSheet(PublishPageRevisionAction):
    """Raises PublishPagePermissionError when the publishing person lacks the right.

    Nobody (a command, a scheduled publication) may: the person who scheduled it was checked.
    """

    def check(self, skip_permission_checks: bool = False) -> None:
        super().check(skip_permission_checks=skip_permission_checks)
        if skip_permission_checks or not self.user or self.object.stage == VALIDATED:
            return
        if not self.user.has_perm(PUBLISH_UNVALIDATED):
            raise PublishPagePermissionError(
                "La fiche n'est pas validée par le porteur de projet : il faut un droit pour la "
                "publier."
            )
