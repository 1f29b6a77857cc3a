import pytest

from newsletters.typography import NARROW, WIDE, typeset, typeset_html

# « _ » stands for the no-break space.
TEXTS = [
    ("Pourquoi ?", "Pourquoi_?"),
    ("Titre : sous-titre ; fin !", "Titre_: sous-titre_; fin_!"),
    ("«mot» et « mot »", "«_mot_» et «_mot_»"),
    ("42 % de 4 000 €", "42_% de 4_000_€"),
    ("en 2026 5 lieux", "en 2026 5 lieux"),
    ("n° 12, N°3", "n°_12, N°_3"),
    ("l'eau d'« agir »", "l’eau d’«_agir_»"),
    ("5'30 et 'mot'", "5'30 et 'mot'"),
    ("10:30, 3:1, oui?", "10:30, 3:1, oui?"),
    ("https://example.org/a?b='c' : voir", "https://example.org/a?b='c'_: voir"),
    ("l'adresse o'x@example.org ?", "l’adresse o'x@example.org_?"),
    ("a < b ? c > d !", "a < b_? c > d_!"),
    ("déjà\u00a0! et\u202f?", "déjà_! et_?"),
    ("", ""),
]
HTML = [
    ('<p>Oui ? <a href="https://e.org/?q=l\'eau ?">l\'eau</a> !</p>',
     '<p>Oui_? <a href="https://e.org/?q=l\'eau ?">l’eau</a>_!</p>'),
    ("<p>Q &amp; R ; l'<b>eau</b></p>", "<p>Q &amp; R_; l’<b>eau</b></p>"),
    ("<p>« <i>mot</i> »</p>", "<p>«_<i>mot</i>_»</p>"),
]  # fmt: skip


@pytest.mark.parametrize("space", [NARROW, WIDE])
@pytest.mark.parametrize(("given", "expected"), TEXTS)
def test_plain_text_is_set_in_french(given, expected, space):
    assert typeset(given, space) == expected.replace("_", space)


@pytest.mark.parametrize("space", [NARROW, WIDE])
@pytest.mark.parametrize(("given", "expected"), HTML)
def test_html_is_set_outside_its_tags_and_entities(given, expected, space):
    assert typeset_html(given, space) == expected.replace("_", space)


@pytest.mark.parametrize("given", [text for text, _ in TEXTS] + ["«»", "« »", "a  !", "« « a » »"])
def test_setting_twice_changes_nothing(given):
    once = typeset(given, NARROW)
    assert typeset(once, NARROW) == once
    assert typeset(typeset(given, WIDE), NARROW) == once
