"""What differs between two or three runs of a case, and which change is responsible for it.

A change can only move what is computed at its own stage or later, so each effect between two runs is traced to the
changes at or before its stage. Where exactly one is left, it is the cause; where several are, they are all named: the
runs alone cannot tell them apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from newsctx.document import Document
from newsctx.overrides import Override, dump_overrides, first_stage, replay
from newsctx.records import STAGES, Record, StageName
from newsctx.worddiff import Part, differences

MOST = 3  # runs that are compared at once
ChangeKind = Literal["override", "order", "setting", "input", "archive", "model", "code"]
EffectKind = Literal["ranking", "clusters", "chunks", "place", "date", "caption"]

#: Ranking stages, the latest first: the order of the first that has run is the final one.
FINAL: tuple[StageName, ...] = ("events", "locate", "verify", "retrieve")
#: The stage at which an effect shows.
AT: dict[EffectKind, StageName] = {
    "ranking": "events", "clusters": "events", "chunks": "chunks", "place": "context", "date": "context",
    "caption": "caption",
}  # fmt: skip
#: The first stage that a group of settings touches; of groups that are not here, the first stage of all.
SETTINGS_AT: dict[str, StageName] = {
    "retrieve": "retrieve", "copy_detection": "retrieve", "fusion": "retrieve", "refine": "retrieve",
    "structure": "retrieve", "words": "retrieve", "verify": "retrieve", "locate": "locate", "events": "events",
    "relevance": "relevance", "chunks": "chunks", "context": "context", "caption": "caption",
}  # fmt: skip
INPUTS_AT: dict[str, StageName] = {"note": "retrieve", "claim.text": "chunks", "claim.place": "context"}


class Change(Record):
    """One thing that was set differently in two runs."""

    kind: ChangeKind
    name: str = ""  # dotted name of a setting or an input, slot of a model
    before: str = ""
    after: str = ""
    override: Override | None = None
    added: bool = True  # the override is in the second run; else in the first
    stage: StageName | None = None  # the first stage that it can change; None: no result at all


class Moved(Record):
    """An article whose rank in the final order is not the same in all runs."""

    article_id: str
    headline: str
    ranks: tuple[int | None, ...]  # by run; None: not in the order


class Effect(Record):
    """Something that came out differently in two runs, with the changes that can be responsible."""

    kind: EffectKind
    before: str = ""
    after: str = ""
    gained: tuple[str, ...] = ()  # ids only in the second run
    lost: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()  # ids of articles at another rank in both
    causes: tuple[int, ...] = ()  # indices into the step's changes


class Step(Record):
    """From one run to the next."""

    first: int  # index of the runs
    second: int
    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def cause(self) -> Change | None:
        """The one change that explains all effects; None where there is none or more than one."""
        named = {i for e in self.effects for i in e.causes}
        return self.changes[named.pop()] if len(named) == 1 and all(e.causes for e in self.effects) else None


class Row(Record):
    """A value by run, with whether all runs agree."""

    name: str
    values: tuple[str, ...]

    @property
    def alike(self) -> bool:
        return len(set(self.values)) <= 1


class Item(Record):
    """An event or a passage, and the runs that have it."""

    id: str
    text: str
    there: tuple[bool, ...]


class Comparison(Record):
    """Runs side by side; every tuple of values is in the order of `labels`."""

    labels: tuple[str, ...]
    final: tuple[StageName | None, ...]  # the stage whose order is the run's final one
    moved: tuple[Moved, ...] = ()  # by their best rank in any run
    unmoved: int = 0  # articles with the same rank in all runs
    answers: tuple[Row, ...] = ()  # place and date, with their basis
    clusters: tuple[Item, ...] = ()  # not in all runs
    chunks: tuple[Item, ...] = ()
    captions: tuple[str, ...] = ()
    caption_parts: tuple[tuple[Part, ...], ...] = ()  # from each run to the next; empty where nothing differs
    settings: tuple[Row, ...] = ()  # only those that differ
    models: tuple[Row, ...] = ()  # only those that differ
    archive: Row
    version: Row
    seconds: tuple[Row, ...] = ()  # by stage; "" where it did not run
    steps: tuple[Step, ...] = Field(default=(), description="first to second run, second to third")


def compare(runs: Sequence[tuple[str, Document]]) -> Comparison:
    """Compare two or three runs, given with a label each and in the order in which they are to be read.

    Raises:
        ValueError: fewer than two runs, or more than three.
    """
    if not 2 <= len(runs) <= MOST:
        raise ValueError(f"two or three runs are compared, not {len(runs)}")
    labels, documents = tuple(label for label, _ in runs), tuple(d for _, d in runs)
    moved, unmoved = _moved(documents)
    captions = tuple(_caption(d) for d in documents)
    pairs = list(zip(documents, documents[1:], strict=False))
    return Comparison(
        labels=labels,
        final=tuple(_final(d)[0] for d in documents),
        moved=moved,
        unmoved=unmoved,
        answers=(
            Row(name="place", values=tuple(_place(d) for d in documents)),
            Row(name="date", values=tuple(_date(d) for d in documents)),
        ),
        clusters=_items([_clusters(d) for d in documents]),
        chunks=_items([_chunks(d) for d in documents]),
        captions=captions,
        caption_parts=tuple(_words(a, b) for a, b in zip(captions, captions[1:], strict=False)),
        settings=_differing([_flat(d.settings) for d in documents]),
        models=_differing([_models(d) for d in documents]),
        archive=Row(name="archive", values=tuple(f"{d.archive.name} {d.archive.version}".strip() for d in documents)),
        version=Row(name="version", values=tuple(d.version for d in documents)),
        seconds=_seconds(documents),
        steps=tuple(_step(i, a, b) for i, (a, b) in enumerate(pairs)),
    )  # fmt: skip


# --- what came out ------------------------------------------------------------------------------------------------


def _final(document: Document) -> tuple[StageName | None, dict[str, int]]:
    """The latest ranking stage with a result, and the rank of each of its articles."""
    for stage in FINAL:
        result = getattr(document.stages, stage)
        if result is not None:
            return stage, {h.article_id: h.rank for h in result.hits}
    return None, {}


def _moved(documents: Sequence[Document]) -> tuple[tuple[Moved, ...], int]:
    ranks = [_final(d)[1] for d in documents]
    ids = list(dict.fromkeys(i for one in ranks for i in one))
    rows = [(i, tuple(one.get(i) for one in ranks)) for i in ids]
    rows.sort(key=lambda r: (min(n for n in r[1] if n is not None), r[0]))
    moved = tuple(Moved(article_id=i, headline=_headline(documents, i), ranks=r) for i, r in rows if len(set(r)) > 1)
    return moved, len(rows) - len(moved)


def _headline(documents: Sequence[Document], article_id: str) -> str:
    cards = (d.articles.get(article_id) for d in documents)
    return next((c.headline for c in cards if c and c.headline), article_id)


def _place(document: Document) -> str:
    answer = document.context.place if document.context else None
    return _answer(answer.label, answer) if answer else ""


def _date(document: Document) -> str:
    answer = document.context.date if document.context else None
    return _answer(answer.date.iso if answer.date else "", answer) if answer else ""


def _answer(text: str, answer: Any) -> str:
    how = ", ".join(part for part in (answer.confidence, "by hand" if answer.basis == "analyst" else "") if part)
    return f"{text} ({how})" if text and how else text


def _clusters(document: Document) -> dict[str, str]:
    """Those that an analyst is shown: the maximal ones."""
    found = document.stages.events.clusters if document.stages.events else ()
    return {c.id: f"{c.place}, {_days(c.first.isoformat(), c.last.isoformat())}" for c in found if c.maximal}


def _days(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _chunks(document: Document) -> dict[str, str]:
    """Passages that reach the caption writer: dropped ones do not."""
    return {c.chunk_id: c.text for c in document.stages.chunks if c.decision != "dropped"}


def _caption(document: Document) -> str:
    return document.caption.text if document.caption else ""


def _words(before: str, after: str) -> tuple[Part, ...]:
    return tuple(differences(before, after)) if before != after else ()


def _items(runs: Sequence[dict[str, str]]) -> tuple[Item, ...]:
    """What is not in all runs, in the order of the first run that has it."""
    texts = {k: v for run in reversed(runs) for k, v in run.items()}
    order = dict.fromkeys(k for run in runs for k in run)
    found = (Item(id=k, text=texts[k], there=tuple(k in run for run in runs)) for k in order)
    return tuple(one for one in found if not all(one.there))


def _seconds(documents: Sequence[Document]) -> tuple[Row, ...]:
    spent = [{s.name: s for s in d.status} for d in documents]
    rows = []
    for name in STAGES:
        values = tuple(_time(one.get(name)) for one in spent)
        if any(values):
            rows.append(Row(name=name, values=values))
    return tuple(rows)


def _time(status: Any) -> str:
    """Seconds of the computation; `cached` where it was read and not computed in this run."""
    if status is None or status.seconds is None:
        return ""
    return f"{status.seconds:.2f} s{', cached' if status.cached else ''}"


# --- what was set -------------------------------------------------------------------------------------------------


def _flat(values: Any, name: str = "") -> dict[str, str]:
    """Nested settings as `group.field` -> value in JSON."""
    if isinstance(values, dict) and values:
        found: dict[str, str] = {}
        for key, value in values.items():
            found |= _flat(value, f"{name}.{key}" if name else str(key))
        return found
    return {name: json.dumps(values, ensure_ascii=False, sort_keys=True)} if name else {}


def _models(document: Document) -> dict[str, str]:
    return {m.slot: f"{m.name} {m.digest[:12]}".strip() or f"none: {m.unavailable}" for m in document.models}


def _inputs(document: Document) -> dict[str, str]:
    said = document.inputs.claim
    return {
        "note": document.inputs.note,
        "claim.text": said.text,
        "claim.place": said.place,
        "claim.date": said.date.iso if said.date else "",
    }


def _differing(runs: Sequence[dict[str, str]]) -> tuple[Row, ...]:
    names = dict.fromkeys(k for run in runs for k in run)
    rows = (Row(name=k, values=tuple(run.get(k, "") for run in runs)) for k in names)
    return tuple(row for row in rows if not row.alike)


def effective(overrides: Sequence[Override]) -> tuple[Override, ...]:
    """The overrides that still count: one that was taken back or replaced by a later one is left out.

    The oldest are tried first, so that of two that say the same the newest stays. O(n^2) in the number of overrides.
    """
    kept, goal = list(overrides), replay(overrides)
    for one in overrides:
        rest = _without(kept, one)
        if replay(rest) == goal:
            kept = rest
    return tuple(kept)


def _without(many: list[Override], one: Override) -> list[Override]:
    """The list without this very object."""
    return [o for o in many if o is not one]


def _said(one: Override) -> str:
    """What an override says, whatever the reason."""
    return dump_overrides([one.model_copy(update={"reason": ""})])


def _overrides(first: Document, second: Document) -> list[Change]:
    before, after = effective(first.overrides), effective(second.overrides)
    had, has = Counter(map(_said, before)), Counter(map(_said, after))
    gone = [o for o in before if had[_said(o)] > has[_said(o)]]
    new = [o for o in after if has[_said(o)] > had[_said(o)]]
    changes = [Change(kind="override", override=o, added=False, stage=first_stage(o)) for o in gone]
    changes += [Change(kind="override", override=o, stage=first_stage(o)) for o in new]
    if not changes and replay(before) != replay(after):
        at = [s for s in map(first_stage, after) if s]
        changes.append(Change(kind="order", stage=min(at, key=STAGES.index, default="retrieve")))
    return changes


def _changes(first: Document, second: Document) -> list[Change]:
    """Everything that was set differently, the analyst's own doing first."""
    changes = _overrides(first, second)

    def rows(kind: ChangeKind, get: Callable[[Document], dict[str, str]], at: Callable[[str], StageName]) -> None:
        for row in _differing([get(first), get(second)]):
            before, after = row.values
            changes.append(Change(kind=kind, name=row.name, before=before, after=after, stage=at(row.name)))

    rows("input", _inputs, lambda name: INPUTS_AT.get(name, "context"))
    rows("setting", lambda d: _flat(d.settings), lambda name: SETTINGS_AT.get(name.partition(".")[0], "photo"))
    rows("archive", lambda d: {"archive": f"{d.archive.name} {d.archive.version}"}, lambda _: "retrieve")
    rows("model", _models, lambda name: "caption" if name == "caption_writer" else "photo")
    rows("code", lambda d: {"newsctx": d.version}, lambda _: "photo")
    return changes


def _step(index: int, first: Document, second: Document) -> Step:
    changes = _changes(first, second)
    effects = tuple(e.model_copy(update={"causes": _causes(e, changes)}) for e in _effects(first, second))
    return Step(first=index, second=index + 1, changes=tuple(changes), effects=effects)


def _causes(effect: Effect, changes: Sequence[Change]) -> tuple[int, ...]:
    """The changes that come early enough to be responsible.

    An answer set by hand is its own cause: whatever else was changed, it says what the analyst said.
    """
    hand = f"set_{effect.kind}"
    own = tuple(i for i, c in enumerate(changes) if c.override is not None and c.override.action == hand and c.added)
    if own:
        return own
    late = STAGES.index(AT[effect.kind])
    other = {"set_place", "set_date"} - {hand} if effect.kind in ("place", "date") else set()
    return tuple(
        i
        for i, c in enumerate(changes)
        if c.stage is not None
        and STAGES.index(c.stage) <= late
        and not (c.override is not None and c.override.action in other)
    )


def _effects(first: Document, second: Document) -> list[Effect]:
    found: list[Effect] = []
    before, after = _final(first)[1], _final(second)[1]
    if before != after:
        at_other = tuple(i for i in after if i in before and after[i] != before[i])
        found.append(_set_effect("ranking", before, after).model_copy(update={"moved": at_other}))
    sets: tuple[tuple[EffectKind, Callable[[Document], dict[str, str]]], ...] = (
        ("clusters", _clusters), ("chunks", _chunks),
    )  # fmt: skip
    for kind, get in sets:
        old, new = get(first), get(second)
        if old.keys() != new.keys():
            found.append(_set_effect(kind, old, new))
    texts: tuple[tuple[EffectKind, Callable[[Document], str]], ...] = (
        ("place", _place), ("date", _date), ("caption", _caption),
    )  # fmt: skip
    for kind, tell in texts:
        if tell(first) != tell(second):
            found.append(Effect(kind=kind, before=tell(first), after=tell(second)))
    return found


def _set_effect(kind: EffectKind, before: Mapping[str, object], after: Mapping[str, object]) -> Effect:
    """What came in and what went out."""
    gained, lost = (tuple(k for k in one if k not in other) for one, other in ((after, before), (before, after)))
    return Effect(kind=kind, gained=gained, lost=lost)
