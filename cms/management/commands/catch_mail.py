"""`catch_mail`: receive every message sent to the local SMTP port, deliver none."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.demo.catcher import controller


class Command(BaseCommand):
    help = "Attrape le courrier local : un vrai serveur SMTP qui ne distribue rien."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.EMAIL_PORT)
        parser.add_argument("--keep", type=int, default=25, help="Messages conservés en entier.")

    def handle(self, *args: Any, port: int, keep: int, **options: Any) -> None:
        loop = asyncio.new_event_loop()
        server = controller(
            settings.MAIL_CATCHER_DIR, host="127.0.0.1", port=port, keep=keep, loop=loop
        )
        try:
            server.begin()
        except OSError as error:
            raise CommandError(
                f"Le port {port} est déjà occupé : fermez le programme qui l'utilise, ou "
                "choisissez-en un autre avec EMAIL_PORT."
            ) from error
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, loop.stop)
        self.stdout.write(f"Attrape-courrier à l'écoute sur le port {port}.")
        self.stdout.flush()
        loop.run_forever()
        server.end()
