"""How long an analyst waits after an override, over a large archive: each kind, from the click to the finished page.

The archive and the encoders are synthetic (see `synthetic`), everything else is the workbench as it is: case store,
worker, stages, panels. The page has no browser. What a browser adds does not depend on the archive. The finished page
comes before the store has written the run down ("kept"); processor time and what is sent are of both.

The baseline, in the same run, is the analysis of the same case with an empty cache.
"""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from newsctx.bench import scale, synthetic
from newsctx.channel_names import WEIGHTS
from newsctx.document import Document
from newsctx.heads import ZeroShotScorer
from newsctx.models import Models
from newsctx.pipeline import gazetteer
from newsctx.profiles import EMBEDDED
from newsctx.records import STAGES, Inputs
from newsctx.relevance import FILE, RelevanceInfo, RelevanceModel
from newsctx.remembered import Remembered
from newsctx.settings import Settings
from newsctx.workbench import Workbench

LIMIT = 0.300  # seconds: what an override that touches no model may take over 100,000 articles
Action = dict[str, Any]


class Answer(Protocol):
    """What a click led to, in seconds; see `newsctx.ui.unseen`."""

    first: float
    last: float
    kept: float
    cpu: float
    painting: float
    paints: int
    sent: int


class Page(Protocol):
    """One analyst's tab."""

    def analyse(self, case_id: str) -> Answer: ...
    def override(self, case_id: str, action: Action) -> Answer: ...
    def undo(self, case_id: str) -> Answer: ...


#: Kind -> the override of a finished case, None where the case has nothing to do it to.
KINDS: dict[str, Callable[[Document], Action | None]] = {
    "pin one of the first 20": lambda d: {"action": "pin", "article_id": _hit(d, 7)},
    "pin one further down": lambda d: {"action": "pin", "article_id": _hit(d, 60)},
    "exclude the first": lambda d: {"action": "exclude", "article_id": _hit(d, 0)},
    "move in the final list": lambda d: {"action": "move", "article_id": _hit(d, 4), "rank": 1},
    "move in the search": lambda d: {"action": "move", "article_id": _hit(d, 4), "rank": 2, "stage": "retrieve"},
    "weight of a channel": lambda d: {"action": "weight", "channel": "words_note", "weight": 2.0},
    "channel off": lambda d: {"action": "weight", "channel": "coverage", "weight": 0.0},
    "fusion method": lambda d: {"action": "fusion", "method": "rrf"},
    "drop a cluster": lambda d: _cluster(d, "dropped"),
    "keep a cluster": lambda d: _cluster(d, "kept"),
    "drop a chunk": lambda d: _chunk(d, "dropped"),
    "set the place": lambda d: {"action": "set_place", "place": "Paris (France)"},
    "set the date": lambda d: {"action": "set_date", "date": "2021-02"},
    "threshold": lambda d: {"action": "threshold", "name": "chunks.articles", "value": 2},
}


def _hit(document: Document, place: int) -> str:
    hits = document.stages.events.hits if document.stages.events else ()
    return hits[min(place, len(hits) - 1)].article_id


def _cluster(document: Document, decision: str) -> Action | None:
    found = document.stages.events.clusters if document.stages.events else ()
    return {"action": "cluster", "cluster_id": found[0].id, "decision": decision} if found else None


def _chunk(document: Document, decision: str) -> Action | None:
    found = document.stages.chunks
    return {"action": "chunk", "chunk_id": found[0].chunk_id, "decision": decision} if found else None


@dataclass
class Times:
    """Of one kind of override; seconds, one value per query."""

    first: list[float] = field(default_factory=list)  # to the first update of the page
    last: list[float] = field(default_factory=list)  # to the page with the finished results
    kept: list[float] = field(default_factory=list)  # until the store has written the run down, too
    cpu: list[float] = field(default_factory=list)  # of the whole process
    painting: list[float] = field(default_factory=list)
    paints: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)  # characters
    encoded: list[int] = field(default_factory=list)  # texts and pictures that an encoder was asked for
    stages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # those that were computed

    def add(self, answer: Answer, encoded: int, document: Document) -> None:
        self.first.append(answer.first)
        self.last.append(answer.last)
        self.kept.append(answer.kept)
        self.cpu.append(answer.cpu)
        self.painting.append(answer.painting)
        self.paints.append(answer.paints)
        self.sent.append(answer.sent)
        self.encoded.append(encoded)
        for status in document.status:
            if status.state == "fresh" and not status.cached:
                self.stages[status.name].append(status.seconds or 0.0)


@dataclass
class OverridesReport:
    """Times by kind."""

    articles: int
    photos: int
    queries: int = 0
    kinds: dict[str, Times] = field(default_factory=lambda: defaultdict(Times))
    baseline: Times = field(default_factory=Times)

    def text(self) -> str:
        """As the command prints it: medians in milliseconds, the slowest stages by name."""
        base = statistics.median(self.baseline.last)
        lines = [
            f"Overrides over {self.articles} synthetic articles, {self.photos} of them with a photograph, "
            f"{self.queries} cases; from the click, in ms (median, least, most of the finished page):",
            f"{'':26}{'first':>7}{'done':>7}{'least':>7}{'most':>7}{'kept':>7}{'cpu':>7}{'paint':>7}{'paints':>7}{'KB':>6}{'enc.':>6}"
            f"{'ratio':>7}  stages",
        ]
        for name, times in (*self.kinds.items(), ("analysis (baseline)", self.baseline)):
            slow = {s: statistics.median(times.stages[s]) for s in STAGES if times.stages.get(s)}
            lines.append(
                f"{name:26}{_ms(times.first):7.0f}{_ms(times.last):7.0f}{min(times.last) * 1000:7.0f}"
                f"{max(times.last) * 1000:7.0f}{_ms(times.kept):7.0f}{_ms(times.cpu):7.0f}{_ms(times.painting):7.0f}"
                f"{statistics.median(times.paints):7.0f}{statistics.median(times.sent) / 1000:6.0f}"
                f"{statistics.median(times.encoded):6.0f}{statistics.median(times.last) / base:7.3f}  "
                + ", ".join(f"{s} {v * 1000:.0f}" for s, v in slow.items() if v >= 0.001)
            )
        late = [n for n, t in self.kinds.items() if not any(t.encoded) and statistics.median(t.last) > LIMIT]
        lines.append(
            f"Above {LIMIT * 1000:.0f} ms without touching a model: {', '.join(late)}"
            if late
            else f"Every kind that touches no model is answered within {LIMIT * 1000:.0f} ms (median)."
        )
        return "\n".join(lines)


def _ms(values: list[float]) -> float:
    return statistics.median(values) * 1000


def run(
    folder: Path,
    articles: int,
    photos: int,
    queries: int,
    page_of: Callable[[Workbench], Page],
    seed: int = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> OverridesReport:
    """Make the archive (what is there is kept); in each of `queries` cases make every kind of override, and undo it."""
    settings = Settings.model_validate({"profile": "embedded", "retrieve": {"weights": dict.fromkeys(WEIGHTS, 1.0)}})
    slots = models()
    home = folder / f"scale-{articles}-{photos}-{seed}"
    opened = scale.archive(home, articles, photos, seed, slots, settings)
    gazetteer()  # loading it takes seconds, once
    rng, ids = np.random.default_rng(seed), sorted(opened.store.image_ids())
    report = OverridesReport(articles, photos)
    with tempfile.TemporaryDirectory() as state:
        bench = Workbench(home / "archive", Path(state), slots, settings)
        try:
            page = page_of(bench)
            for done in range(queries + 1):
                data, note = scale.query(opened, ids, rng, settings)
                kept = OverridesReport(articles, photos) if done == 0 else report  # the first one reads from disk
                _one_case(bench, page, bench.create_case(data, f"{done}.jpg", Inputs(note=note)), slots, kept)
                progress(done)
        finally:
            bench.close()
    return report


def _one_case(bench: Workbench, page: Page, case_id: str, slots: Models, report: OverridesReport) -> None:
    def measure(times: Times, click: Callable[[], Answer]) -> Document:
        before = _encoded(slots)
        answer = click()
        document = bench.view(case_id).document
        assert document is not None
        assert {s.state for s in document.status} == {"fresh"}, document.status
        times.add(answer, _encoded(slots) - before, document)
        return document

    plain = measure(report.baseline, lambda: page.analyse(case_id))
    report.queries += 1
    for name, make in KINDS.items():
        action = make(plain)
        if action is not None:
            measure(report.kinds[name], lambda action=action: page.override(case_id, action))  # type: ignore[misc]
            page.undo(case_id)


def models() -> Models:
    """Those of `synthetic`, with scorers, with the embedded regressions of relevance where they are, and remembering
    sentence vectors as loaded models do.
    """
    slots = synthetic.models()
    encoder, sentence = slots.image_text, slots.sentence
    assert encoder is not None and sentence is not None
    neutral = encoder.encode_texts(["An image"])[0]
    file = EMBEDDED / FILE
    rated = RelevanceModel(RelevanceInfo.model_validate_json(file.read_bytes())) if file.is_file() else None
    return replace(
        slots,
        profile="embedded",  # a name that the page knows; the index compares encoders
        location_scorer=ZeroShotScorer("location_head", neutral, encoder.info),
        event_scorer=ZeroShotScorer("event_head", neutral, encoder.info),
        relevance=rated,
        embed=Remembered(sentence.encode),
    )


def _encoded(slots: Models) -> int:
    return sum(e.encoded for e in (slots.image_text, slots.sentence, slots.second_image))  # type: ignore[union-attr]
