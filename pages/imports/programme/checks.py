"""Compare what a programme announces with what it prints, and its cards with each other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pages.fuzzy import natural_key
from pages.imports.contents import likeness
from pages.imports.names import fold
from pages.imports.programme.headings import Heading
from pages.imports.programme.records import Action, Axis, all_actions
from pages.imports.programme.rows import Row
from pages.imports.records import Doubt

_FIELDS = {
    "period": "Date ou période",
    "sessions": "Nombre de séances",
    "audiences": "Public",
    "territories": "Territoire",
    "animation": "Animation",
}
_MORE = ("speakers", "partnerships", "objectives", "contents", "other")
_USUAL = 0.7  # share of the cards that print a label, from which its absence is worth a look


def against_list(
    heading: Heading, line: int, announced: Sequence[Heading], rows: Sequence[Row]
) -> list[Doubt]:
    """Return the doubts between an action's title and the list that opens its axis."""
    if not announced:
        return []
    twin = _twin(heading, announced)
    if twin is None:
        return [Doubt(line, "title", "Absente de la liste qui ouvre l’axe.")]
    if fold(twin.title) == fold(heading.title):
        return []
    where = rows[twin.start].number
    message = f"Titre différent dans la liste (ligne {where}) : « {twin.title} »."
    return [Doubt(line, "title", message)]


def announced_only(announced: Sequence[Heading], bodies: Sequence[Heading]) -> list[Heading]:
    """Return the titles of a list that no printed action answers."""
    answered = {id(_twin(body, announced)) for body in bodies}
    return [heading for heading in announced if id(heading) not in answered]


def _twin(heading: Heading, announced: Sequence[Heading]) -> Heading | None:
    """Return the entry of a list that announces an action: same number, or much the same title."""

    def score(entry: Heading) -> float:
        same = natural_key(entry.code) == natural_key(heading.code)
        return likeness(entry.title, heading.title) + (0.5 if same else 0.0)

    best = max(announced, key=score, default=None)
    return best if best is not None and score(best) >= 0.75 else None


def check(axes: Sequence[Axis]) -> tuple[list[Axis], list[Doubt]]:
    """Return the axes with the doubts that only the whole programme gives, and its own."""
    everything = [action for axis in axes for action in all_actions(axis)]
    ruled = [action for action in everything if _has_block(action)]
    usual = [
        name
        for name in _FIELDS
        if ruled and sum(bool(getattr(a, name)) for a in ruled) >= _USUAL * len(ruled)
    ]
    expected = usual if 2 * len(ruled) >= len(everything) else []
    flagged = [_checked(axis, expected) for axis in axes]
    return _order(flagged), _codes(everything, [code for axis in axes for code in _pointers(axis)])


def _has_block(action: Action) -> bool:
    return sum(bool(getattr(action, name)) for name in _FIELDS) >= 2


def _checked(axis: Axis, expected: Sequence[str]) -> Axis:
    # An axis where no action has a block is written otherwise: nothing is missing there.
    wanted = expected if any(_has_block(action) for action in axis.actions) else ()
    actions = tuple(
        replace(action, doubts=(*action.doubts, *_absent(action, wanted)))
        for action in axis.actions
    )
    doubts = list(axis.doubts)
    if not axis.title:
        doubts.append(Doubt(axis.line, "title", "Titre de l’axe introuvable."))
    if not (axis.actions or axis.references or axis.subaxes):
        doubts.append(Doubt(axis.line, "actions", "Aucune action repérée dans cette partie."))
    subs = tuple(_checked(sub, expected) for sub in axis.subaxes)
    return replace(axis, actions=actions, subaxes=subs, doubts=tuple(doubts))


def _absent(action: Action, expected: Sequence[str]) -> list[Doubt]:
    if expected and not any(getattr(action, name) for name in (*_FIELDS, *_MORE)):
        message = "Pas de bloc d’informations (date, séances, public…) sous cette action."
        return [Doubt(action.line, "period", message)]
    return [
        Doubt(action.line, name, f"« {_FIELDS[name]} » absent du bloc.")
        for name in expected
        if not getattr(action, name)
    ]


def _order(axes: Sequence[Axis]) -> list[Axis]:
    """Flag a lettered code printed after a greater one of its letters (A27 after A29)."""
    greatest: dict[str, str] = {}

    def flag(axis: Axis) -> Axis:
        actions = tuple(replace(a, doubts=(*a.doubts, *late(a))) for a in axis.actions)
        return replace(axis, actions=actions, subaxes=tuple(flag(sub) for sub in axis.subaxes))

    def late(action: Action) -> list[Doubt]:
        prefix = _prefix(action.code)
        last = greatest.get(prefix, "")
        if not prefix or not last or natural_key(last) < natural_key(action.code):
            greatest[prefix] = action.code
            return []
        again = natural_key(last) == natural_key(action.code)
        message = "Code déjà pris" if again else f"Code imprimé après {last}"
        return [Doubt(action.line, "code", f"{message} : {action.code}.")]

    return [flag(axis) for axis in axes]


def _prefix(code: str) -> str:
    key = natural_key(code)
    return key[0][2] if key and key[0][2] else ""


def _ranges(prefix: str, numbers: Sequence[int]) -> str:
    """Return « A3, A5 à A9 »."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{prefix}{run[0]}" + (f" à {prefix}{run[-1]}" if len(run) > 1 else "") for run in runs
    )


def _pointers(axis: Axis) -> list[str]:
    return [ref.code for ref in axis.references if ref.code] + [
        code for sub in axis.subaxes for code in _pointers(sub)
    ]


def _codes(actions: Sequence[Action], pointers: Sequence[str]) -> list[Doubt]:
    """Return the holes of the lettered codes, and the codes given twice."""
    numbers: dict[str, list[int]] = {}
    for code in [*(action.code for action in actions), *pointers]:
        prefix = ""
        for kind, number, letters in natural_key(code):
            prefix = letters if kind and letters not in {"et", "bis", "ter"} else prefix
            if not kind and prefix:
                numbers.setdefault(prefix, []).append(number)
    doubts = []
    for prefix, found in numbers.items():
        missing = sorted(set(range(min(found), max(found))) - set(found))
        if missing and len(found) >= 3:
            listed = _ranges(prefix.upper(), missing)
            message = f"Codes absents de la suite : {listed}."
            doubts.append(Doubt(actions[0].line, "axes", message))
    printed = Counter(action.code for action in actions if _prefix(action.code))
    doubts += [
        Doubt(actions[0].line, "axes", f"Code donné à {count} actions : {code}.")
        for code, count in printed.items()
        if count > 1
    ]
    return doubts
