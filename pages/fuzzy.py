"""Values that a programme prints vaguely: machine bounds beside the words that were printed.

A bound is None when the words do not give it; the label always carries what they say.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from pages.period import MONTHS


@dataclass(frozen=True)
class Span:
    """A number of things; `unit` is a French singular (« séance ») or empty."""

    minimum: int | None
    maximum: int | None
    unit: str
    label: str


@dataclass(frozen=True)
class DateSpan:
    """Days between which something happens, both included."""

    earliest: date | None
    latest: date | None
    label: str


_NUMBERS = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze",
)  # fmt: skip
_ABOUT = {"dizaine": 10, "10aine": 10, "12aine": 12, "douzaine": 12, "15aine": 15, "quinzaine": 15,
          "vingtaine": 20, "20aine": 20, "trentaine": 30, "30aine": 30}  # fmt: skip
_UNITS = (
    (r"demi[- ]?journ[ée]es?", "demi-journée"),
    (r"journ[ée]es?|jours?", "jour"),
    (r"s[ée]ances?", "séance"),
    (r"sessions?", "session"),
    (r"modules?", "module"),
    (r"rencontres?", "rencontre"),
    (r"r[ée]unions?", "réunion"),
    (r"ateliers?", "atelier"),
    (r"matin[ée]es?", "matinée"),
    (r"soir[ée]es?", "soirée"),
    (r"visites?", "visite"),
    (r"cycles?", "cycle"),
)
_RATE = re.compile(r"\b(?:par|chaque|tous les|toutes les)\s+(?!an\b)|\bmensuel|\btrimestriel", re.I)
_MORE = re.compile(
    r"\b(?:au moins|minimum|au minimum|plus de)\b|\bvoire? plus|\bou plus\b|\+$", re.I
)
_LESS = re.compile(r"\b(?:au plus|maximum|au maximum|jusqu[’'][àa])", re.I)
_RANGE = re.compile(r"\b(\d{1,3})\s*(?:à|ou|-|–|/)\s*(\d{1,3})\b")


def parse_count(text: str, unit: str = "") -> Span:
    """Read a printed count; `unit` is the one that the label names, if the text names none.

    « 10aine » gives its nominal value as both bounds. A rate (« une par mois ») or several
    quantities (« 2 séances et 1 visite ») give none.
    """
    label = " ".join(text.split())
    bare = re.sub(r"\([^)]*\)", " ", label.casefold()).strip() or label.casefold()
    bare = re.sub(r"(?:½|\b1/2)(?=[- ]?journ)", "1 demi", bare)
    found = _first_unit(bare) or unit
    bare = re.sub(r"\b(?:19|20)\d\d(?:\s*[-/–]\s*(?:20)?\d\d)?\b", " ", _in_digits(bare))
    bare = re.sub(r"\bde\s+\d+.*", " ", bare)  # « 2 modules de 3 jours » counts the modules
    minimum, maximum = _bounds(bare, label)
    return Span(minimum, maximum, found, label)


def _bounds(bare: str, label: str) -> tuple[int | None, int | None]:
    numbers = [int(number) for number in re.findall(r"(?<![\w/])\d{1,3}(?!\w)", bare)]
    if _RATE.search(bare):
        return None, None
    about = re.search(r"\w*(?:aine)\b", bare)
    if about and about[0] in _ABOUT:
        return (_ABOUT[about[0]],) * 2
    if (pair := _RANGE.search(bare)) and len(re.findall(r"\d+", bare)) == 2:
        low, high = sorted((int(pair[1]), int(pair[2])))
        return low, high
    if not numbers and re.search(r"\b(?:plusieurs|quelques)\b", bare):
        return 2, None
    if len(numbers) != 1 or re.search(r"\bet demie?\b", bare):
        return None, None
    low, high = numbers[0], numbers[0]
    return (None if _LESS.search(label) else low), (None if _MORE.search(label) else high)


def _in_digits(text: str) -> str:
    for value, word in enumerate(_NUMBERS):
        text = re.sub(rf"\b{word}e?\b" if word == "un" else rf"\b{word}\b", str(value), text)
    return re.sub(r"\b1\s+(?=(?:dizaine|douzaine|quinzaine|vingtaine|trentaine)\b)", "", text)


def _first_unit(text: str) -> str:
    places = [
        (match.start(), -len(match[0]), name)
        for pattern, name in _UNITS
        if (match := re.search(rf"(?<![\w/])(?:{pattern})\b", text))
    ]
    return min(places)[2] if places else ""


_MONTH = {name: number for number, name in enumerate(MONTHS, start=1)} | {
    "fevrier": 2, "aout": 8, "decembre": 12,
    "janv": 1, "févr": 2, "fév": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11, "déc": 12,
}  # fmt: skip
# Wide on purpose: what is said of a season must not be refused a day too early.
_SEASONS = {"printemps": ((3, 1), (6, 21)), "été": ((6, 1), (9, 22)), "automne": ((9, 1), (12, 21)),
            "rentrée": ((9, 1), (9, 30))}  # fmt: skip
_ORDINALS = {"premier": 1, "1er": 1, "1": 1, "deuxième": 2, "second": 2, "2": 2, "troisième": 3,
             "3": 3, "quatrième": 4, "4": 4, "dernier": 0}  # fmt: skip
_MONTH_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_ATOM = re.compile(
    rf"""(?P<days>\b\d{{1,2}}(?:er)?(?:\s*(?:,|et|au|à|-|–|&)\s*\d{{1,2}}(?:er)?)*)\s+
             (?P<of>{_MONTH_NAMES})\b
       | \b(?P<dd>\d{{1,2}})[/.](?P<mm>\d{{1,2}})[/.](?P<yyyy>20\d\d)\b
       | \b(?P<rank>premier|1er|deuxième|seconde?|troisième|quatrième|dernier|
             [1-4](?:e|è|è?me|nd)?)\s+(?P<part>semestre|trimestre)\b
       | \b(?P<short>[st])(?P<nth>[1-4])\b
       | \b(?P<month>{_MONTH_NAMES})\b
       | \b(?P<season>printemps|été|automne|rentrée)\b
       | \b(?P<school>ann[ée]e\s+scolaire\s+)?(?P<first>20\d\d)\s*[-–/]\s*(?P<last>(?:20)?\d\d)\b
       | \b(?P<year>20\d\d)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_WHOLE = re.compile(
    r"toute l[’']année|au long de l[’']année|en continu|\bpermanente?\b|^année$", re.I
)

_Bounds = tuple[date, date]


def parse_period(text: str, default_year: int | None) -> DateSpan:
    """Read a printed date or period; `default_year` serves where the text prints no year.

    « fin 2012 » keeps the bounds of the year: vaguer than printed, never wrong.
    """
    label = " ".join(text.split())
    bare = re.sub(r"\([^)]*\)", " ", label.casefold())
    atoms = list(_ATOM.finditer(bare)) or list(_ATOM.finditer(label.casefold()))
    found = _dated(atoms, default_year)
    if not found and not atoms and default_year and _WHOLE.search(bare.strip()):
        found = [_year(default_year)]
    if not found:
        return DateSpan(None, None, label)
    earliest, latest = min(low for low, _ in found), max(high for _, high in found)
    return DateSpan(
        None if re.search(r"\bjusqu[’']|\bavant\b", bare) else earliest,
        None if re.search(r"\bà (?:partir|compter) d|\bdès\b|\bdepuis\b", bare) else latest,
        label,
    )


def _dated(atoms: list[re.Match[str]], default_year: int | None) -> list[_Bounds]:
    """Return the bounds of each atom; one without year takes the next printed, or the last."""
    if not atoms:
        return []
    bounds: list[_Bounds] = []
    year, used = default_year, True
    for atom, following in zip(reversed(atoms), [None, *reversed(atoms)], strict=False):
        after = atom.string[atom.end() : following.start()] if following else ""
        if atom["first"]:
            bounds.append(_years(atom))
            continue
        if atom["year"]:
            bounds += [] if used else [_year(year)] if year else []
            year, used = int(atom["year"]), False
            continue
        if atom["yyyy"]:
            year = int(atom["yyyy"])
        used = True
        made = _bounds_of(atom, year) if year else None
        if made and bounds and made[0] > bounds[-1][1] and re.fullmatch(r"\s*[àau–-]+\s*", after):
            # « octobre à mars 2013 »
            made = _bounds_of(atom, year - 1) if year else None
        bounds += [made] if made else []
    return bounds if used or not year else [*bounds, _year(year)]


def _bounds_of(atom: re.Match[str], year: int) -> _Bounds | None:
    try:
        if atom["yyyy"]:
            day = date(year, int(atom["mm"]), int(atom["dd"]))
            return day, day
        if atom["days"]:
            days = [int(day) for day in re.findall(r"\d+", atom["days"])]
            return (
                date(year, _MONTH[atom["of"]], min(days)),
                date(year, _MONTH[atom["of"]], max(days)),
            )
    except ValueError:  # « 31 avril »: printed, but no such day
        return None
    if atom["season"]:
        (low_month, low_day), (high_month, high_day) = _SEASONS[atom["season"]]
        return date(year, low_month, low_day), date(year, high_month, high_day)
    if atom["month"]:
        return _months(year, _MONTH[atom["month"]], 1)
    return _part_of_year(atom, year)


def _part_of_year(atom: re.Match[str], year: int) -> _Bounds | None:
    length = 6 if (atom["part"] or atom["short"]).startswith("s") else 3
    word = atom["nth"] or atom["rank"].rstrip("e")
    rank = _ORDINALS.get(word) or _ORDINALS.get(word[:1]) or 0
    rank = rank or (12 // length if word == "dernier" else _ORDINALS.get(atom["rank"], 0))
    return _months(year, (rank - 1) * length + 1, length) if 0 < rank <= 12 // length else None


def _months(year: int, first: int, length: int) -> _Bounds:
    last = first + length - 1
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _year(year: int) -> _Bounds:
    return date(year, 1, 1), date(year, 12, 31)


def _years(atom: re.Match[str]) -> _Bounds:
    first = int(atom["first"])
    last = int(atom["last"]) if len(atom["last"]) == 4 else first // 100 * 100 + int(atom["last"])
    if atom["school"]:
        return date(first, 9, 1), date(last, 8, 31)
    return date(min(first, last), 1, 1), date(max(first, last), 12, 31)


def natural_key(code: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key for free codes: A1, A2, A8 bis, A10, MA1; « MA 5 » equals « MA5 »."""
    parts = re.findall(r"\d+|[^\W\d_]+", code.casefold())
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
