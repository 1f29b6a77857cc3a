"""Inclusive French: from `acteur·rice·s` to acteur, acteurs, actrice, actrices.

The rule is one idea: a suffix is accepted when it is the tail of a plausible feminine of its base.
`rice` is the tail of *actrice*, so `acteur.rice` is a form; no feminine of *quartier* ends in
`le`, so `quartier.le` is two words. The middle dot and the parentheses have no other use inside a
word, so they also accept a suffix the tables do not know.

Pure functions on lower-case or all-capitals words; no regular expression sees more than one word.
"""

from collections.abc import Sequence

from search.words import fold, word_set

# Masculine ending -> feminine endings. The longest matching ending alone is used.
_ENDINGS: dict[str, tuple[str, ...]] = {
    "teur": ("trice", "teuse", "teure", "teresse", "toresse"),
    "deur": ("deuse", "drice", "deure", "deresse"),
    "rieur": ("rieure", "rieuse"),
    "eur": ("euse", "eure", "eresse"),
    "er": ("ère",),
    "ef": ("effe", "ève"),
    "f": ("ve",),
    "eux": ("euse",),
    "oux": ("ouse", "ousse", "ouce"),
    "aux": ("ausse",),
    "x": ("se",),
    "el": ("elle",),
    "eil": ("eille",),
    "eul": ("eule",),
    "ul": ("ulle", "ule"),
    "il": ("ile", "ille"),
    "en": ("enne",),
    "on": ("onne",),
    "an": ("ane", "anne"),
    "ain": ("aine",),
    "in": ("ine", "igne"),
    "et": ("ette", "ète"),
    "ot": ("ote", "otte"),
    "at": ("ate", "atte"),
    "ut": ("ute", "utte"),
    "ais": ("aise", "aîche"),
    "as": ("asse", "ase"),
    "is": ("ise", "isse"),
    "os": ("osse", "ose"),
    "us": ("use", "usse"),
    "ès": ("esse",),
    "ers": ("erse", "erce"),
    "c": ("que", "che"),
    "ec": ("ecque", "èche"),
    "g": ("gue",),
    "p": ("ve",),
    "eau": ("elle",),
    "ou": ("olle", "oue"),
    "gu": ("guë",),
    "o": ("ote",),
    "e": ("esse",),
}
_BY_LENGTH = sorted(_ENDINGS, key=len, reverse=True)

# Not here: homme/femme, fille/garçon, père/mère. They are two words (`égalité femmes-hommes`).
_IRREGULAR: dict[str, tuple[str, ...]] = {
    "il": ("elle",),
    "lui": ("elle",),
    "eux": ("elle",),
    "ceux": ("celle",),
    "celui": ("celle",),
    "le": ("la",),
    "tou": ("toute",),
    "tout": ("toute",),
    "duc": ("duchesse",),
    "dieu": ("déesse",),
    "abbé": ("abbesse",),
    "héros": ("héroïne",),
    "copain": ("copine",),
    "compagnon": ("compagne",),
    "favori": ("favorite",),
    "coi": ("coite",),
    "vieux": ("vieille",),
    "serviteur": ("servante",),
    "gouverneur": ("gouverneure", "gouvernante"),
    "empereur": ("impératrice",),
    "bon": ("bonne",),
    "benêt": ("benête",),
    "andalou": ("andalouse",),
    "absous": ("absoute",),
    "dissous": ("dissoute",),
    "enchanteur": ("enchanteresse", "enchanteuse"),
    "vengeur": ("vengeresse",),
    "pécheur": ("pécheresse",),
    "chasseur": ("chasseuse", "chasseresse"),
}
# Feminine by a bare `e`; other last letters need a line in the tables.
_TAKES_E = "éiudtnlrskm"
# Singulars in -s: their last letter is not a plural mark.
_SINGULAR_S = ("ais", "ois", "ers", "ès", "gros", "gras", "bas", "las", "ras", "métis", "héros")
_PLURALS = (("eau", "eaux"), ("al", "aux"), ("eu", "eux"))
# Three-letter words and shorter that a dot or a hyphen may extend (`loi.e`, `art.e` are refused).
_SHORT = word_set("""
    un né élu vu lu nu dû vif ami net nul tel las bas gai mis pur sûr dur bon fin gras gros dit
    sec uni mûr cru ému usé lié tué têt tou il le lui eux ils
""")
# Nouns in -el, so that a missing space (`hôtel.les`) or a hyphen (`appel-les`) splices nothing.
_NOT_ADJECTIVES_IN_EL = word_set("""
    appel rappel hôtel ciel sel miel logiciel duel label noël tunnel pixel dégel gel recel
    pastel archipel scalpel caramel carrousel cheptel autel béchamel
""")
# What follows a hyphen without being a suffix: inversions and `-là`, `-ci`.
_CLITICS = word_set("""
    il ils elle elles on je tu nous vous ce ci là la lui leur moi toi en y t lès
""")
_LONGEST_SUFFIX = 6


def feminines(masculine: str) -> tuple[str, ...]:
    """Plausible feminine singulars of a lower-case masculine singular, most usual first."""
    if masculine in _IRREGULAR:
        return _IRREGULAR[masculine]
    for ending in _BY_LENGTH:
        if masculine.endswith(ending):
            stem = masculine[: -len(ending)]
            return tuple(stem + feminine for feminine in _ENDINGS[ending])
    if masculine[-1] in _TAKES_E:
        return (masculine + "e",)
    return ()


def plural(word: str) -> str:
    for singular, ending in _PLURALS:
        if word.endswith(singular):
            return word[: -len(singular)] + ending
    return word if word[-1] in "sxz" else word + "s"


def expand(base: str, tails: Sequence[str], separator: str) -> tuple[str, ...]:
    """Every form of `base` + `tails`, masculine first; empty when this is no inclusive form.

    `base` and `tails` are the words between the separators (`acteur`, [`rice`, `s`]); `separator`
    is the first one, reduced to one of ``· ( . - / _``.
    """
    if not base.isalpha() or len(base) < 2 or not "".join(tails).isalpha():
        return ()
    same_case = base.isupper() or "".join(tails).islower()
    if separator not in "·(" and not same_case:
        return ()  # `quartier.Le` opens a sentence
    base, suffix = base.lower(), _suffix(tails)
    if separator == "-" and suffix in _CLITICS | {""}:
        return ()
    certain = separator in "·("
    if suffix in ("", "s", "x", "aux", "ux"):
        return _number_only(base, suffix, certain)
    swapped = _swapped(base, suffix)
    if swapped:
        return swapped
    for masculine in _singulars(base):
        if not certain and _doubtful(masculine, suffix):
            continue
        found = _agreeing(masculine, suffix)
        if found:
            return _both_numbers((*_spoken(base, masculine), *found))
    return _splice(base, suffix) if certain and same_case else ()


def merged(word: str) -> tuple[str, ...]:
    """Forms of a word written without separator (`lecteurices`, `toustes`, `étudiantEs`)."""
    low = word.lower()
    if low in ("toustes", "touste"):
        return ("tous", "toutes")
    if low in ("iel", "iels", "ielle", "ielles"):
        return ("ils", "elles")
    if low in ("celleux", "ceulles"):
        return ("ceux", "celles")
    singular = low.removesuffix("s")
    if singular.endswith("teurice") and len(singular) > 8:
        return _both_numbers((singular[:-3], singular[:-6] + "rice"))
    cut = next((i for i, letter in enumerate(word) if i and letter.isupper()), 0)
    if cut > 2 and word[:cut].islower() and low.endswith(("e", "es")):
        return expand(word[:cut], [low[cut:]], "/")
    return ()


def _suffix(tails: Sequence[str]) -> str:
    """`["rice", "s"]` and `["rices"]` -> `rice`; a lone plural mark stays (`["s"]` -> `s`)."""
    low = [tail.lower() for tail in tails]
    if len(low) > 1 and low[-1] in ("s", "x"):
        low.pop()
    joined = "".join(low)
    return joined[:-1] if len(joined) > 1 and joined.endswith("s") else joined


def _number_only(base: str, suffix: str, certain: bool) -> tuple[str, ...]:
    """`droit(s)`, `niveau(x)`, `animal(aux)`: no gender, two numbers."""
    if len(base) < (2 if certain else 4) or (suffix != "s" and not certain):
        return ()
    if suffix == "aux":
        return (base, base[:-2] + "aux") if base.endswith(("al", "ail")) else ()
    return (base, base + ("s" if suffix == "s" else "x"))


def _singulars(base: str) -> tuple[str, ...]:
    """What `base` may be the written form of: `acteurs` -> acteur; `sociaux` -> social, sociaux."""
    if base in _IRREGULAR or base.endswith(_SINGULAR_S):
        return (base,)
    if base.endswith("s") and len(base) > 2:
        return (base[:-1], base)
    if base.endswith("aux"):
        return (base[:-3] + "al", base[:-1], base)
    return (base,)


def _doubtful(masculine: str, suffix: str) -> bool:
    """Dot, hyphen, slash: true when the pieces are more likely two words."""
    if suffix in ("le", "elle") and masculine in _NOT_ADJECTIVES_IN_EL:
        return True
    if len(masculine) < 4 and not masculine.endswith("é"):
        return masculine not in _SHORT
    return False


def _agreeing(masculine: str, suffix: str) -> list[str]:
    """Feminines of `masculine` with the tail `suffix`; `masculine + suffix`, if one, alone."""
    if suffix == "seuse" and masculine.endswith("eur"):
        suffix = "euse"  # a frequent slip: `porteur·seuses`
    known, tail, root = feminines(masculine), fold(suffix), fold(masculine)
    if masculine.endswith("e") and masculine not in _IRREGULAR and tail not in ("sse", "esse"):
        return []
    exact = [f for f in known if fold(f) == root + tail]
    if exact:
        # `chercheur·e` is also looked up as chercheuse, `administrateur·e` as administratrice.
        return [*exact, known[0]] if root.endswith("eur") and exact[0] != known[0] else exact
    slack = 2 if tail == "e" else 1
    return [f for f in known if _covers(fold(f), root, tail, slack)]


def _covers(feminine: str, root: str, tail: str, slack: int) -> bool:
    """Whether `tail` ends `feminine`, from at most `slack` letters past what `root` shares."""
    shared = next(
        (i for i, (a, b) in enumerate(zip(feminine, root, strict=False)) if a != b),
        min(len(feminine), len(root)),
    )
    return feminine.endswith(tail) and len(feminine) - len(tail) <= shared + slack


def _swapped(base: str, suffix: str) -> tuple[str, ...]:
    """`elles·eux`, `une/un`: the feminine written first."""
    for feminine in dict.fromkeys((base, base.removesuffix("s"))):
        for masculine in dict.fromkeys((suffix, suffix.removesuffix("s"))):
            if masculine != feminine and feminine in feminines(masculine):
                return _both_numbers((masculine, feminine))
    return ()


def _splice(base: str, suffix: str) -> tuple[str, ...]:
    """Last resort of the unambiguous separators: graft the suffix where its first letter recurs."""
    if base.endswith("e") and suffix == "e":
        return _both_numbers((base,))
    if not suffix.endswith("e") or len(suffix) > _LONGEST_SUFFIX or len(base) < 3:
        return ()
    recurs = base.rfind(suffix[0], max(1, len(base) - 4))
    grafts = [base[:recurs] + suffix] if recurs > 0 else [base + suffix, base[:-1] + suffix]
    whole = [suffix] if len(suffix) > 3 else []
    return _both_numbers((base, *grafts, *whole))


def _spoken(base: str, masculine: str) -> tuple[str, ...]:
    return ("tout", "tous") if base == "tou" else (masculine, base)


def _both_numbers(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for word in words for form in (word, plural(word))))
