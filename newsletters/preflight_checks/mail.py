"""The message itself: its size, its headers, who signs it, the way out."""

from collections.abc import Iterator

from newsletters.editions import PREFERENCES_TOKEN, UNSUBSCRIBE_TOKEN
from newsletters.preflight_checks.draft import Draft, Finding, Level

# Gmail cuts a message at about 102 kB and hides the unsubscribe link with the rest.
WARN_BYTES = 90_000
BLOCK_BYTES = 102_000
SUBJECT_READ = 60
_PERSONAL = (
    UNSUBSCRIBE_TOKEN,
    PREFERENCES_TOKEN,
    "/lettre/desinscription/",
    "/lettre/choix/",
    "/lettre/mes-donnees/",
)


def weight(draft: Draft) -> Iterator[Finding]:
    size = len(draft.longest_mail.encode())
    if size < WARN_BYTES:
        return
    yield Finding(
        "mail-size",
        Level.BLOCK if size >= BLOCK_BYTES else Level.WARN,
        f"Le courriel pèse {size / 1000:.0f} ko".replace(".", ","),
        draft.at("body", "Rubriques"),
        "Gmail coupe les messages de plus de 102 ko : la fin de la lettre et le lien de "
        "désinscription disparaissent.",
        "Raccourcissez les textes, ou réservez des contenus au site (« Visible dans »).",
    )


def subject(draft: Draft) -> Iterator[Finding]:
    place = draft.at("subject", "Objet du courriel")
    if not draft.letter.subject:
        yield Finding(
            "subject-missing",
            Level.BLOCK,
            "Le courriel n'a pas d'objet",
            place,
            "Un message sans objet est pris pour un indésirable.",
            "Écrivez l'objet, ou donnez un titre au numéro.",
        )
    elif len(draft.letter.subject) > SUBJECT_READ:
        yield Finding(
            "subject-long",
            Level.WARN,
            f"L'objet a {len(draft.letter.subject)} caractères",
            place,
            f"Au-delà de {SUBJECT_READ}, la plupart des messageries le coupent.",
            "Placez l'essentiel au début, ou raccourcissez.",
        )
    if not draft.letter.preheader:
        yield Finding(
            "preheader-missing",
            Level.WARN,
            "La phrase d'accroche est vide",
            draft.at("subject", "Phrase d'accroche"),
            "La messagerie montre alors « Lire cette lettre en ligne » après l'objet.",
            "Annoncez en une phrase ce que le numéro apporte.",
        )


def signature(draft: Draft) -> Iterator[Finding]:
    periodical = draft.issue.periodical
    if not periodical.sender_email or not periodical.sender_name.strip():
        yield Finding(
            "sender-missing",
            Level.BLOCK,
            "L'expéditeur est incomplet",
            draft.series,
            "Sans nom ni adresse d'expéditeur, le courriel ne peut pas partir.",
            "Complétez l'expéditeur de la série.",
        )
    if not draft.letter.sender.address:
        yield Finding(
            "postal-address-missing",
            Level.WARN,
            "L'adresse postale du centre n'est pas dans le pied de la lettre",
            draft.series,
            "Le pied identifie l'émetteur (LCEN, art. 19) ; plusieurs messageries l'exigent.",
            "Remplissez « Coordonnées du centre » dans les réglages.",
        )


def way_out(draft: Draft) -> Iterator[Finding]:
    for name, content in (("le courriel", draft.html), ("le texte", draft.text)):
        if content.count(UNSUBSCRIBE_TOKEN) != 1:
            yield Finding(
                "unsubscribe-missing",
                Level.BLOCK,
                f"Le lien de désinscription manque dans {name}",
                draft.series,
                "La loi l'exige (CPCE, art. L. 34-5) et les messageries aussi.",
                "Rétablissez le pied de la lettre dans le gabarit.",
            )


def personal_token(draft: Draft) -> Iterator[Finding]:
    if any(personal in draft.web for personal in _PERSONAL):
        yield Finding(
            "personal-token",
            Level.BLOCK,
            "La page du site contient un lien personnel de désinscription ou de choix",
            draft.at("body", "Rubriques"),
            "N'importe qui pourrait désinscrire la personne à qui ce lien appartient.",
            "Retirez ce lien : il a sans doute été copié d'un courriel reçu.",
        )
