"""Contrast of every text of the mail against what lies behind it, in light and in dark.

Read from the compiled mail itself: inline styles, then the rules of `prefers-color-scheme:
dark`. Threshold: WCAG 2.1 §1.4.3 (4.5, or 3 for large text).
"""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, NavigableString, Tag

from newsletters.preflight_checks.draft import Draft, Finding, Level

_DARK = re.compile(r"prefers-color-scheme:\s*dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", re.IGNORECASE)
_SIZE = re.compile(r"(?:font-size:|font:[^;]*?)(\d+)px")
Colours = dict[int, dict[str, str]]


def contrast(draft: Draft) -> Iterator[Finding]:
    for scheme, faults in (
        ("clair", faint_texts(draft.mail, {})),
        ("sombre", faint_texts(draft.mail, _dark_colours(draft.mail))),
    ):
        for text, ratio in list(faults.items())[:3]:
            yield Finding(
                "contrast",
                Level.WARN,
                f"Contraste de {ratio:.1f} en mode {scheme} : « {text[:60]} »".replace(".", ",", 1),
                draft.series,
                "Au-dessous de 4,5, le texte est illisible pour une partie des gens (RGAA 3.2).",
                "Corrigez les couleurs du gabarit de la lettre.",
            )


def faint_texts(mail: BeautifulSoup, dark: Colours) -> dict[str, float]:
    """Texts whose ratio is too low, with it. `dark`: colours that replace those of an element."""
    found = {}
    for text in (mail.body or mail).find_all(string=True):
        if type(text) is not NavigableString or not text.strip() or text.parent is None:
            continue
        if any("display:none" in str(tag.get("style")) for tag in text.parents):
            continue  # the preheader: read in the list of messages, never in the mail
        front = _inherited(text.parent, "color", dark) or "#000000"
        back = _inherited(text.parent, "background", dark) or "#ffffff"
        ratio = ratio_of(front, back)
        if ratio < (3 if _is_large(text.parent) else 4.5):
            found[text.strip()] = ratio
    return found


def ratio_of(front: str, back: str) -> float:
    high, low = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _inherited(tag: Tag, name: str, dark: Colours) -> str:
    for element in (tag, *tag.parents):
        own = dark.get(id(element), {}).get(name) or _own(element, name)
        if own:
            return own
    return ""


def _own(tag: Tag, name: str) -> str:
    style = str(tag.get("style") or "")
    pattern = r"background(?:-color)?:" if name == "background" else r"(?<![-\w])color:"
    if (found := re.search(pattern + r"[^;]*", style)) and (colour := _HEX.search(found[0])):
        return colour[0]
    return str(tag.get("bgcolor") or "") if name == "background" else ""


def _is_large(tag: Tag) -> bool:
    for element in (tag, *tag.parents):
        style = str(element.get("style") or "")
        if size := _SIZE.search(style):
            pixels = int(size[1])
            return pixels >= 24 or (pixels >= 19 and ("bold" in style or "700" in style))
    return False


def _dark_colours(mail: BeautifulSoup) -> Colours:
    """The dark rules applied in order; all of ours carry `!important`, the last one wins."""
    found: Colours = {}
    css = " ".join(style.get_text() for style in mail.find_all("style"))
    for block in _DARK.findall(css):
        for selector, declarations in _RULE.findall(block):
            colours = {
                name.strip().removesuffix("-color"): colour[0]
                for name, _, value in (part.partition(":") for part in declarations.split(";"))
                if name.strip() in ("color", "background", "background-color")
                and (colour := _HEX.search(value))
            }
            for tag in mail.select(selector.strip()):
                found.setdefault(id(tag), {}).update(colours)
    return found
