"""Letters built by hand: what the editions are given, without a database."""

from typing import Any

from newsletters.letter import Item, Kind, Letter, Section, Sender


def letter_of(*items: Item, **fields: Any) -> Letter:
    values = {
        "periodical": "Résonances",
        "subtitle": "La lettre du réseau",
        "title": "Résonances – mars 2026",
        "period": "mars 2026",
        "subject": "Résonances de mars",
        "preheader": "Un jardin et dix lectures",
        "web_url": "https://example.org/lettre/mars-2026/",
        "sender": Sender(
            name="Centre de ressources",
            address="12 rue de l'Exemple, 95000 Ville-Exemple",
            phone="01 00 00 00 00",
            email="contact@example.org",
        ),
        "sections": (Section("pole", 1, "Le Pôle ressources", "", items),),
    } | fields
    return Letter(**values)


def news(title: str = "Une nouvelle", **fields: Any) -> Item:
    return Item(kind=Kind.NEWS, anchor="news-1", title=title, **fields)
