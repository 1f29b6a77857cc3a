"""An issue as the index keeps it: one document for itself, one for each of its items.

Read from what the blocks store. `newsletters.letter.compose` says the same (a test compares
them) but makes values, pictures and clean HTML: nine tenths of the time of a rebuild.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from wagtail import blocks

from newsletters.letter import Kind, Visibility
from newsletters.models import IssuePage, SectionTemplate
from pages.models import ExperiencePage, Resource
from search.texts import plain

# Items that only point at something indexed for itself: they are read with their issue.
_WITHIN_ISSUE = (Kind.EXPERIENCE, Kind.PAGE, Kind.IMAGE)
_OF_A_RESOURCE = ("kind", "title", "author", "publisher", "note")
_NOT_WORDS = {"title", "text", "url", "link_label", "visibility"}


@dataclass(frozen=True, slots=True)
class ItemText:
    """`details`: kicker, source, author, publisher, caption. `within`: read with its issue."""

    kind: str
    anchor: str
    section: str
    title: str
    text: str
    details: str
    within: bool


@dataclass(slots=True)
class Letters:
    """The issues of a chunk, with the titles of sections and of sheets that they refer to."""

    sections: dict[tuple[int, str], str]
    sheets: dict[int, tuple[str, str]]
    resources: dict[int, dict[str, str]]

    @classmethod
    def of(cls, issues: Sequence[IssuePage]) -> "Letters":
        if not issues:
            return cls({}, {}, {})
        rows = SectionTemplate.objects.filter(periodical__in={i.periodical_id for i in issues})
        sections = {
            (series, key): title
            for series, key, title in rows.values_list("periodical_id", "key", "title")
        }
        values = [item["value"] for issue in issues for _section, item in _raw_items(issue)]
        chosen = {value["resource"] for value in values if value.get("resource")}
        resources = Resource.objects.filter(pk__in=chosen).values(*_OF_A_RESOURCE, "pk")
        wanted = {value["page"] for value in values if value.get("page")}
        sheets = ExperiencePage.objects.live().public().filter(pk__in=wanted)
        names = sheets.values_list("pk", "title", "short_title", "territory_label", "standfirst")
        return cls(
            sections,
            {pk: (short or title, f"{place}\n{text}") for pk, title, short, place, text in names},
            {row.pop("pk"): row for row in resources},
        )

    def intros(self, issue: IssuePage) -> list[str]:
        return [section.get("intro") or "" for section, _rank in _raw_sections(issue)]

    def items(self, issue: IssuePage) -> Iterator[ItemText]:
        """The items that the web edition shows, in order."""
        inner = issue.body.stream_block.child_blocks["section"].child_blocks["items"].child_blocks
        for section, number in _raw_sections(issue):
            key = str(section.get("key") or "")
            known = self.sections.get((issue.periodical_id, key), f"Rubrique {number}")
            title = section.get("title") or known
            slug = slugify(key) or f"rubrique-{number}"
            for rank, raw in enumerate(section.get("items") or (), start=1):
                if raw["type"] in inner and raw["value"].get("visibility") != Visibility.MAIL:
                    yield self._item(raw, inner[raw["type"]], title, f"{slug}-{rank}")

    def _item(self, raw: Any, block: blocks.Block, section: str, rank: str) -> ItemText:
        kind, value, id_ = raw["type"], self._completed(raw["value"]), raw.get("id")
        title, lead = self.sheets.get(value.get("page"), ("", ""))
        title = plain(value.get("title") or "") or title
        return ItemText(
            kind=kind,
            anchor=f"{kind}-{id_[:8]}" if id_ else rank,
            section=section,
            title=title,
            text=plain(value.get("text") or "") or lead,
            details="\n".join(_details(block, value)),
            within=kind in _WITHIN_ISSUE or not title,
        )

    def _completed(self, value: dict[str, Any]) -> dict[str, Any]:
        """With what the chosen resource says where the letter says nothing; its kind, always."""
        known = self.resources.get(value.get("resource") or 0)
        if known is None:
            return value
        said = {name: value.get(name) or known[name] for name in ("title", "author", "publisher")}
        text = value.get("text") or known["note"]
        return value | said | {"kind": known["kind"], "text": text}


def _details(block: Any, value: dict[str, Any]) -> Iterable[str]:
    for name, child in block.child_blocks.items():
        if name in _NOT_WORDS or not isinstance(child, blocks.FieldBlock):
            continue
        raw = value.get(name, child.meta.default)
        if isinstance(child, blocks.ChoiceBlock):
            yield str(dict(child.field.choices).get(raw, ""))
        elif isinstance(child, blocks.CharBlock) and raw:
            yield plain(raw)


def _raw_sections(issue: IssuePage) -> Iterator[tuple[dict[str, Any], int]]:
    for number, section in enumerate(issue.body.raw_data, start=1):
        yield section["value"] or {}, number


def _raw_items(issue: IssuePage) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for section, _number in _raw_sections(issue):
        for item in section.get("items") or ():
            yield section, item | {"value": item.get("value") or {}}
