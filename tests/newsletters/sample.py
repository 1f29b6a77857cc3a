"""A realistic issue: four sections and up to 25 items, for tests and benchmarks."""

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile

from wagtail.models import Site

from PIL import Image

from newsletters.models import IssuePage
from pages.models import CentreSettings, CreditedImage
from tests.builders import make_experience, make_issue, make_periodical

P = "<p>{}</p>"
POLE = [
    (
        "Rencontre du réseau des chargé·es de développement",
        "Le jeudi 12 mars à Cergy, de 9 h 30 à 12 h 30 : comment associer les habitant·es à "
        "l'évaluation des contrats de ville ? Trois équipes racontent leurs essais, leurs "
        "détours et ce qu'elles referaient. Inscription jusqu'au 6 mars, dans la limite de "
        "40 places.",
        "S'inscrire à la rencontre du 12 mars",
    ),
    (
        "Un cycle de formation sur l'aller-vers",
        "Quatre demi-journées pour apprendre à rencontrer celles et ceux qui ne poussent jamais "
        "la porte d'un équipement : porte-à-porte, présence de rue, cafés mobiles. Le cycle "
        "s'adresse aux professionnel·les et aux bénévoles du Val d'Oise.",
        "Voir le programme de la formation",
    ),
    (
        "Le cahier « Santé et quartiers » est paru",
        "Soixante-quatre pages, douze initiatives et une méthode pour bâtir un diagnostic local "
        "partagé. Le cahier est en accès libre ; des exemplaires imprimés sont à retirer au "
        "centre de documentation.",
        "Télécharger le cahier « Santé et quartiers »",
    ),
    (
        "Groupe de travail sur l'accès aux droits",
        "Le groupe se réunit le mardi 24 mars à Mantes-la-Jolie. À l'ordre du jour : les points "
        "conseil, l'accompagnement numérique et la place des écrivain·es publics.",
        "Rejoindre le groupe de travail",
    ),
]
NEWS = [
    (
        "national",
        "Contrats de ville : les avenants attendus pour juin",
        "Une circulaire précise le calendrier. Les signataires disposent de quatre mois pour "
        "actualiser les engagements, avec un volet « transition écologique » désormais "
        "obligatoire.",
        "Ministère chargé de la ville",
    ),
    (
        "national",
        "42 % des allocataires ignorent une aide à laquelle ils ont droit",
        "Une étude nationale décrit les causes du non-recours : méconnaissance, complexité des "
        "démarches, crainte du contrôle. Elle plaide pour des dossiers préremplis.",
        "Observatoire des non-recours",
    ),
    (
        "local",
        "À Sarcelles, une maison de projet ouvre au pied des tours",
        "Animée par le bailleur et le centre social, elle accueille les habitant·es trois "
        "après-midi par semaine pendant toute la durée du renouvellement urbain.",
        "Ville de Sarcelles",
    ),
    (
        "local",
        "Les Mureaux : un budget participatif jeunesse de 4 000 €",
        "Une vingtaine de collégien·nes ont instruit les projets ; un terrain de basket ombragé "
        "et une web-radio verront le jour avant l'été.",
        "Service jeunesse",
    ),
    (
        "local",
        "Trappes renouvelle son conseil citoyen",
        "Tirage au sort, porte-à-porte et garde d'enfants pendant les réunions : le nouveau "
        "conseil compte pour la première fois une majorité de femmes.",
        "Conseil citoyen",
    ),
    (
        "national",
        "Un appel à projets pour les tiers-lieux nourriciers",
        "Épiceries solidaires, cantines de quartier, jardins : les dossiers sont à déposer avant "
        "le 30 avril. L'aide couvre jusqu'à 60 % des dépenses.",
        "Agence de la cohésion",
    ),
]
PRESS = [
    ("La Gazette du territoire", "Dix ans de conseils citoyens : l'heure du bilan"),
    ("Le Journal des quartiers", "Dans les halls, des médiatrices contre l'isolement"),
    ("Revue Habiter", "Réhabiliter sans déplacer : le pari d'un bailleur"),
]
RESOURCES = [
    ("podcast", "Paroles d'habitant·es", "Collectif Écoute", "Radio de quartier"),
    ("ouvrage", "La Ville en partage", "N. Exemple", "Éditions du Parvis"),
    ("rapport", "Vieillir dans les grands ensembles", "", "Institut d'études urbaines"),
    ("outil", "Le jeu de cartes de la concertation", "Atelier des communs", ""),
    ("video", "Une friche, mille idées", "", "Cinéma de proximité"),
    ("site", "L'atlas des quartiers prioritaires", "", "Observatoire régional"),
    ("radio", "Cultures en bas d'immeuble", "Une productrice", "Radio publique"),
]
ABOUT = (
    "Sept récits recueillis pendant deux ans par des jeunes du quartier : une parole rare, "
    "attentive, qui change le regard sur les <b>grands ensembles</b>. À écouter en équipe, ou "
    'avec les habitant·es : un <a href="https://example.org/livret">livret d\'animation</a> '
    "l'accompagne."
)


def make_image(*, size: tuple[int, int] = (1400, 800), **fields: Any) -> CreditedImage:
    buffer = BytesIO()
    Image.new("RGB", size, "#cfe3e2").save(buffer, "JPEG")
    values = {
        "title": "jardin.jpg",
        "description": "Des habitant·es bêchent une parcelle entre deux immeubles",
        "credit": "Photo : atelier du centre",
        "width": size[0],
        "height": size[1],
        "file": ContentFile(buffer.getvalue(), "jardin.jpg"),
    } | fields
    return CreditedImage.objects.create(**values)


def _block(kind: str, n: int, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "id": f"{n:08d}-0000-4000-8000-000000000000", "value": value}


def _url(n: int) -> str:
    return f"https://example.org/lire/{n}"


def body(*, items: int, page: int, image: int) -> list[dict[str, Any]]:
    """Raw stream data: `items` is 20 or 25."""
    extra = items == 25
    pole = [
        {"title": t, "text": P.format(x), "url": _url(n), "link_label": label}
        for n, (t, x, label) in enumerate(POLE)
    ]
    zoom = {
        "title": "Zoom : l'équipe s'agrandit",
        "text": P.format("Nous accueillons une chargée de mission « jeunesse et emploi »."),
    }
    picture = {"image": {"image": image, "alt_text": "La salle", "decorative": False}}
    news = [
        {"scope": s, "title": t, "text": P.format(x), "source": src, "url": _url(10 + n)}
        for n, (s, t, x, src) in enumerate(NEWS[: 6 if extra else 5])
    ]
    press = [
        {"media": m, "title": t, "url": _url(20 + n), "date": "2026-03-01"}
        for n, (m, t) in enumerate(PRESS)
    ]
    resources = [
        {"kind": k, "title": t, "author": a, "publisher": p, "text": P.format(ABOUT)}
        | {"url": _url(30 + n)}
        for n, (k, t, a, p) in enumerate((RESOURCES * 2)[: 9 if extra else 6])
    ]
    sections = [
        ("pole", [("text", v) for v in pole[: 4 if extra else 3]] + [("zoom", zoom)]),
        ("actualite", [("news", v) for v in news] + [("press", v) for v in press]),
        ("fiche", [("experience", {"page": page})]),
        ("ressources", [("resource", v) for v in resources] + [("image", picture)]),
    ]
    return [
        _block(
            "section",
            100 + n,
            {
                "key": key,
                "intro": "Ce qui bouge, de près et de loin." if key == "actualite" else "",
                "items": [_block(k, 10 * n + i, v) for i, (k, v) in enumerate(rows)],
            },
        )
        for n, (key, rows) in enumerate(sections)
    ]


def make_full_issue(*, items: int = 20) -> IssuePage:
    image = make_image()
    page = make_experience(
        cover=image,
        territory_label="Est Val d'Oise",
        standfirst=(
            "Sur une friche oubliée entre deux barres, une trentaine d'habitant·es cultivent "
            "ensemble légumes et fleurs. Le jardin est devenu un lieu de rencontre, puis une "
            "école de la décision collective : tout s'y discute, jusqu'à la couleur des bancs."
        ),
    )
    CentreSettings.objects.create(
        site=Site.objects.get(is_default_site=True),
        address="12 rue de l'Exemple\n95000 Ville-Exemple",
        phone="01 00 00 00 00",
        email="contact@example.org",
    )
    return make_issue(
        periodical=make_periodical(subtitle="La lettre des quartiers, de la ville et des gens"),
        body=body(items=items, page=page.pk, image=image.pk),
        preheader="Une rencontre à Cergy, un jardin partagé et dix ressources à écouter ou lire.",
        editorial=(
            "<p>Chères lectrices, chers lecteurs,</p><p>Mars ouvre les jardins et les chantiers. "
            "Ce numéro donne la parole à celles et ceux qui transforment une friche, un hall ou "
            "une salle de classe en lieu commun ; leurs récits disent une même chose : "
            "<i>décider ensemble prend du temps</i>, et ce temps n'est jamais perdu.</p>"
        ),
    )
