"""A bundled case computed again, here: the same result, or exactly what differs.

What a bundle says is data: it is replayed under the settings of this machine, and a language model is asked only where
the caller says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from newsctx.case_bundle import Bundle
from newsctx.case_runs import results
from newsctx.document import ArchiveInfo, Document
from newsctx.errors import CaseError
from newsctx.overrides import parse_override
from newsctx.pipeline import Pipeline, Request
from newsctx.records import STAGES, ModelInfo, Record, StageName

#: Two scores this close are the same: float32 sums come out in another order on another processor. Of numbers above 10
#: a tenth of it is their share: 50 metres of a latitude.
ROUNDING = 1e-4
MOST = 8  # lines a stage


class Replay(Record):
    """What came of computing a bundle again."""

    document: Document
    around: tuple[str, ...] = ()  # what differs around the results: versions, archive, models, settings
    stages: dict[StageName, tuple[str, ...]] = {}  # stage -> what differs in its result; nothing where it is the same
    left_out: str = ""  # which stages were not compared, and why
    moved_on: bool = False  # inputs or overrides of the case are not those of the bundled run

    @property
    def same(self) -> bool:
        return not self.stages


def request_of(bundle: Bundle) -> Request:
    """What the bundle's last whole run was asked. Raises CaseError where it has none."""
    if bundle.document is None:
        raise CaseError("The bundle holds no run to compare with: analyse the case where it was made, then export it.")
    return Request(bundle.photo, bundle.case.filename, bundle.document.inputs, bundle.document.overrides)


def replay(
    bundle: Bundle, pipeline: Pipeline, write: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Replay:
    """Run every stage over the bundle's request and hold the results against the bundle's.

    Args:
        write: ask a language model for the caption where the case has one; else the caption is left out.
        tell: called with the name of each stage as it starts, with "" at the end.

    Raises CaseError where the bundle has no run.
    """
    request, before = request_of(bundle), bundle.document
    assert before is not None  # `request_of` raises
    generated = pipeline.writer_for(request.edits).kind == "generated"
    skip = generated and not write
    after, told = None, ""
    for after in pipeline.analyse(request):
        running = next((s.name for s in after.status if s.state == "running"), "")
        if skip and running == "caption":
            break
        if running != told:
            told = running
            tell(running)
    assert after is not None  # analyse yields at least once
    was, now_is = results(before), results(after)
    differ: dict[StageName, tuple[str, ...]] = {}
    for name in STAGES:
        if name not in was or (skip and name == "caption"):
            continue
        found = _stage(name, was[name], now_is.get(name), after)
        if found:
            differ[name] = tuple(found)
    left_out = ["the caption was written by a language model, which is asked only with --write"] if skip else []
    if lacking := [n for n in STAGES if n not in was]:
        left_out.append(f"{', '.join(lacking)}: the bundled run has no result of them")
    live = tuple(parse_override(o.action) for o in bundle.overrides if o.state == "live")
    return Replay(
        document=after, around=tuple(_around(before, after)), stages=differ,
        left_out="; ".join(left_out),
        moved_on=(live, bundle.case.inputs) != (before.overrides, before.inputs),
    )  # fmt: skip


# --- around the results ---------------------------------------------------------------------------------------


def _around(before: Document, after: Document) -> list[str]:
    found = []
    if before.version != after.version:
        found.append(f"newsctx: {before.version} there, {after.version} here")
    found += _archives(before.archive, after.archive)
    found += _models(before.models, after.models)
    there, here = _flat(before.settings), _flat(after.settings)
    for name in sorted({*there, *here}):
        if there.get(name) != here.get(name):
            was, now_is = (_short(repr(s[name])) if name in s else "not known" for s in (there, here))
            found.append(f"setting {name}: {was} there, {now_is} here")
    return found


def _archives(there: ArchiveInfo, here: ArchiveInfo) -> list[str]:
    if there.version == here.version:
        return []
    return [
        f"archive: version {there.version[:16]} with {there.articles} articles there, "
        f"{here.version[:16]} with {here.articles} here"
    ]


def _models(there: Sequence[ModelInfo], here: Sequence[ModelInfo]) -> list[str]:
    def shown(model: ModelInfo | None) -> str:
        if model is None or not (model.name or model.digest):
            return "none"
        return f"{model.name} {model.digest[:12]}".strip()

    before, after = {m.slot: m for m in there}, {m.slot: m for m in here}
    slots = [s for s in dict.fromkeys((*before, *after)) if _model(before.get(s)) != _model(after.get(s))]
    return [f"model {slot}: {shown(before.get(slot))} there, {shown(after.get(slot))} here" for slot in slots]


def _model(model: ModelInfo | None) -> tuple[str, str]:
    return (model.name, model.digest) if model else ("", "")


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {prefix.removesuffix("."): value}
    return {k: v for name, part in value.items() for k, v in _flat(part, f"{prefix}{name}.").items()}


# --- the results ----------------------------------------------------------------------------------------------


def _stage(name: StageName, was: Any, now_is: Any, after: Document) -> list[str]:
    """What differs in the result of a stage; nothing where all is the same but rounding."""
    if now_is is None:
        status = next((s for s in after.status if s.name == name), None)
        return [f"no result here: {status.note or status.state if status else 'it did not run'}"]
    paths = list(_paths(was, now_is))
    if not paths:
        return []
    told: list[str] = []
    if isinstance(was, dict) and "hits" in was:
        told += _order("article", [h["article_id"] for h in was["hits"]], [h["article_id"] for h in now_is["hits"]])
    if name == "events":
        told += _order("cluster", [c["id"] for c in was["clusters"]], [c["id"] for c in now_is["clusters"]])
    if name == "chunks":
        told += _order("passage", *([c["chunk_id"] for c in r["chunks"]] for r in (was, now_is)))
    if name == "caption" and was["text"] != now_is["text"]:
        told.append(f"text: {was['text'][:200]!r} there, {now_is['text'][:200]!r} here")
    if name == "context":
        told += [f"{item}: {_answer(was, item)} there, {_answer(now_is, item)} here" for item in ("place", "date")
                 if _answer(was, item) != _answer(now_is, item)]  # fmt: skip
    rest = [f"{path}: {_short(repr(a))} there, {_short(repr(b))} here" for path, a, b in paths]
    shown = (told or rest)[:MOST]
    return shown + ([f"and {len(paths)} values in all"] if len(paths) > len(shown) else [])


def _order(what: str, was: list[str], now_is: list[str]) -> list[str]:
    found = [f"{what} {i}: rank {was.index(i) + 1} there, not found here" for i in was if i not in now_is]
    found += [f"{what} {i}: not found there, rank {now_is.index(i) + 1} here" for i in now_is if i not in was]
    moved = [i for i in was if i in now_is and was.index(i) != now_is.index(i)]
    return found + [f"{what} {i}: rank {was.index(i) + 1} there, {now_is.index(i) + 1} here" for i in moved]


def _answer(context: dict[str, Any], item: str) -> str:
    answer = context[item].get(item)
    return "none" if answer is None else str(answer if isinstance(answer, str) else answer.get("name"))


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _paths(was: Any, now_is: Any, path: str = "") -> Any:
    """Every place where two JSON values differ by more than rounding: (path, there, here)."""
    if isinstance(was, dict) and isinstance(now_is, dict):
        for key in dict.fromkeys((*was, *now_is)):
            yield from _paths(was.get(key), now_is.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(was, list) and isinstance(now_is, list) and len(was) == len(now_is):
        for n, (a, b) in enumerate(zip(was, now_is, strict=True)):
            yield from _paths(a, b, f"{path}[{n}]")
    elif _number(was) and _number(now_is):
        exact = isinstance(was, int) and isinstance(now_is, int)  # a rank, an offset or an id is not rounded
        if abs(was - now_is) > (0 if exact else ROUNDING * max(1.0, abs(was) / 10)):
            yield path, was, now_is
    elif was != now_is:
        yield path, was, now_is


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
