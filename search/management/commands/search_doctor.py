"""Explain the state of the index, and where it departs from the database."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search import documents, following
from search.engine import UnusableIndexError, get_engine
from search.models import Extraction, Outbox


class Command(BaseCommand):
    help = "Décrit l'index de recherche et ses écarts avec la base ; code 1 s'il y en a."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--repair", action="store_true", help="réindexe les pages en écart, puis recompte"
        )

    def handle(self, *args: Any, repair: bool, **options: Any) -> None:
        report = examine()
        if repair and report["state"] == "ready":
            following.record([*report["missing"], *report["stale"]], "doctor")
            following.drain(timeout=10)
            report = examine()
        elif repair:
            following.rebuild()
            report = examine()
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self._explain(report)
        if not is_sound(report):
            raise SystemExit(1)

    def _explain(self, report: dict[str, Any]) -> None:
        states = {
            "ready": "prêt", "missing": "absent", "outdated": "d'une version ancienne",
            "damaged": "endommagé",
        }  # fmt: skip
        self.stdout.write(f"Index {report['engine']} : {states[report['state']]}")
        self.stdout.write(
            f"{report['documents']} documents pour {report['pages']} pages, "
            f"{report['size'] / 1e6:.1f} Mo ; {report['visible']} pages visibles sur le site"
        )
        self.stdout.write(
            f"En attente : {report['waiting']} ; illisibles : {len(report['unreadable'])}"
        )
        for hash_, detail in report["files"]:
            self.stdout.write(f"Fichier illisible {hash_[:12]} : {detail}")
        for name, text in (("missing", "Absentes de l'index"), ("stale", "À retirer de l'index")):
            if report[name]:
                listed = ", ".join(map(str, report[name][:20]))
                self.stdout.write(f"{text} : {len(report[name])} ({listed})")


def examine() -> dict[str, Any]:
    """State, counts, and page ids that the index lacks (`missing`) or should not hold (`stale`)."""
    engine = get_engine()
    health = engine.health()
    visible = set(documents.searchable_ids())
    try:
        indexed = engine.page_ids()
    except UnusableIndexError:
        indexed = set()
    unreadable = Outbox.objects.filter(applied_at=None).exclude(
        pk__in=Outbox.objects.pending().values("pk")
    )
    return health.as_dict() | {
        "visible": len(visible),
        "waiting": Outbox.objects.pending().count(),
        "unreadable": sorted(set(unreadable.values_list("page_id", flat=True))),
        "files": [
            [row.file_hash, row.detail or row.get_state_display()]
            for row in Extraction.objects.exclude(state=Extraction.State.READ)
        ],
        "missing": sorted(visible - indexed),
        "stale": sorted(indexed - visible),
    }


def is_sound(report: dict[str, Any]) -> bool:
    return report["state"] == "ready" and not report["missing"] and not report["stale"]
