"""A visitor's text, read with what this index knows: its words, the acronyms it explains."""

import logging
import threading

from search.engine import UnusableIndexError, get_engine
from search.glossary import glossary
from search.loosening import loosened
from search.queries import Query, parse
from search.suggestions import Vocabulary

logger = logging.getLogger(__name__)
_vocabulary: tuple[str, int, Vocabulary] | None = None
_lock = threading.Lock()


def read(text: str) -> Query:
    """The query, with what its words are near to; without it while the index is unusable."""
    try:
        words = vocabulary()
    except UnusableIndexError:
        # Said, and mended, by the search itself.
        return parse(text, glossary())
    entries = glossary(words.acronyms)
    return loosened(parse(text, entries), words, entries)


def vocabulary() -> Vocabulary:
    """The words of the current index; those added since the last call are learnt."""
    global _vocabulary
    engine = get_engine()
    location, mark = engine.location(), engine.vocabulary_mark()
    with _lock:
        if _vocabulary is None or _vocabulary[0] != location:
            _vocabulary = (location, mark, Vocabulary.of(engine.vocabulary()))
        elif _vocabulary[1] < mark:
            _vocabulary[2].learn(engine.vocabulary(_vocabulary[1]))
            _vocabulary = (location, mark, _vocabulary[2])
        return _vocabulary[2]
