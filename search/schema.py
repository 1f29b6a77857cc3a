"""What Whoosh keeps of a document."""

from array import array
from collections.abc import Iterator
from typing import Any

from whoosh import columns, fields, formats

from search.weights import Weighed

_INTEGER = array("I").itemsize


class Places(formats.Positions):
    """Positions as plain integers: read four times faster than Whoosh's pickled lists, and a
    phrase of common words reads thousands of them."""

    def encode(self, poslist: list[int]) -> bytes:
        return array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> "array[int]":
        places = array("I")
        places.frombytes(bytes(valuestring))
        return places

    def decode_frequency(self, valuestring: bytes) -> int:
        return len(valuestring) // _INTEGER

    def decode_weight(self, valuestring: bytes) -> float:
        return float(self.decode_frequency(valuestring))


class TermField(fields.FieldType):
    """Terms that were weighed outside: no analyzer of Whoosh's."""

    def __init__(self) -> None:
        super().__init__(format=Places(), analyzer=None)

    def index(self, value: Weighed, **kwargs: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        encode = self.format.encode
        for text, positions in value.positions.items():
            yield text.encode(), len(positions), value.weights[text], encode(positions)


def whoosh_schema() -> fields.Schema:
    return fields.Schema(
        terms=TermField(),
        page=fields.ID(),
        # Read once for each segment, all together: see weights.row_of.
        row=fields.COLUMN(columns.VarBytesColumn()),
        stored=fields.STORED(),
    )
