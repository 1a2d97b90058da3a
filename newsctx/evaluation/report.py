"""The report of an evaluation: every stage, before and after, with intervals and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from newsctx.evaluation.bootstrap import bootstrap_interval
from newsctx.evaluation.outcome import ANSWER, TASKS, Judge, Outcome
from newsctx.evaluation.tables import Measured, Table, differences, shown, shown_difference, table, text_table
from newsctx.evaluation.truth import Query, not_asked
from newsctx.records import Record

#: (after, before): the stages that are held against each other, where both were run
PAIRS = (
    ("verify", "retrieve"), ("locate", "verify"), ("locate", "retrieve"), ("events alone", "retrieve"),
    ("events", "locate"), ("events", "retrieve"),
)  # fmt: skip
HEADLINE = {  # what the text shows of each task; the JSON has everything
    "event articles": ("R@1", "R@5", "R@10", "R@100", "mAP"),
    "location articles": ("R@1", "R@5", "R@10", "R@100", "mAP"),
    "place": ("EM@1", "PM@1", "EM@5", "EM@10", "Example-F1", "CODelta", "GREAT"),
    "date": ("EM@1", "PM@1", "EM@5", "EM@10", "Example-F1", "Delta", "GREAT"),
}


class Comparison(Record):
    """A stage against another one, query by query."""

    after: str
    before: str
    differences: dict[str, dict[str, Measured]]  # task -> metric -> mean of the paired difference


class Confidence(Record):
    """How often queries are answered with low confidence: `not established`, or said to be low."""

    queries: int
    low: Measured  # place and date both
    place_low: Measured
    date_low: Measured
    no_wrong_claim: Measured  # place and date are each low or exactly right


class Report(Record):
    """Everything that an evaluation found."""

    mode: str
    archive: dict[str, Any] = Field(default_factory=dict)
    models: list[dict[str, Any]] = Field(default_factory=list)
    settings: dict[str, Any] = Field(default_factory=dict)
    expected: int  # queries
    scored: int
    limited_from: int | None = None  # queries of the file, where --limit took the first ones only
    stages: dict[str, dict[str, Table]]  # stage -> task
    comparisons: list[Comparison] = Field(default_factory=list)
    answer_great: Measured | None = None  # mean of GREAT of place and date of the context answer, all queries
    answer_great_relevant: Measured | None = None  # with a relevant article: the others should say nothing
    without_relevant: Confidence | None = None  # queries of which the archive knows nothing
    with_relevant: Confidence | None = None
    clusters: float | None = None  # mean number of event candidates
    seconds: float = 0.0

    def mean(self, stage: str, task: str, metric: str) -> float | None:
        found = self.stages.get(stage, {}).get(task)
        return found.metrics[metric].mean if found and metric in found.metrics else None

    def text(self) -> str:
        """For a terminal."""
        of = f" (the first of {self.limited_from}: --limit)" if self.limited_from else ""
        parts = [f"{self.mode}: expected {self.expected} queries{of}, scored {self.scored}"]
        parts += [p for task in TASKS if (p := self._task(task))]
        if self.answer_great:
            parts.append(f"GREAT of the answer (mean of place and date), all queries: {shown(self.answer_great)}")
        if self.answer_great_relevant:
            parts.append(f"the same, queries with a relevant article: {shown(self.answer_great_relevant)}")
        for name, found in (("no", self.without_relevant), ("a", self.with_relevant)):
            if found:
                parts.append(
                    f"Queries with {name} relevant article: {found.queries}; low confidence {shown(found.low)}, "
                    f"place {shown(found.place_low)}, date {shown(found.date_low)}; "
                    f"no wrong claim {shown(found.no_wrong_claim)}"
                )
        return "\n\n".join(parts)

    def _task(self, task: str) -> str:
        found = {stage: tables[task] for stage, tables in self.stages.items() if task in tables}
        if not found:
            return ""
        counts = next(iter(found.values()))
        head = f"{task}: expected {counts.expected}, scored {counts.scored}" + (
            f" ({counts.note})" if counts.note else ""
        )
        metrics = HEADLINE[task]
        rows = [
            [stage, *(shown(t.metrics[m]) if m in t.metrics else "" for m in metrics)] for stage, t in found.items()
        ]
        pairs = [
            [f"{c.before} -> {c.after}", *(shown_difference(c.differences[task][m]) for m in metrics)]
            for c in self.comparisons
            if c.differences.get(task)
        ]
        lines = [head, text_table(["stage", *metrics], rows)]
        if pairs:
            lines += ["", text_table(["difference (* excludes 0)", *metrics], pairs)]
        return "\n".join(lines)


def build(
    judge: Judge, outcomes: Mapping[str, Outcome], stages: Sequence[str], mode: str, tasks: Sequence[str] = TASKS
) -> Report:
    """Score all outcomes.

    Args:
        stages: those to report, in order; `context` is the answer.

    Raises:
        ValueError: a query without an outcome (the runners raise before that).
    """
    missing = [q.id for q in judge.queries if q.id not in outcomes]
    if missing:
        raise ValueError(f"no outcome for {missing[:10]}")
    scores = {(s, t): judge.scores(t, s, outcomes) for s in stages for t in tasks}
    counts = [o.clusters for o in outcomes.values() if o.clusters is not None]
    return Report(
        mode=mode,
        expected=len(judge.queries),
        scored=len(outcomes),
        stages={
            s: {t: table(scores[s, t], len(judge.asked(t)), not_asked(judge.queries, t)) for t in tasks if scores[s, t]}
            for s in stages
        },
        comparisons=[_compared(a, b, scores, tasks) for a, b in PAIRS if a in stages and b in stages],
        answer_great=_great(judge, scores, judge.queries) if ANSWER in stages else None,
        answer_great_relevant=_great(judge, scores, judge.asked("event articles")) if ANSWER in stages else None,
        without_relevant=_confidence(judge, outcomes, empty=True) if ANSWER in stages else None,
        with_relevant=_confidence(judge, outcomes, empty=False) if ANSWER in stages else None,
        clusters=float(np.mean(counts)) if counts else None,
        seconds=sum(o.seconds for o in outcomes.values()),
    )  # fmt: skip


def _compared(
    after: str, before: str, scores: Mapping[tuple[str, str], Sequence[Mapping[str, float]]], tasks: Sequence[str]
) -> Comparison:
    both = [t for t in tasks if scores[after, t] and scores[before, t]]
    found = {t: differences(scores[before, t], scores[after, t]) for t in both}
    return Comparison(after=after, before=before, differences=found)


def _great(
    judge: Judge, scores: Mapping[tuple[str, str], Sequence[Mapping[str, float]]], queries: Sequence[Query]
) -> Measured | None:
    """Mean of the two GREAT scores, over those of the queries that have both truths."""
    place, when = (dict(zip((q.id for q in judge.asked(t)), scores.get((ANSWER, t), ()))) for t in ("place", "date"))
    both = [q.id for q in queries if q.id in place and q.id in when]
    means = [(place[i]["GREAT"] + when[i]["GREAT"]) / 2 for i in both]
    return Measured.of(bootstrap_interval(means)) if means else None


def _confidence(judge: Judge, outcomes: Mapping[str, Outcome], empty: bool) -> Confidence | None:
    asked = [q for q in judge.queries if (q.relevant == () if empty else bool(q.relevant))]
    if not asked:
        return None
    rows = []
    for query in asked:
        found = outcomes[query.id]
        place, date = judge.right(query, found)
        fine = (found.place_low or bool(place)) and (found.date_low or bool(date))
        rows.append([found.place_low and found.date_low, found.place_low, found.date_low, fine])
    both, place_low, date_low, fine = (Measured.of(bootstrap_interval([float(r[i]) for r in rows])) for i in range(4))
    return Confidence(queries=len(asked), low=both, place_low=place_low, date_low=date_low, no_wrong_claim=fine)
