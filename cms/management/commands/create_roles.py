"""`create_roles`: the groups a new site starts with, each with the rights of its job."""

from typing import Any

from django.core.management.base import BaseCommand

from cms.roles import ROLES, create_roles


class Command(BaseCommand):
    help = "Crée les groupes Rédaction, Validation, Envoi et Gestion des abonné·es qui manquent."

    def handle(self, *args: Any, **options: Any) -> None:
        made = create_roles()
        for name in ROLES:
            self.stdout.write(f"{name} : {'créé' if name in made else 'existait, inchangé'}")
