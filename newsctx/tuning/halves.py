"""Two halves of the queries: one to learn on, one to report on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from newsctx.errors import EvaluationError
from newsctx.evaluation.truth import Query

LEAST = 10  # queries in a half: fewer say nothing


def halves(queries: Sequence[Query], seed: int) -> tuple[list[Query], list[Query]]:
    """The queries with relevant articles, in two halves; those that share a relevant article stay together.

    Otherwise photographs of one event would stand on both sides, and the report would be of what was learned.

    Raises:
        EvaluationError: a half would have fewer than ten queries.
    """
    groups = _groups([q for q in queries if q.relevant])
    order = np.random.default_rng(seed).permutation(len(groups))
    learn: list[Query] = []
    report: list[Query] = []
    for i in order:
        (learn if len(learn) <= len(report) else report).extend(groups[i])
    if min(len(learn), len(report)) < LEAST:
        raise EvaluationError(
            f"{len(learn)} and {len(report)} queries with relevant articles: tuning needs at least {LEAST} to learn on "
            "and as many to report on, of different events."
        )
    return sorted(learn, key=lambda q: q.id), sorted(report, key=lambda q: q.id)


def _groups(queries: Sequence[Query]) -> list[list[Query]]:
    """Queries that are linked by articles, relevant or left out, in order of their first one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    about = [(*(q.relevant or ()), *q.exclude) for q in queries]  # a photograph's own article is of its event, too
    articles = {a: i for i, a in enumerate(sorted({a for ids in about for a in ids}))}
    pairs = [(n, articles[a]) for n, ids in enumerate(about) for a in ids]
    if not pairs:
        return []
    rows, columns = np.array(pairs).T
    size = len(queries) + len(articles)
    graph = coo_array((np.ones(len(pairs)), (rows, columns + len(queries))), shape=(size, size))
    labels = connected_components(graph, directed=False)[1][: len(queries)]
    found: dict[int, list[Query]] = {}
    for query, label in zip(queries, labels, strict=True):
        found.setdefault(int(label), []).append(query)
    return list(found.values())
