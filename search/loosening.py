"""What a query may also mean, for when what it says is hardly found: words of one family,
neighbours of the glossary, the likeliest spelling of a word that nothing holds."""

from collections.abc import Iterator
from dataclasses import replace

from search.analysis import fold
from search.kinship import may_be
from search.queries import Clause, Either, Faint, Glossary, Query, QueryWord, Word, groups_of
from search.suggestions import Vocabulary

_INFLECTED = 0.8  # joue for « jouent »
_RESPELT = 0.6
_KIN = 0.4  # habitat for « habitant »
_NEIGHBOUR = 0.4  # voisin for « habitant »


def loosened(query: Query, vocabulary: Vocabulary, glossary: Glossary) -> Query:
    """The same query, knowing what its words are near to."""
    words = {word.clause: word for word in query.words}
    clauses = tuple(
        _loose(clause, words[clause], vocabulary, glossary) if clause in words else clause
        for clause in query.clauses
    )
    return replace(query, loosened=clauses if clauses != query.clauses else ())


def _loose(clause: Clause, word: QueryWord, vocabulary: Vocabulary, glossary: Glossary) -> Clause:
    near = tuple(_near(word, vocabulary, glossary))
    return Either((clause, *near)) if near else clause


def _near(word: QueryWord, vocabulary: Vocabulary, glossary: Glossary) -> Iterator[Clause]:
    kin = vocabulary.kin(word.surface)
    if terms := _terms(kin, word):
        yield Faint(Word(terms), _KIN)
    found = dict.fromkeys(
        clause for term in word.clause.texts for clause in glossary.neighbours.get(term, ())
    )
    if word.surface not in vocabulary.words:
        # The stemmer takes « -ent » for a noun's: a verb in the plural would stand alone.
        if word.surface.endswith("ent") and (terms := _terms([word.surface[:-2]], word)):
            yield Faint(Word(terms), _INFLECTED)
        # What the glossary knows was meant as it is written.
        spelling = [] if found else vocabulary.suggest(word.surface)[:1]
        spelling = [other for other in spelling if may_be(word.surface, fold(other))]
        if terms := _terms(spelling, word):
            yield Faint(Word(terms), _RESPELT)
    if found:
        yield Faint(Either(tuple(found)), _NEIGHBOUR)


def _terms(spellings: list[str], word: QueryWord) -> tuple[str, ...]:
    """The terms of these words that the word itself does not look for."""
    terms = (term for spelling in spellings for group in groups_of(spelling) for term in group)
    return tuple(dict.fromkeys(term for term in terms if term not in word.clause.texts))
