"""Running every query through the real pipeline; a run that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from newsctx.cache import StageCache, code_digest, digest
from newsctx.errors import EvaluationError
from newsctx.evaluation.outcome import Outcome
from newsctx.evaluation.truth import Query
from newsctx.overrides import ExcludeArticle
from newsctx.pipeline import Pipeline, Request
from newsctx.records import STAGES, StageName

RANKING_STAGES: tuple[StageName, ...] = ("retrieve", "verify", "locate", "events")
Progress = Callable[[int], None]


def run_pipeline(
    pipeline: Pipeline,
    queries: Sequence[Query],
    kept: StageCache,
    last: StageName = "context",
    progress: Progress = lambda done: None,
) -> dict[str, Outcome]:
    """The outcome of every query, by id.

    Outcomes are kept by what they depend on (photograph, archive, models, settings, program), stages likewise, so that
    a second run reads them.

    Args:
        kept: where outcomes lie; the pipeline has its own cache of stages.
        last: no stage after it is run.

    Raises:
        EvaluationError: a photograph cannot be read, or a stage failed; names query and stage. Nothing is skipped.
    """
    found: dict[str, Outcome] = {}
    for done, query in enumerate(queries, 1):
        request = request_of(query)
        key = digest("outcome", code_digest(), pipeline.keys(request)[last])
        stored = kept.get("outcomes", key, Outcome)
        if stored:
            outcome = stored[0]
        else:
            outcome = _run(pipeline, request, query.id, last)
            kept.put("outcomes", key, outcome, outcome.seconds)
        found[query.id] = outcome.model_copy(update={"id": query.id})
        progress(done)
    return found


def _run(pipeline: Pipeline, request: Request, query_id: str, last: StageName) -> Outcome:
    document = None
    for document in pipeline.analyse(request):
        failed = next((s for s in document.status if s.state == "failed"), None)
        if failed:
            raise EvaluationError(
                f"query {query_id}: the stage {failed.name} failed: {failed.note} Mend it or take the query out of the "
                "file; a run scores every query."
            )
        if {s.name: s.state for s in document.status}[last] == "fresh":
            break
    assert document is not None  # analyse yields at least once
    upto = STAGES.index(last)
    stages = document.stages
    rankings = {
        name: tuple(h.article_id for h in result.hits)
        for name in RANKING_STAGES
        if STAGES.index(name) <= upto and (result := getattr(stages, name)) is not None
    }
    outcome = Outcome(
        id=query_id,
        rankings=rankings,
        clusters=len(stages.events.clusters) if stages.events else None,
        seconds=sum(document.seconds.values()),
    )
    return outcome.with_context(document.context) if document.context else outcome


def request_of(query: Query) -> Request:
    """The photograph as an analyst's request, with what the query leaves out; raises EvaluationError."""
    data = photograph(query)
    left_out = tuple(ExcludeArticle(article_id=a) for a in query.exclude)
    return Request(data, query.image.name if query.image else "", overrides=left_out)


def photograph(query: Query) -> bytes:
    """The bytes of a query's photograph; raises EvaluationError where there is none."""
    if query.image is None:
        raise EvaluationError(f"query {query.id} has no photograph; every query of a run needs one.")
    try:
        return Path(query.image).read_bytes()
    except OSError as error:
        raise EvaluationError(f"query {query.id}: {query.image} cannot be read: {error.strerror}.") from error


def unknown_articles(queries: Iterable[Query], known: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Queries whose truth names articles that the archive does not have: they could never be found."""
    ids = set(known)
    lost = {
        q.id: tuple(a for a in (*(q.relevant or ()), *(q.location_relevant or ())) if a not in ids) for q in queries
    }
    return {q: articles for q, articles in lost.items() if articles}


def check_articles(queries: Sequence[Query], known: Iterable[str]) -> None:
    """Raise EvaluationError where a truth names an article that is not in the archive."""
    lost = unknown_articles(queries, known)
    if lost:
        first = next(iter(lost))
        raise EvaluationError(
            f"The truth of {len(lost)} of {len(queries)} queries names articles that the archive does not have, first "
            f"{lost[first][0]!r} of {first}: is it the archive that the queries were made for?"
        )
