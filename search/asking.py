"""The words of asking: how a question is put, never what it is about.

By grammatical class, so that a word is here for what it is and not for the query it spoiled.
Folded; dropped only from what is long enough to be a sentence, when something else is left.
"""

from search.words import word_set

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
    alors vraiment sans afin selon vers chez entre pendant depuis lors apres avant
""")
_COURTESY = word_set("merci bonjour bonsoir svp besoin")

ASKING = _INTERROGATIVES | _CARRIERS | _INDEFINITES | _PRONOUNS | _ADVERBS | _COURTESY
