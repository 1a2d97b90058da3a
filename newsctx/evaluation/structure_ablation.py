"""The retrieval of EVENTA-H part by part, as in its Table 1: encoder, content, visual, position, refinements.

Photographs alone: no words, no copies, no other channel. The first row is the photograph against the captions; each
further one is the composite score of the parts so far, by `structure.alpha` and `structure.beta`: content stands for
the article's whole text, its captions among it, so it replaces the first row rather than adding to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from newsctx.archive.opened import OpenArchive
from newsctx.channels import composite, image_text
from newsctx.errors import ArchiveError
from newsctx.evaluation.ablations import Ablations, AblationTable
from newsctx.evaluation.fast import FastWorld
from newsctx.evaluation.outcome import Judge, Outcome
from newsctx.records import ChannelResult
from newsctx.refine import refine
from newsctx.settings import RefineSettings, Settings

STAGE = "structure"
PARTS = ("content", "visual", "position")


def structure_ablations(world: FastWorld, judge: Judge, archive: OpenArchive, settings: Settings) -> Ablations:
    """A row for each part that is added.

    Raises:
        ArchiveError: the index has no parts of articles or no photographs; names the remedy.
    """
    table = AblationTable(judge, [])
    index, k = archive.index, settings.retrieve

    def add(name: str, search: Callable[[int], ChannelResult], lifted: RefineSettings | None = None) -> None:
        found = [search(n) for n in range(len(world.queries))]
        reason = next((r.reason for r in found if r.state == "unavailable"), "")
        if reason:
            raise ArchiveError(reason)
        kept = [[h for h in r.hits if h[0] not in q.exclude] for r, q in zip(found, world.queries, strict=True)]
        rankings = [_refined(hits, archive, lifted) if lifted else [a for a, _ in hits] for hits in kept]
        table.add(name, _outcomes(world, rankings), STAGE)

    def composed(parts: Sequence[str]) -> Callable[[int], ChannelResult]:
        beta = {p: settings.structure.beta.get(p, 0.0) if p in parts else 0.0 for p in PARTS}
        structure = settings.structure.model_copy(update={"beta": beta})
        return lambda n: composite.search(world.images[n], index, k, structure)

    add("encoder only (captions)", lambda n: image_text.search(world.images[n], index, k))
    for count in range(1, len(PARTS) + 1):
        add(f"+ {PARTS[count - 1]}" if count > 1 else "content", composed(PARTS[:count]))
    off = settings.refine.model_copy(update={"citation": 0.0})
    add("+ temporal refinement", composed(PARTS), off)
    add("+ citation refinement", composed(PARTS), settings.refine)
    return Ablations(rows=table.rows)


def _refined(hits: Sequence[tuple[str, float]], archive: OpenArchive, settings: RefineSettings) -> list[str]:
    scores = dict(hits)
    lifts = refine(scores, archive.neighbourhood.around(list(scores)), settings)
    total = {a: s + sum(x.added for x in lifts.get(a, ())) for a, s in scores.items()}
    return sorted(total, key=lambda a: (-total[a], a))


def _outcomes(world: FastWorld, rankings: Sequence[Sequence[str]]) -> Mapping[str, Outcome]:
    pairs = zip(world.queries, rankings, strict=True)
    return {q.id: Outcome(id=q.id, rankings={STAGE: tuple(ranking)}) for q, ranking in pairs}
