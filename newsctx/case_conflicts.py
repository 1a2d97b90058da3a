"""Concurrent edits of a case: which things an edit writes, and whether somebody else wrote one of them unseen.

An edit that comes from a page says how much of the case's trail that page had shown (`Seen`). Within the transaction of
the edit, the entries since then that are not the page's own are looked at: where one of them wrote a thing that the
edit would write, too, nothing is written and `EditConflict` names them. Entries on other things stand beside the edit.

One process writes the store (its file is locked), so that a transaction sees every edit that was acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, assert_never

from newsctx.audit import NOBODY, AuditEntry
from newsctx.errors import EditConflict
from newsctx.overrides import (
    AcceptMention,
    AddArticle,
    AddChunk,
    AllowRemote,
    AnswerPillar,
    ApproveCaption,
    CorrectArticle,
    DecideChunk,
    DecideCluster,
    EditCaption,
    EditChunk,
    ExcludeArticle,
    MarkSensitive,
    MergeClusters,
    MoveArticle,
    Override,
    PinArticle,
    SetDate,
    SetFusion,
    SetPlace,
    SetPrompt,
    SetThreshold,
    SetWeight,
    SetWriter,
    SplitCluster,
)
from newsctx.records import Claim, Inputs, PartialDate
from newsctx.trail_reading import MADE, override_of

if TYPE_CHECKING:
    from newsctx.cases import CaseStore

Slot = tuple[str, ...]  # a thing of a case that has one value
#: What undo and redo take from: every override, undo and redo writes it; only undo and redo must have seen it.
STACK: Slot = ("stack",)
STACKED = (*MADE, "undo", "redo")
#: Fields of a case that are no override -> the entry that tells their change.
FIELDS: Mapping[str, str] = {"renamed": "title", "tagged": "tags", "status": "status", "archived": "archived"}
#: Entries that change nothing that an analyst wrote.
QUIET = frozenset({"created", "adopted", "imported", "run_started", "run_ended", "exported"})


@dataclass
class Seen:
    """What who edits has seen of a case."""

    entries: int  # of its trail, from the first on
    own: set[int] = field(default_factory=set)  # numbers of later entries of its own; an edit adds those it makes
    inputs: Inputs | None = None  # what the fields of note and claim were filled with; None: as the seen trail says


def slots(one: Override) -> frozenset[Slot]:
    """The things that an override writes. Two overrides without a common one stand beside each other."""
    match one:
        case PinArticle(article_id=article) | ExcludeArticle(article_id=article):  # one takes the other back
            return _of(("article", article))
        case AddArticle(article=article):
            return _of(("article", article.article_id), ("added", article.article_id))
        case MoveArticle(stage=stage, article_id=article):
            return _of(("rank", stage, article))
        case CorrectArticle(article_id=article):
            return _of(("correction", article))
        case SetPlace():
            return _of(("place",))
        case SetDate():
            return _of(("date",))
        case DecideCluster(cluster_id=cluster) | SplitCluster(cluster_id=cluster):
            return _of(("event", cluster))
        case MergeClusters(cluster_ids=clusters):
            return _of(*(("event", c) for c in clusters))
        case DecideChunk(chunk_id=chunk) | EditChunk(chunk_id=chunk):
            return _of(("passage", chunk))
        case AddChunk(article_id=article, text=text):
            return _of(("own passage", article, text))
        case SetWeight(channel=channel):
            return _of(("weight", channel))
        case SetFusion():
            return _of(("fusion",))
        case SetThreshold(name=name):
            return _of(("threshold", name))
        case SetWriter():  # what the writer writes takes the place of the analyst's wording
            return _of(("writer",), ("caption",))
        case SetPrompt(step=step):
            return _of(("prompt", step), ("caption",))
        case EditCaption() | ApproveCaption():  # who approves must have seen what it says now
            return _of(("caption",))
        case AcceptMention(text=text, sentence=sentence):
            return _of(("mention", text, sentence))
        case AllowRemote(base_url=url):
            return _of(("service", url))
        case AnswerPillar(pillar=pillar):
            return _of(("pillar", pillar))
        case MarkSensitive(image_id=image):
            return _of(("sensitive", image))
    assert_never(one)


def _of(*found: Slot) -> frozenset[Slot]:
    return frozenset(found)


def written(entry: AuditEntry, made: Mapping[int, Override]) -> frozenset[Slot]:
    """The things that an entry of the trail wrote. `made`: the overrides that undo and redo entries name."""
    if entry.what in STACKED:
        one = override_of(entry) or made.get(entry.detail.get("number", 0))
        return (slots(one) if one is not None else frozenset()) | {STACK}
    if entry.what in FIELDS:
        return _of((FIELDS[entry.what],))
    if entry.what == "inputs":
        return frozenset(("input", name) for name in differing(_inputs(entry.before), _inputs(entry.after)))
    return _of(("share", str(entry.detail.get("name", "")))) if entry.what == "shared" else _of((entry.what,))


# --- note and claim, field by field ---------------------------------------------------------------------------------

INPUTS = ("note", "claim", "place", "date")


def fields(inputs: Inputs) -> dict[str, str]:
    """What was typed, by field."""
    said = inputs.claim
    return {"note": inputs.note, "claim": said.text, "place": said.place, "date": said.date.iso if said.date else ""}


def differing(one: Inputs, other: Inputs) -> tuple[str, ...]:
    """The fields that differ."""
    a, b = fields(one), fields(other)
    return tuple(n for n in INPUTS if a[n] != b[n])


def merged(base: Inputs, mine: Inputs, now: Inputs) -> Inputs:
    """What holds now, with the fields that were changed from `base` to `mine`."""
    return inputs_of(fields(now) | {n: fields(mine)[n] for n in differing(base, mine)})


def inputs_of(typed: Mapping[str, str]) -> Inputs:
    """What `fields` was made of."""
    when = PartialDate.model_validate(typed["date"]) if typed["date"] else None
    return Inputs(note=typed["note"], claim=Claim(text=typed["claim"], place=typed["place"], date=when))


def _inputs(part: Mapping[str, Any]) -> Inputs:
    return Inputs.model_validate(part.get("inputs") or {})


# --- editing --------------------------------------------------------------------------------------------------------


@contextmanager
def editing(
    store: CaseStore, case_id: str, touched: frozenset[Slot], seen: Seen | None, mine: object = None
) -> Iterator[None]:
    """A transaction that writes these things of a case; what is written inside is then known as seen.

    mine: the override, or the value, that is being written, for whom it is refused. `seen` None: nothing is refused.

    Raises EditConflict, CaseNotFound.
    """
    with store.together():
        if seen is not None:
            store.get(case_id)  # CaseNotFound before anything else: it may have been deleted meanwhile
            refuse(store, case_id, touched, seen, mine)
        before = store.entries(case_id)
        yield
        after = store.entries(case_id)
    if seen is not None:  # only what was committed: the number of another may be taken by somebody else
        seen.own.update(range(before + 1, after + 1))


def refuse(store: CaseStore, case_id: str, touched: frozenset[Slot], seen: Seen, mine: object) -> None:
    """Raise EditConflict where somebody else has written one of these things unseen."""
    others = unseen(store, case_id, seen)
    if not others:
        return
    known = {o.number: o.override for o in store.overrides(case_id)} if any(e.what in STACKED for e in others) else {}
    against = [e for e in others if written(e, known) & touched and not _same(e, mine)]
    if against:
        raise conflict(against, store.entries(case_id), mine)


def unseen(store: CaseStore, case_id: str, seen: Seen) -> list[AuditEntry]:
    """What others have done to a case since, oldest first; runs and downloads are nothing that an analyst wrote."""
    return [e for e in store.trail_since(case_id, seen.entries) if e.what not in QUIET and e.number not in seen.own]


def _same(entry: AuditEntry, mine: object) -> bool:
    """Whether both did the same: then nothing is lost, whoever came second."""
    one = override_of(entry) if entry.what in MADE else None
    return one is not None and one == _bare(mine, one.reason)


def _bare(mine: object, reason: str) -> object:
    """The override as if it had been made for that reason."""
    return mine.model_copy(update={"reason": reason}) if hasattr(mine, "reason") else mine  # type: ignore[attr-defined]


def inputs_to_write(store: CaseStore, case_id: str, mine: Inputs, seen: Seen) -> Inputs:
    """Note and claim as they are to be stored: the fields that were changed here, and what others wrote in the rest.

    Raises EditConflict where a field was changed here and, to something else, elsewhere.
    """
    now = store.get(case_id).inputs
    others = [e for e in unseen(store, case_id, seen) if e.what == "inputs"]
    base = seen.inputs or (_inputs(others[0].before) if others else now)
    whole, held = merged(base, mine, now), fields(now)
    clash = [n for n in differing(base, mine) if held[n] not in (fields(base)[n], fields(mine)[n])]
    if clash:
        told = [
            e for e in store.trail(case_id) if e.what == "inputs" and {("input", n) for n in clash} & written(e, {})
        ]
        raise conflict(told[-1:], store.entries(case_id), {n: fields(mine)[n] for n in clash})
    return whole


def conflict(others: Sequence[AuditEntry], entries: int, mine: object) -> EditConflict:
    """The refusal in words for whoever has no page; a page tells it from its parts."""
    last = others[-1]
    who = last.who if last.who != NOBODY else "somebody"
    change = last.detail.get("override") or last.after or {"change": last.detail.get("number", "")}
    return EditConflict(
        f"Nothing was changed: {who} changed the same thing meanwhile ({last.what}, {last.made}): "
        f"{str(change)[:300]}. Look at that change first; who has seen it can make another.",
        tuple(others),
        entries,
        mine,
    )
