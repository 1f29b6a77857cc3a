"""The words of asking: how a question is put, never what it is about.

By grammatical class, so that a word is here for what it is and not for the query it spoiled.
Folded; dropped only from what is long enough to be a sentence, when something else is left.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from search.words import word_set

if TYPE_CHECKING:
    from search.queries import QueryWord

_INTERROGATIVES = word_set("""
    comment pourquoi combien quand quoi quel quels quelle quelles lequel laquelle lesquels
    lesquelles est-ce
""")
# Modals and verbs that carry another verb or noun: « peut-on faire », « que devient ».
_CARRIERS = word_set("""
    peut peux pouvez pouvons peuvent pourrait pourrais pourraient pourrons faut faudrait doit dois
    doivent devrait devrais veut veux veulent voudrait voudrais aimerais aimerait souhaite
    souhaiterais savoir sais sait connaitre connait trouver trouve cherche chercher recherche existe
    existent faire fait fais font servir sert servent va vais vont aller deviennent devient passe
    mettre met permet
""")
_INDEFINITES = word_set("""
    gens quelqu quelque quelques chose choses personne tout tous toute toutes monde autre autres
    certain certains certaines aucun aucune rien truc cela ca
""")
_PRONOUNS = word_set("moi toi soi nous vous elles eux lui ils elle celui celle ceux celles")
_ADVERBS = word_set("""
    tres trop bien mal mieux plus moins assez peu beaucoup deja encore toujours jamais aussi ainsi
    alors vraiment
""")
# Prepositions bind other words, whatever the length of what is asked.
PREPOSITIONS = word_set("sans afin selon vers chez entre pendant depuis lors apres avant")
_COURTESY = word_set("merci bonjour bonsoir svp besoin")

ASKING = (
    _INTERROGATIVES | _CARRIERS | _INDEFINITES | _PRONOUNS | _ADVERBS | _COURTESY | PREPOSITIONS
)


def telling(words: "Sequence[QueryWord]") -> "list[QueryWord]":
    """Without the words of asking in what is long enough to be a sentence, nor prepositions in
    a group of words; all of them when nothing else would be left."""
    for least, small in ((4, ASKING), (3, PREPOSITIONS)):
        kept = [word for word in words if word.surface not in small or _is_part(word)]
        if len(words) >= least and len(kept) > 1:
            return kept
    return list(words)


def _is_part(word: "QueryWord") -> bool:
    """Whether it was written in a longer one: « sans-abri » is also looked for whole."""
    return any(len(text) > len(word.surface) for text in word.clause.texts)
