"""The e-mail edition: a Django template writes MJML, which becomes HTML for mail clients."""

import re

from django.template.loader import render_to_string

from mjml import mjml2html

from newsletters.editions import PREFERENCES_TOKEN, UNSUBSCRIBE_TOKEN, laid_out
from newsletters.letter import EditionError, Item, Letter, Visibility
from newsletters.richtext import MAX_BYTES
from pages.typography import WIDE

# Stand for our tokens while the editors' « %% » are made harmless. Code points that `richtext`
# removes from whatever an editor writes: nobody else's text can be a token.
_LEAVE, _CHOOSE = "\ufdd0", "\ufdd1"
_COMPILED = {"&#64976;": UNSUBSCRIBE_TOKEN, "&#64977;": PREFERENCES_TOKEN}
# The title too: it becomes the `aria-label` of the whole mail.
_TAG = re.compile(r"<mj-title>[^<]*|<[a-z][^>]*>")
_NOT_PRINTABLE_ASCII = re.compile(r"[^\x20-\x7e\n]|\\")
_INDENTATION = re.compile(r"\n\s*")
# npm's compiler merges Outlook's neighbouring conditionals, this one does not: 3 % of the bytes
# before Gmail clips the message (MJML 4 does the same join).
_SPLIT_CONDITIONAL = re.compile(r"<!\[endif\]-->\s*<!--\[if mso \| IE\]>")


def render(letter: Letter) -> str:
    """A whole HTML document, UTF-8, for one mailing; the recipient's links are placeholders.

    It holds `%%unsubscribe_url%%` and `%%preferences_url%%` once each. Raises EditionError when
    the source exceeds 512 KB or the compiler refuses it; the compiler never sees text that is not
    escaped or cleaned: it escapes nothing itself.
    """
    shown = laid_out(letter, Visibility.MAIL, WIDE)
    html = _compile(source(shown), shown)
    html = html.replace("%%", "&#37;&#37;")
    for mark, token in _COMPILED.items():
        html = html.replace(mark, token)
    return html


def source(letter: Letter) -> str:
    """The MJML of a letter already laid out, every value in it escaped or clean."""
    context = {
        "letter": letter,
        "unsubscribe_url": _LEAVE,
        "preferences_url": _CHOOSE,
        "own_title": letter.periodical.casefold() not in letter.title.casefold(),
    }
    rendered = render_to_string("newsletters/email/letter.mjml", context)
    return tags_in_ascii(_INDENTATION.sub("\n", rendered))


def tags_in_ascii(markup: str) -> str:
    """The MJML with the other characters of its tags, and of its title, as entities.

    mrml writes attributes with Rust's debug format: a no-break space in an alternative or in the
    name of the mail would be read « \\u{a0} » and a backslash would be doubled.
    """
    return _TAG.sub(_in_ascii, markup)


def _in_ascii(tag: re.Match[str]) -> str:
    return _NOT_PRINTABLE_ASCII.sub(lambda found: f"&#{ord(found[0])};", tag[0])


def _compile(markup: str, letter: Letter) -> str:
    if len(markup.encode()) > MAX_BYTES:
        raise EditionError(
            "Le courriel dépasse 512 Ko : raccourcissez les textes ou retirez des contenus."
        )
    try:
        # No fonts and no social icons: nothing is asked of a third party from a reader's mail.
        html = mjml2html(markup, fonts={}, disable_comments=True)
    except ValueError as error:
        raise EditionError(f"Le courriel n'a pas pu être composé. {_culprit(letter)}") from error
    return _SPLIT_CONDITIONAL.sub("", html)


def _culprit(letter: Letter) -> str:
    """The parser gives no position: each item is tried alone to say which one it refuses."""
    for section in letter.sections:
        for item in section.items:
            try:
                mjml2html(f"<mjml><mj-body><mj-text>{_body(item)}</mj-text></mj-body></mjml>")
            except ValueError:
                return f"Revoyez « {item.title or item.anchor} » (rubrique « {section.title} »)."
    return "Revoyez le titre, l'éditorial et les titres de rubrique."


def _body(item: Item) -> str:
    return render_to_string(f"newsletters/email/items/{item.kind}.html", {"item": item})
