"""Finding the other articles of the event that an article's photograph shows: mean average precision per channel.

Each article with a photograph is a query with that photograph; the article itself is left out of the archive's answer.
What the channels find on their own is held against their fusion in the same run, with 95% bootstrap intervals.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsctx.errors import EvaluationError
from newsctx.evaluation.bootstrap import bootstrap_interval, paired_bootstrap
from newsctx.evaluation.ranking_metrics import average_precision, recall_at_k
from newsctx.evaluation.tables import Measured, shown, shown_difference, text_table
from newsctx.overrides import ExcludeArticle
from newsctx.pipeline import Pipeline, Request

FUSED = "fused"


@dataclass(frozen=True)
class ClusterQuery:
    """A photograph, the article that it comes from, and the other articles of its event."""

    article_id: str
    photograph: Path
    others: frozenset[str]


@dataclass
class ClusterReport:
    """Average precision and R@1 by ranking, one value per query, in the same order."""

    articles: int
    alone: int  # photographs of events with no other article: nothing to find
    precision: dict[str, list[float]] = field(default_factory=dict)
    first: dict[str, list[float]] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)  # queries in which the channel found anything
    off: dict[str, str] = field(default_factory=dict)  # why a channel never ran

    @property
    def best_channel(self) -> str:
        """The single channel with the highest mean average precision."""
        single = {n: sum(v) for n, v in self.precision.items() if n != FUSED}
        return max(sorted(single), key=single.__getitem__)

    def text(self) -> str:
        """As the command prints it."""
        queries = len(self.precision[FUSED])
        rows = [
            [name, self.answered[name], _shown(values), _shown(self.first[name])]
            for name, values in sorted(self.precision.items(), key=lambda i: (i[0] == FUSED, sum(i[1])))
        ]
        best = self.best_channel
        gain = Measured.of(paired_bootstrap(self.precision[best], self.precision[FUSED]))
        lines = [
            f"Other articles of the same event: {queries} photographs among {self.articles} articles, each one's "
            f"own article left out ({self.alone} more are of events without another article)",
            text_table(["ranking", "found something", "mAP", "R@1"], rows),
            f"fused against the best channel alone ({best}): mAP {shown_difference(gain)}",
        ]
        lines += [f"{name}: {why}" for name, why in self.off.items()]
        return "\n".join(lines)


def read_queries(source: Path) -> list[ClusterQuery]:
    """The articles of a JSON Lines file that have an `id`, an `event` and an `image` (a path beside the file).

    Raises:
        EvaluationError: a line that is no such object, or a photograph that is not there; names file and line.
    """
    rows: list[dict[str, str]] = []
    for number, line in enumerate(source.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append({"id": row["id"], "event": row["event"], "image": row.get("image") or ""})
        except (ValueError, KeyError, TypeError) as error:
            raise EvaluationError(
                f"{source}, line {number}: expected a JSON object with id, event and image ({error})."
            ) from error
    members: dict[str, list[str]] = {}
    for row in rows:
        members.setdefault(row["event"], []).append(row["id"])
    found = []
    for row in rows:
        if row["image"]:
            path = source.parent / row["image"]
            if not path.is_file():
                raise EvaluationError(f"{source}: the photograph {row['image']} of {row['id']} is not there.")
            found.append(ClusterQuery(row["id"], path, frozenset(members[row["event"]]) - {row["id"]}))
    return found


def run(
    pipeline: Pipeline, queries: Sequence[ClusterQuery], progress: Callable[[int], None] = lambda done: None
) -> ClusterReport:
    """Search with every photograph.

    Raises:
        ValueError: no query has another article to find.
    """
    asked = [q for q in queries if q.others]
    if not asked:
        raise ValueError("no photograph belongs to an event with another article: nothing can be measured")
    report = ClusterReport(articles=len(pipeline.archive.store.ids()), alone=len(queries) - len(asked))
    for done, query in enumerate(asked, 1):
        request = Request(
            query.photograph.read_bytes(), query.photograph.name,
            overrides=(ExcludeArticle(article_id=query.article_id),),
        )  # fmt: skip
        outcome = pipeline.search(request)
        rankings = {c.name: [a for a, _ in c.hits] for c in outcome.results if c.state in ("ran", "no_query")}
        report.off |= {c.name: c.reason for c in outcome.results if c.state in ("unavailable", "off")}
        rankings[FUSED] = [h.article_id for h in pipeline.fused(request).hits]
        _note(report, query, rankings)
        progress(done)
    return report


def _note(report: ClusterReport, query: ClusterQuery, rankings: Mapping[str, Sequence[str]]) -> None:
    for name, ranking in rankings.items():
        found = [a for a in ranking if a != query.article_id]
        report.precision.setdefault(name, []).append(average_precision(found, query.others))
        report.first.setdefault(name, []).append(recall_at_k(found, query.others, 1))
        report.answered[name] = report.answered.get(name, 0) + bool(found)


def _shown(values: Sequence[float]) -> str:
    return shown(Measured.of(bootstrap_interval(values)))
