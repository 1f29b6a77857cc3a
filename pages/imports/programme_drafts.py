"""Turn a parsed programme of work into draft pages; an editor reads, corrects and publishes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from django.db import transaction
from django.utils.text import slugify

from pages.imports.drafts import territories_of
from pages.imports.programme import Action, Axis, CrossReference, Doubt, Programme, all_actions
from pages.models import (
    ActionFormat,
    ActionIndexPage,
    ActionListing,
    ActionPage,
    ProgrammeAxis,
    ProgrammePage,
)

CONSIDERED = re.compile(r"envisag|pressent|souhait|possible|à confirmer|potentiel", re.IGNORECASE)
# The first that a format contains; an editor may move it to another family.
FAMILIES = (
    (r"formation|cycle|qualification|stage|module|parcours", ActionFormat.Family.TRAINING),
    (r"groupe|réseau|pairs|club", ActionFormat.Family.PEERS),
    (r"atelier", ActionFormat.Family.WORKSHOP),
    (
        r"journée|visite|rencontre|séminaire|samedi|déjeuner|colloque|conférence|débat|réunion"
        r"|5 à 7|matinée|après-midi|forum|voyage|webinaire|soirée|café",
        ActionFormat.Family.DAY,
    ),
)


@dataclass(frozen=True)
class Drafted:
    """The programme's page, and the page of each action in the order of the file.

    `made` is False when the programme was already there: then nothing was written.
    `new_formats` joined the vocabulary under a guessed family.
    """

    page: ProgrammePage
    actions: tuple[ActionPage, ...]
    made: bool
    new_formats: tuple[str, ...] = ()


@transaction.atomic
def create_drafts(*, programme: Programme, parent: ActionIndexPage) -> Drafted:
    """A draft of the programme and one of each action, all or none.

    A programme is known by its title and year: a second import changes nothing, so that an
    editor's corrections survive. An action left by a programme since deleted is taken again.
    """
    title = programme.title or f"Programme {programme.year or 'sans date'}"
    slug = _slug(title, programme.year)
    existing = ProgrammePage.objects.child_of(parent).filter(slug=slug).first()
    if existing:
        return Drafted(existing, tuple(_presented(existing)), made=False)
    return _Writer(programme, parent).write(title, slug)


def doubts_of(programme: Programme) -> list[Doubt]:
    """Those about the whole, its parts and its actions, in the order of the file."""
    found = list(programme.doubts)
    for axis in every_axis(programme.axes):
        found += axis.doubts
        found += [doubt for action in axis.actions for doubt in action.doubts]
    return sorted(found, key=lambda doubt: doubt.line)


def references_of(programme: Programme) -> list[CrossReference]:
    return [ref for axis in every_axis(programme.axes) for ref in axis.references]


def every_axis(axes: tuple[Axis, ...]) -> Iterator[Axis]:
    """Each axis, then what is below it."""
    for axis in axes:
        yield axis
        yield from every_axis(axis.subaxes)


def _presented(page: ProgrammePage) -> Iterator[ActionPage]:
    for axis in page.axes.all():
        for row in axis.listings.filter(is_main=True).select_related("action"):
            yield row.action


def _slug(words: str, year: int | None) -> str:
    name = slugify(words)[:100].strip("-")
    return name if year and name.endswith(str(year)) else f"{name}-{year or 'sans-date'}"


class _Writer:
    """One import: what it made so far, and where cross-references lead."""

    def __init__(self, programme: Programme, parent: ActionIndexPage) -> None:
        self.programme, self.parent = programme, parent
        self.new_formats: list[str] = []
        # Pages of this import: in no axis yet, but not left over.
        self.used: set[int] = set()
        self.pages: dict[int, ActionPage] = {}

    def write(self, title: str, slug: str) -> Drafted:
        programme = self.programme
        for axis in every_axis(programme.axes):
            for action in axis.actions:
                self.pages[id(action)] = self.action(action, axis)
        notes = [f"<p>{number}. {escape(text)}</p>" for number, text in programme.footnotes]
        page = ProgrammePage(
            title=title[:255],
            slug=slug,
            year=programme.year,
            introduction=_paragraphs(programme.introduction) + "".join(notes),
            live=False,
        )
        own = [*programme.doubts, *(d for axis in every_axis(programme.axes) for d in axis.doubts)]
        _note(page, own)
        for axis in programme.axes:
            self.add_axis(page, axis, ProgrammeAxis.Level.AXIS)
        self.parent.add_child(instance=page)
        # clean=False: a draft keeps what is doubtful; publishing refuses it.
        page.save_revision(clean=False)
        actions = tuple(self.pages.values())
        return Drafted(page, actions, made=True, new_formats=tuple(self.new_formats))

    def add_axis(self, page: ProgrammePage, axis: Axis, level: str) -> None:
        row = ProgrammeAxis(
            level=level,
            code=axis.code[:20],
            title=axis.title[:300],
            options=_paragraphs(axis.options),
        )
        row.listings = [
            listing
            for entry in sorted([*axis.actions, *axis.references], key=lambda entry: entry.line)
            if (listing := self.listing(entry))
        ]
        page.axes.add(row)
        for below in axis.subaxes:
            self.add_axis(page, below, ProgrammeAxis.Level.SUBAXIS)

    def listing(self, entry: Action | CrossReference) -> ActionListing | None:
        """The row of an action where it is presented, or where it is only recalled."""
        if isinstance(entry, Action):
            return ActionListing(action=self.pages[id(entry)], is_main=True)
        if entry.target_action is None:
            return None
        axis, rank = entry.target_action
        target = self.pages[id(all_actions(self.programme.axes[axis])[rank])]
        return ActionListing(action=target, is_main=False, local_title=entry.title[:300])

    def action(self, action: Action, axis: Axis) -> ActionPage:
        """The page left by a programme since deleted, or a new one.

        Known by title and year; the « Autres actions » of a second axis take its name too.
        """
        year, title = self.programme.year, action.title[:80] or f"Action {action.code}"
        for slug in (_slug(title, year), _slug(f"{title} {axis.title[:60]}", year)):
            page = ActionPage.objects.child_of(self.parent).filter(slug=slug).first()
            if page is None:
                return self.add(action, slug)
            if not (page.live or page.pk in self.used or page.listings.exists()):
                self.used.add(page.pk)
                return page
        return self.add(action, "")  # Wagtail makes one from the title and a number

    def add(self, action: Action, slug: str) -> ActionPage:
        page = self.parent.add_child(instance=self.draft(action, slug))
        page.save_revision(clean=False)
        self.used.add(page.pk)
        return page

    def draft(self, action: Action, slug: str) -> ActionPage:
        extra = list(action.other)
        period, sessions = action.period, action.sessions
        page = ActionPage(
            title=action.title[:255] or f"Action {action.code or 'sans titre'}",
            slug=slug,
            code=action.code[:30],
            year=self.programme.year,
            format=self.format(action.format),
            period_label=_fit(period.label if period else "", 200, "Date ou période", extra),
            period_earliest=period.earliest if period else None,
            period_latest=period.latest if period else None,
            sessions_label=_fit(sessions.label if sessions else "", 200, "Séances", extra),
            sessions_min=sessions.minimum if sessions else None,
            sessions_max=sessions.maximum if sessions else None,
            sessions_unit=sessions.unit[:30] if sessions else "",
            audiences=action.audiences,
            territory_label=_fit(action.territories, 300, "Territoire", extra),
            animation=action.animation,
            speakers=action.speakers,
            objectives=_paragraphs((action.objectives,) if action.objectives else ()),
            contents=_items(action.contents),
            live=False,
            **_partners(action),
        )
        page.territories = territories_of(action.territories)
        named = [f"<p><b>{escape(label)}</b> : {escape(value)}</p>" for label, value in extra]
        told = [f"<p>{escape(text)}</p>" for text in action.paragraphs]
        page.body = [("paragraph", html) for html in [*told, *named]]
        _note(page, action.doubts)
        return page

    def format(self, words: str) -> ActionFormat | None:
        name = " ".join(words.split())[:120]
        known = ActionFormat.objects.all().called(name) if name else None
        if known is None and name:
            known = ActionFormat.objects.create(name=name, family=_family(name))
            self.new_formats.append(name)
        return known


def _family(name: str) -> str:
    for words, family in FAMILIES:
        if re.search(words, name, re.IGNORECASE):
            return family
    return ActionFormat.Family.SUPPORT


def _partners(action: Action) -> dict[str, str]:
    considered = CONSIDERED.search(action.partnerships_label)
    field = "partners_considered" if considered else "partners_committed"
    return {field: action.partnerships}


def _fit(value: str, limit: int, label: str, extra: list[tuple[str, str]]) -> str:
    """The value; one that its field cannot hold is cut there and kept whole in the text."""
    if len(value) <= limit:
        return value
    extra.append((label, value))
    return value[: limit - 1].rstrip() + "…"


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _items(texts: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>" if texts else ""


def _note(page: ActionPage | ProgrammePage, doubts: "list[Doubt] | tuple[Doubt, ...]") -> None:
    """Beside the page, what the import doubted of it."""
    page.import_notes = "\n".join(f"Ligne {doubt.line} – {doubt.message}" for doubt in doubts)
