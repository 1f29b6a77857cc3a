import pytest

from pages.typography import NARROW, WIDE, typeset, typeset_html, typeset_page

# « _ » stands for the thin no-break space, « ~ » for the wide one.
TEXTS = [
    ("Pourquoi ?", "Pourquoi_?"),
    ("Titre : sous-titre ; fin !", "Titre~: sous-titre_; fin_!"),
    ("«mot» et « mot »", "«~mot~» et «~mot~»"),
    ("42 % de 4 000 €", "42_% de 4_000_€"),
    ("en 2026 5 lieux", "en 2026 5 lieux"),
    ("n° 12, N°3", "n°_12, N°_3"),
    ("l'eau d'« agir »", "l’eau d’«~agir~»"),
    ("5'30 et 'mot'", "5'30 et 'mot'"),
    ("10:30, 3:1, oui?", "10:30, 3:1, oui?"),
    ("https://example.org/a?b='c' : voir", "https://example.org/a?b='c'~: voir"),
    ("l'adresse o'x@example.org ?", "l’adresse o'x@example.org_?"),
    ("a < b ? c > d !", "a < b_? c > d_!"),
    ("déjà\u00a0! et\u202f?", "déjà_! et_?"),
    ("mot – incise – mot…", "mot~– incise~– mot…"),
    ("https://example.org/l'an et l'an", "https://example.org/l'an et l’an"),
    ("", ""),
]
HTML = [
    ('<p>Oui ? <a href="https://e.org/?q=l\'eau ?">l\'eau</a> !</p>',
     '<p>Oui_? <a href="https://e.org/?q=l\'eau ?">l’eau</a>_!</p>'),
    ("<p>Q &amp; R ; l'<b>eau</b></p>", "<p>Q &amp; R_; l’<b>eau</b></p>"),
    ("<p>« <i>mot</i> »</p>", "<p>«~<i>mot</i>~»</p>"),
    ("<p>l&#x27;eau, l&#39;air</p>", "<p>l’eau, l’air</p>"),
    ("<p>Voir :</p><p>l'eau</p>", "<p>Voir~:</p><p>l’eau</p>"),
]  # fmt: skip


@pytest.mark.parametrize("space", [NARROW, WIDE])
@pytest.mark.parametrize(("given", "expected"), TEXTS)
def test_plain_text_is_set_in_french(given, expected, space):
    assert typeset(given, space) == expected.replace("_", space).replace("~", WIDE)


@pytest.mark.parametrize("space", [NARROW, WIDE])
@pytest.mark.parametrize(("given", "expected"), HTML)
def test_html_is_set_outside_its_tags_and_entities(given, expected, space):
    assert typeset_html(given, space) == expected.replace("_", space).replace("~", WIDE)


@pytest.mark.parametrize("given", [text for text, _ in TEXTS] + ["«»", "« »", "a  !", "« « a » »"])
def test_setting_twice_changes_nothing(given):
    once = typeset(given, NARROW)
    assert typeset(once, NARROW) == once
    assert typeset(typeset(given, WIDE), NARROW) == once


@pytest.mark.parametrize(
    "verbatim",
    [
        "<script>if (l'a) b ? c : d</script>",
        '<script type="application/ld+json">{"name": "L\'eau : oui"}</script>',
        "<style>a :hover, b'c {}</style>",
        "<textarea>L'eau !</textarea>",
        "<pre>l'a : b</pre>",
        "<code>l'a : b</code>",
        "<template><p>l'a : b</p></template>",
        "<!-- l'a : b -->",
        '<input value="L\'eau : oui" placeholder="L\'eau ?">',
        '<a href="/?q=l\'eau : oui" title="a > l\'eau">',
        "<p>https://example.org/pages/livres novembre/décembre@example.org</p>",
        "<p>example.org/pages/livres 12/2026 et/ou www.example.org/ville</p>",
        "<p>&amp; &lt;l&quot;</p>",
        "\ufffe&\ufffe<",
        "<script>l'a",
    ],
)
def test_what_is_not_prose_is_sent_as_it_is(verbatim):
    assert typeset_page(verbatim) == verbatim


def test_a_line_may_end_after_the_slash_of_two_long_words():
    assert typeset_page("<b>novembre/décembre.</b>") == "<b>novembre/\u200bdécembre.</b>"
