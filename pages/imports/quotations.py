"""Turn the italics of an article into quotations, with their speaker when the text names one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pages.imports.names import NAME
from pages.imports.paragraphs import SEAM, Passage, excerpt
from pages.imports.records import Doubt, Inline, Quote

# Verbs of saying in -er, third person; closed on purpose: « *…*, finance X » is no attribution.
_ER = (
    "affirme|ajoute|alerte|analyse|annonce|argumente|assure|avance|avoue|clarifie|commente|"
    "complète|confie|confirme|considère|constate|continue|déclare|déplore|détaille|développe|"
    "enchaîne|estime|évoque|explique|exprime|indique|insiste|interroge|juge|lance|mentionne|note|"
    "nuance|observe|pense|plaide|pointe|précise|présente|rapporte|raconte|rappelle|regrette|relate|"
    "relativise|relève|remarque|répète|résume|révèle|signale|souligne|suggère|témoigne"
)
_OTHERS = (
    "conclut|concluent|convient|décrit|décrivent|définit|dit|disent|admet|admettent|fait savoir|"
    "fait remarquer|fait valoir|poursuit|poursuivent|reconnaît|reconnaissent|reprend|reprennent|"
    "renchérit|renchérissent|répond|répondent|soutient|soutiennent|sourit|"
    r"se souvient|se souviennent|se félicite|se réjouit|s['’]enthousiasme"
)
_VERB = rf"(?:(?:en|nous|lui|leur|l'|y)\s?)?(?:(?:{_ER})(?:nt)?|{_OTHERS})\b"
_ADVERB = r"(?:(?:aussi|également|encore|ainsi|alors|enfin|toutefois|cependant|notamment)\s+)?"
_TITLE = r"(?:(?:M\.|Mme|Mmes|MM\.|Monsieur|Madame)\s+)?"
_WHO = rf"{_TITLE}(?P<who>{NAME}(?:\s+et\s+{NAME})?)"

_AFTER = re.compile(rf"\s*,?\s*(?:comme\s+)?(?:{_VERB}\s+{_ADVERB}|selon\s+|d['’]après\s+){_WHO}")
_AFTER_OTHER = re.compile(
    rf"\s*,?\s*{_VERB}(?:-t-|-)?\s*{_ADVERB}(?P<who>(?:il|elle|on|ils|elles)\b|[^.,;:!?*]{{1,60}})"
)
_BEFORE = re.compile(
    rf"(?:(?:^|[.!?…»]\s+)(?:Pour|Selon|D['’]après)\s+{_WHO}(?:,[^.!?*]{{1,150}})?,?"
    rf"|(?:^|[.!?…»,]\s+){_TITLE}(?P<subject>{NAME})(?:,[^.!?*]{{1,150}},)?\s+{_VERB}[^.!?*]{{0,40}}:"
    rf"|\b{_VERB}\s+{_TITLE}(?P<inverted>{NAME})(?:,[^.!?*]{{1,150}})?\s*:)\s*$"
)
# « *A*, poursuit X, *B* » and « *A*, dit X, sa fonction. *B* »: one voice on both sides.
_ONLY_ATTRIBUTION = re.compile(rf"{_AFTER.pattern}(?:,[^.!?*]{{1,120}})?\s*[,.]?\s*$")
_TAIL = re.compile(rf"(?P<tail>[^.!?…*]*?),\s+{_VERB}")
_UNMARKED = re.compile(
    rf"(?:^|[.!?…]\s)(?=[^.!?…]*\b(?:[Nn]ous|[Jj]e|[Nn]otre|[Nn]os|[Jj]['’]))(?P<said>[^.!?…]*?),\s+{_VERB}\s+{_WHO}"
)
_LONG = 130  # words; beyond, closing italics have probably been lost
_TERM = 3  # words; so few in italics and without speaker are a term (« in fine »), not speech


@dataclass
class _Reader:
    """Walk through one paragraph; `parts` and `doubts` grow as its italics are read."""

    passage: Passage
    parts: list[Inline] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    voice: str | None = None  # speaker of the previous quote, when only his attribution parts them

    def doubt(self, offset: int, message: str) -> None:
        self.doubts.append(Doubt(self.passage.line_at(offset), "body", message))

    def say(self, text: str) -> None:
        text = text.replace(SEAM, "")
        if text and self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += text
        elif text:
            self.parts.append(text)

    def read(self) -> None:
        """Cut the paragraph at its asterisks: plain, quoted, plain, …"""
        chunks = self.passage.text.split("*")
        offset = len(chunks[0])
        self.say(chunks[0])
        for index in range(1, len(chunks), 2):
            quoted, after = chunks[index], chunks[index + 1]
            before = re.sub(SEAM, "", chunks[index - 1])
            after = self.quote(quoted, before, after, offset)
            self.say(after)
            chunks[index + 1] = after
            offset += len(quoted) + len(after) + 2

    def quote(self, quoted: str, before: str, after: str, offset: int) -> str:
        """Add one quotation and return the plain text that follows it."""
        quoted, after = self._mend_seam(quoted.replace(SEAM, "").strip(), after, offset)
        if quoted.endswith(","):
            quoted, after = quoted[:-1], "," + after
        speaker = self._speaker(before, after)
        if speaker is None and len(quoted.split()) <= _TERM:
            self.say(quoted)
            self.doubt(offset, f"Italique sans locuteur, gardé en texte : « {quoted} ».")
        elif speaker and speaker in quoted:  # nobody names himself: the closing italics are lost
            self.say(quoted)
            text = f"Italique de {len(quoted.split())} mots où {speaker} est nommé, gardé en texte"
            self.doubt(offset, f"{text}, citation à borner : « {excerpt(quoted)} ».")
        else:
            self.parts.append(Quote(quoted, speaker))
            self._check(quoted, speaker, after, offset)
        self.voice = speaker if _ONLY_ATTRIBUTION.match(after) else None
        return after

    def _mend_seam(self, quoted: str, after: str, offset: int) -> tuple[str, str]:
        """Carry a quotation over the page cut where its italics stopped.

        Only up to an attribution, which proves where the words end; otherwise an editor decides.
        """
        if not after.startswith(SEAM):
            return quoted, after
        after = after[len(SEAM) :]
        tail = _TAIL.match(after.lstrip())
        if (
            _AFTER.match(after)
            or _AFTER_OTHER.match(after)
            or quoted.endswith((".", "!", "?", "…"))
        ):
            return quoted, after
        if tail and tail["tail"]:
            self.doubt(
                offset,
                f"Citation interrompue par la coupure de page, prolongée jusqu’à son attribution : "
                f"« {excerpt(tail['tail'])} ».",
            )
            return f"{quoted} {tail['tail']}", after.lstrip()[tail.end("tail") :]
        self.doubt(
            offset,
            "L’italique s’arrête à la coupure de page : la citation continue peut-être avec "
            f"« {excerpt(after)} ».",
        )
        return quoted, after

    def _speaker(self, before: str, after: str) -> str | None:
        found = _AFTER.match(after)
        names = [found["who"]] if found else []
        ahead = _BEFORE.search(before[-260:])
        if ahead:
            names.append(ahead["who"] or ahead["subject"] or ahead["inverted"])
        elif self.voice and not names:
            names.append(self.voice)
        return names[0] if len(set(names)) == 1 else None

    def _check(self, quoted: str, speaker: str | None, after: str, offset: int) -> None:
        other = _AFTER_OTHER.match(after)
        if speaker is None:
            whom = f" (attribuée à « {other['who'].strip()} »)" if other else ""
            self.doubt(offset, f"Citation sans locuteur certain{whom} : « {excerpt(quoted)} ».")
        elif len(quoted.split()) > _LONG:
            self.doubt(
                offset,
                f"Citation sans doute trop longue ({len(quoted.split())} mots), à borner : "
                f"« {excerpt(quoted)} ».",
            )


def parse(passage: Passage) -> tuple[tuple[Inline, ...], tuple[Doubt, ...]]:
    """Return the parts of one paragraph, whose asterisks are even in number, and its doubts."""
    reader = _Reader(passage)
    reader.read()
    plain = "".join(part for part in reader.parts if isinstance(part, str))
    for said in _UNMARKED.finditer(plain):
        reader.doubt(
            passage.text.find(said["said"][:40]),
            f"Paroles de {said['who']} sans italique, laissées en texte : "
            f"« {excerpt(said['said'])} ».",
        )
    if plain.count("«") != plain.count("»"):
        reader.doubt(0, f"Guillemets non appariés dans « {excerpt(plain)} ».")
    return tuple(reader.parts), tuple(reader.doubts)


def balance(passages: Sequence[Passage]) -> tuple[list[Passage], list[Doubt]]:
    """Give every paragraph an even number of asterisks.

    A quotation that opens in one paragraph and closes in a later one is closed and opened
    again at each end. An asterisk without its pair is removed, and flagged.
    """
    result = list(passages)
    doubts: list[Doubt] = []
    index = 0
    while index < len(result):
        if result[index].text.count("*") % 2:
            end = _closing(result, index)
            if end is None:
                result[index], doubt = _without_stray(result[index])
                doubts.append(doubt)
            else:
                for position in range(index, end + 1):
                    result[position] = _wrap(result[position], position > index, position < end)
                text = f"Citation sur {end - index + 1} paragraphes, à vérifier."
                doubts.append(Doubt(result[index].line, "body", text))
                index = end
        index += 1
    return result, doubts


def _closing(passages: Sequence[Passage], start: int) -> int | None:
    last = passages[start].text.rindex("*")
    if not re.match(r"\*\S", passages[start].text[last:]):
        return None
    for index in range(start + 1, len(passages)):
        text = passages[index].text
        if text.count("*") % 2:
            return (
                index if text.index("*") > 0 and not text[text.index("*") - 1].isspace() else None
            )
        if "*" in text:
            return None
    return None


def _wrap(passage: Passage, opens: bool, closes: bool) -> Passage:
    text = "*" * opens + passage.text + "*" * closes
    return Passage(text, passage.marks, passage.notes)


def _without_stray(passage: Passage) -> tuple[Passage, Doubt]:
    at = passage.text.rindex("*")
    text = passage.text[:at] + passage.text[at + 1 :]
    near = excerpt(passage.text[at + 1 :] or passage.text[:at])
    message = f"Astérisque sans son pair, retiré : « {near} »."
    return (
        Passage(text, passage.marks, passage.notes),
        Doubt(passage.line_at(at), "body", message),
    )
