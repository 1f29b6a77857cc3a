"""People with exactly the rights named."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission


def log_in(client, *codenames: str):
    """Somebody who may enter the admin, with these rights on the letters, logged in."""
    user = get_user_model().objects.create_user("-".join(codenames) or "personne")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    client.force_login(user)
    return user
