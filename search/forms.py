"""What a visitor may ask in an address: read leniently, written back always the same way."""

from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from search.engine import FACETS
from search.queries import MAX_LENGTH

SORTS = {"relevance": "Pertinence", "date": "Date"}
_MAX_VALUES = 20
_LONGEST_VALUE = 60
_LAST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """An address of the results page. Whatever is not understood is left out, never an error:
    these addresses are typed, cut and shared."""

    q: str = ""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    literal: bool = False

    @classmethod
    def read(cls, data: QueryDict) -> Self:
        filters = {name: _values(data.getlist(name)) for name in FACETS}
        page = data.get("page", "1")
        return cls(
            # Cut far above what is read, so that the answer can say that it cut.
            q=data.get("q", "")[: MAX_LENGTH * 5],
            filters={name: values for name, values in filters.items() if values},
            sort=data["sort"] if data.get("sort") in SORTS else "relevance",
            page=min(max(int(page), 1), _LAST_PAGE) if page.isdecimal() and len(page) < 5 else 1,
            literal=data.get("literal") == "1",
        )

    @property
    def is_empty(self) -> bool:
        return not (self.q.strip() or self.filters)

    def url(self) -> str:
        """The query string, one for each question: names and values in a fixed order."""
        pairs = [("q", self.q[:MAX_LENGTH])] if self.q else []
        for name in FACETS:
            pairs += [(name, value) for value in sorted(self.filters.get(name, ()))]
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        if self.literal:
            pairs.append(("literal", "1"))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return "?" + urlencode(pairs, errors="replace")

    def toggled(self, name: str, value: str) -> Self:
        """The same question with one more filter, or one less; back on the first page."""
        values = self.filters.get(name, ())
        kept = tuple(v for v in values if v != value) if value in values else (*values, value)
        return replace(self, filters=self.filters | {name: kept}, page=1)

    def at(self, page: int) -> Self:
        return replace(self, page=page)

    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the search field must carry along so that new words keep the filters."""
        pairs = [(name, value) for name, values in self.filters.items() for value in values]
        return pairs + ([("sort", self.sort)] if self.sort != "relevance" else [])


def _values(given: list[str]) -> tuple[str, ...]:
    values = [v for v in dict.fromkeys(given) if 0 < len(v) <= _LONGEST_VALUE and v.isprintable()]
    return tuple(values[:_MAX_VALUES])
