"""Read the contacts printed at the foot of a sheet."""

import re
from collections.abc import Sequence

from pages.imports.names import distance as edit_distance
from pages.imports.names import fold, is_name, repeated_part
from pages.imports.records import Contact, Doubt
from pages.imports.text import Line

_LABEL = re.compile(r"^[-•–*\s]*(?:contacts?\s*:?)?\s*(?:contacts?\s*:)?\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s,;:()<>«»]*@[^\s,;:()<>«»]*")
_VALID = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?:\+33\s?|\b0)[1-9](?:[\s.-]?\d{2}){4}\b")
_EDGES = " ,;:-–—()<>"


def parse(lines: Sequence[Line]) -> tuple[tuple[Contact, ...], tuple[Doubt, ...]]:
    """Return the contacts of the lines that follow « CONTACT : », and what is doubtful in them."""
    contacts: list[Contact] = []
    doubts: list[Doubt] = []
    for line, text in _entries(lines):
        found, messages = _read_entry(text)
        contacts += found
        doubts += [Doubt(line, "contacts", message) for message in messages]
    return tuple(contacts), tuple(doubts)


def _entries(lines: Sequence[Line]) -> list[Line]:
    """Join the lines of one entry: it ends with an address, before a bullet or a capital."""
    entries: list[Line] = []
    for number, line in lines:
        text = _LABEL.sub("", line)
        closed = entries and "@" in entries[-1][1] and text[:1].isupper()
        complete = not entries or closed or line.startswith(("-", "•"))
        if complete and text:
            entries.append((number, text))
        elif text:
            at = number if "@" in text else entries[-1][0]  # doubts are mostly about the address
            entries[-1] = (at, f"{entries[-1][1]} {text}")
    return entries


def _read_entry(text: str) -> tuple[list[Contact], list[str]]:
    """Return the contacts of one entry: each ends with its address, a function may follow all."""
    contacts: list[Contact] = []
    messages: list[str] = []
    start = 0
    for match in _ADDRESS.finditer(text):
        contact, found = _contact(text[start : match.start()], match[0])
        contacts.append(contact)
        messages += found
        start = match.end()
    rest = text[start:].strip(_EDGES + ".")
    if not contacts:
        contact, messages = _contact(text, "")
        return [contact], [*messages, f"Contact sans adresse : « {text} »."]
    if not rest:
        return contacts, messages
    if _PHONE.fullmatch(rest) or any(contact.role for contact in contacts):
        messages.append(f"Texte après l’adresse, non repris : « {rest} ».")
        return contacts, messages
    if len(contacts) > 1:
        messages.append(f"Fonction commune à {len(contacts)} contacts, à accorder : « {rest} ».")
    return [_with_role(contact, rest) for contact in contacts], messages


def _with_role(contact: Contact, text: str) -> Contact:
    role, _, organisation = text.partition(", ")
    return Contact(contact.name, role, organisation, contact.email, f"{contact.raw}, {text}")


def _contact(text: str, address: str) -> tuple[Contact, list[str]]:
    messages: list[str] = []
    text = re.sub(r"^(?:et|ou)\s+", "", text.strip(_EDGES)).strip(_EDGES)
    raw = " : ".join(part for part in (text, address) if part)
    if _PHONE.search(text):
        messages.append(f"Numéro de téléphone non repris : « {text} ».")
        text = _PHONE.sub("", text).strip(_EDGES)
    parts = [part.strip(_EDGES) for part in re.split(r",\s+|\s+[-–—]\s+|\s+:\s+|\s*[()]\s*", text)]
    parts = [part for part in parts if part]
    name = parts.pop(0) if parts and is_name(parts[0]) else ""
    role = parts.pop(0) if parts and name else ""
    if name and (twins := repeated_part(name)):
        messages.append(f"Nom imprimé deux fois dans « {name} » : {twins[0]} ou {twins[1]} ?")
    email, found = _email(address, name)
    if not name:
        messages.append(f"Contact sans nom de personne : « {raw} ».")
    return Contact(name, role, ", ".join(parts), email, raw), messages + found


def _email(address: str, name: str) -> tuple[str, list[str]]:
    """Return the address, or nothing and a warning when it cannot be one."""
    email = address.strip(".;,'")
    if not email:
        return "", []
    if not _VALID.fullmatch(email) or len(email) > 254:
        return "", [f"Adresse mal formée, gardée en texte seulement : « {email} »."]
    known = fold(name).split()
    for part in fold(email.partition("@")[0].replace("_", " ")).split():
        for word in known:
            if len(word) >= 5 and part not in known and edit_distance(part, word) in {1, 2}:
                return email, [f"L’adresse « {email} » n’écrit pas le nom comme « {name} »."]
    return email, []
