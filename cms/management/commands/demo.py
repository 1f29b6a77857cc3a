"""`demo`: the whole product on one machine, from an empty database to a letter received."""

import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from subprocess import Popen
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from wagtail.models import Site

from cms.demo import audience, loader, sending
from cms.demo.catcher import received
from search.following import held_back

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Installe la démonstration, envoie le dernier numéro et sert le site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--subscribers", type=int, default=4_000)
        parser.add_argument("--port", type=int, default=settings.DEMO_PORT)
        parser.add_argument("--no-serve", action="store_true", help="S'arrêter après l'envoi.")

    def handle(
        self, *args: Any, subscribers: int, port: int, no_serve: bool, **options: Any
    ) -> None:
        if subscribers < 1:
            raise CommandError("--subscribers : au moins 1.")
        # A polite kill also stops the catcher and the worker we started.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # Links in the letters lead to the port served here, in this process and its children.
        settings.WAGTAILADMIN_BASE_URL = os.environ["SITE_URL"] = f"http://localhost:{port}"
        # The steps say what happens; the events of the log would cut the progress bar.
        logging.getLogger("newsletters").setLevel(logging.WARNING)
        try:
            # Both ports are ours before the long loading: another demonstration is refused at once.
            with ExitStack() as ours:
                held = None if no_serve else ours.enter_context(reserved(port))
                self.say("Attrape-courrier")
                ours.enter_context(mail_catcher(settings.EMAIL_PORT))
                self.prepare(subscribers, port)
                mailing = sending.send_newest(progress=not options["no_color"])
                self.report(mailing, port)
                if held:
                    held.close()
                    self.serve(port)
        except OperationalError as error:
            raise CommandError(f"La base de données ne répond pas : {error}") from error

    def prepare(self, subscribers: int, port: int) -> None:
        self.say("Base de données")
        call_command("migrate", verbosity=0)
        # First: printed volumes carry the address of the site.
        Site.objects.update(hostname="localhost", port=port)
        # One rebuild at the end instead of an update after each page.
        with held_back():
            for label, action in loader.steps():
                self.say(label)
                action()
        self.say(f"{subscribers} abonné·es")
        audience.enrol(subscribers)
        self.password = admin_password()
        self.say("Index de recherche")
        call_command("rebuild_index", quiet=True)

    def say(self, what: str) -> None:
        self.stdout.write(f"  {what}…")
        self.stdout.flush()

    def report(self, mailing: Any, port: int) -> None:
        equation = mailing.equation()
        address = f"http://localhost:{port}"
        inbox = received(settings.MAIL_CATCHER_DIR)
        self.stdout.write(
            f"""
  Procès-verbal de l'envoi « {mailing.subject} »
    audience {equation.audience} = {equation.accepted} remis + {equation.refused} refusés \
+ {equation.skipped} écartés + {equation.uncertain} incertains + {equation.remaining} restants
    empreinte du contenu : {mailing.content_hash}
    reçus par l'attrape-courrier : {len({line["recipient"] for line in inbox})} destinataires \
distincts, {len(inbox)} messages

  Le site                {address}/
  Le numéro en ligne     {address}{mailing.issue.get_url()}
  Le courriel reçu       {address}/courriels-recus/
  S'inscrire             {address}/lettre/inscription/   (le courriel arrive dans « reçus »)
  L'administration       {address}/admin/   (identifiant : admin, mot de passe : {self.password})
  Le procès-verbal       {address}/admin/envois/{mailing.pk}/
"""
        )
        self.stdout.flush()

    def serve(self, port: int) -> None:
        self.stdout.write("  Ctrl+C pour arrêter.\n")
        self.stdout.flush()  # into a pipe too, where the last words would wait for more
        with background("send_mailings", "--quiet"), suppress(KeyboardInterrupt):
            call_command("runserver", f"{HOST}:{port}", use_reloader=False, skip_checks=True)


def admin_password() -> str:
    """The administrator's password, made at the first run and kept beside the database."""
    path = settings.VAR_DIR / "mot-de-passe-admin.txt"
    users = get_user_model().objects
    if not path.exists():
        path.write_text(secrets.token_urlsafe(9), encoding="utf-8")
    password = path.read_text(encoding="utf-8").strip()
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "admin@example.org", password, first_name="Admin")
    return password


@contextmanager
def reserved(port: int) -> Iterator[socket.socket]:
    """The port of the site, held by a socket to close before the site is served there."""
    with socket.socket() as place:
        # As runserver does, so that a site stopped a moment ago does not count as busy.
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((HOST, port))
            place.listen()
        except OSError as error:
            raise CommandError(
                f"Le port {port} est déjà occupé : fermez le programme qui l'utilise, ou "
                "choisissez-en un autre avec DEMO_PORT ou --port."
            ) from error
        yield place


@contextmanager
def mail_catcher(port: int) -> Iterator[None]:
    """The catcher, listening; a slow machine is waited for, only a catcher that ended is not."""
    with background("catch_mail", f"--port={port}", stdout=subprocess.PIPE) as process:
        # Its first line, or nothing once it has ended, having said why on the error output.
        if process.stdout is None or not process.stdout.readline():
            raise CommandError(f"L'attrape-courrier n'a pas démarré sur le port {port}.")
        yield


@contextmanager
def background(*command: str, stdout: int = subprocess.DEVNULL) -> Iterator[Popen[str]]:
    """A management command in its own process, stopped with us whatever happens."""
    command = (sys.executable, "manage.py", *command)
    with Popen(command, cwd=settings.BASE_DIR, stdout=stdout, text=True) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
