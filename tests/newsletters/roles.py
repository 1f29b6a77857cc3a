"""People with exactly the rights named."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from wagtail.models import GroupPagePermission, Page


def log_in(client, *codenames: str):
    """Somebody who may enter the admin, with these rights on the letters, logged in."""
    user = get_user_model().objects.create_user("-".join(codenames)[:150] or "personne")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    client.force_login(user)
    return user


def give_pages(user, *codenames: str, below=None):
    """These rights on a page and all below it; on the whole site by default."""
    group = Group.objects.create(name=f"{user.pk} {codenames}")
    user.groups.add(group)
    page = below or Page.objects.get(depth=1)
    for right in Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=codenames
    ):
        GroupPagePermission.objects.create(group=group, page=page, permission=right)
    return user
