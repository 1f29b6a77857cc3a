"""The postings of one term in one Whoosh segment, read by blocks.

Whoosh's matchers step from one document to the next, three Python calls for each; a common word
has thousands. Their blocks are read here as they are on the disk: document numbers, weights and
positions of about a hundred documents each, ten times faster.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, repeat
from typing import Any, NamedTuple

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching.wrappers import FilterMatcher

FIELD = "terms"


class Block(NamedTuple):
    """`places`: positions, still encoded; see `search.schema.Places`."""

    numbers: list[int]
    weights: Sequence[float]
    places: Sequence[bytes]


def frequency(reader: Any, text: str) -> int:
    """How many documents of the segment hold the term, deleted ones too."""
    return int(reader.doc_frequency(FIELD, text))


def blocks(reader: Any, text: str, among: Sequence[int] | None = None) -> Iterator[Block]:
    """The postings in order of document; with `among`, sorted, only the blocks that may hold
    one of these documents."""
    if (FIELD, text) not in reader:
        return
    matcher = reader.postings(FIELD, text)
    # Documents deleted before the segment was opened would be skipped one by one; the pass
    # strikes out all the deleted ones, those of later too.
    if isinstance(matcher, FilterMatcher):
        matcher = matcher.child
    if not isinstance(matcher, W3LeafMatcher):
        yield from _one_by_one(matcher)
        return
    matcher.reset()
    position = 0
    while matcher.is_active():
        if among is not None:
            if position == len(among):
                return
            # The last number of a block is known without reading the block.
            if among[position] > matcher.block_max_id():
                matcher._next_block()
                continue
            position = bisect_left(among, matcher.block_max_id() + 1, position)
        yield _block(matcher)
        matcher._next_block()


def _block(matcher: W3LeafMatcher) -> Block:
    matcher._read_data()
    gaps, weights, places = matcher._data
    if weights is None or isinstance(weights, float):
        # Whoosh writes one number for a block whose weights are all the same.
        weights = list(repeat(1.0 if weights is None else weights, len(gaps)))
    return Block(list(accumulate(gaps)), weights, places)


def _one_by_one(matcher: Any) -> Iterator[Block]:
    """A term so rare that its postings are kept beside it."""
    while matcher.is_active():
        yield Block([matcher.id()], [matcher.weight()], [matcher.value()])
        matcher.next()
