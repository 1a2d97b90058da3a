"""What one query came to: the ranking of each stage and the answer; and the scores of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from newsctx.evaluation.answers import (
    KS,
    PlaceAnswer,
    PlaceReader,
    Resolve,
    Scores,
    of_place,
    score_dates,
    score_places,
)
from newsctx.evaluation.score import ranking_scores
from newsctx.evaluation.truth import Query
from newsctx.records import Article, Context, DateAnswer, Place, Record
from newsctx.records import PlaceAnswer as AnsweredPlace

TASKS = ("event articles", "location articles", "place", "date")
ANSWER = "context"  # the stage that answers instead of ranking


class Outcome(Record):
    """One query, as far as it was run."""

    id: str
    rankings: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="stage -> article ids, best first")
    place: Place | None = None  # the answer; None: not established
    date: str = ""
    place_low: bool = True  # answered with low confidence, or not at all
    date_low: bool = True
    answered: bool = False  # the context stage was run
    signals: dict[str, float] = Field(default_factory=dict)  # what relevance is read from
    clusters: int | None = None  # event candidates
    seconds: float = 0.0

    def with_context(self, context: Context) -> Outcome:
        """With the answer of the context stage."""
        place = context.place.place
        if place and context.place.called:  # scored by the name that a reader is told, as an article's keyword is
            place = place.model_copy(update={"name": context.place.called})
        answer = {
            "place": place, "date": context.date.date.iso if context.date.date else "",
            "place_low": low_confidence(context.place), "date_low": low_confidence(context.date), "answered": True,
            "signals": context.relevance.signals,
        }  # fmt: skip
        return self.model_copy(update=answer)


def low_confidence(answer: AnsweredPlace | DateAnswer) -> bool:
    """Whether an answer claims nothing: it is not established, or it says itself that its confidence is low."""
    value = answer.place if isinstance(answer, AnsweredPlace) else answer.date
    return value is None or answer.confidence == "low"


@dataclass
class Judge:
    """Scores outcomes against the truth; place names are resolved once."""

    queries: Sequence[Query]
    articles: Callable[[Iterable[str]], Mapping[str, Article]]  # by id
    resolve: Resolve
    ks: Sequence[int] = KS

    def __post_init__(self) -> None:
        self._reader = PlaceReader(self.resolve)
        self._articles: dict[str, Article] = {}

    def asked(self, task: str) -> list[Query]:
        """The queries whose truth the task needs; those without relevant articles have no recall."""
        needs: dict[str, Callable[[Query], object]] = {
            "event articles": lambda q: q.relevant, "location articles": lambda q: q.location_relevant,
            "place": lambda q: q.place, "date": lambda q: q.date,
        }  # fmt: skip
        return [q for q in self.queries if needs[task](q)]

    def scores(self, task: str, stage: str, outcomes: Mapping[str, Outcome]) -> list[Scores]:
        """One row per query of `asked(task)`, in that order; none where the stage has no such task."""
        if stage == ANSWER and task not in ("place", "date"):
            return []
        asked = self.asked(task)
        if stage != ANSWER:
            depth = max(self.ks)
            self._fetch(a for q in asked for a in outcomes[q.id].rankings[stage][: 4 * depth])
        return [self._one(task, stage, q, outcomes[q.id]) for q in asked]

    def _one(self, task: str, stage: str, query: Query, outcome: Outcome) -> Scores:
        if task == "event articles":
            return ranking_scores(outcome.rankings[stage], query.relevant)
        if task == "location articles":
            return ranking_scores(outcome.rankings[stage], query.location_relevant)
        if task == "place":
            truth = self._reader.answer(query.place, query.point, query.path)
            return score_places(self._places(stage, outcome), truth, self.ks)
        return score_dates(self._dates(stage, outcome), query.date, self.ks)

    def _places(self, stage: str, outcome: Outcome) -> list[PlaceAnswer]:
        """The answer, or one prediction per ranked article that names a place (NewsRECON: its location keywords)."""
        if stage == ANSWER:
            return [answered_place(outcome.place)] if outcome.place else []
        return [p for a in self._ranked(stage, outcome) if (p := self.place_of(a))][: max(self.ks)]

    def _dates(self, stage: str, outcome: Outcome) -> list[str]:
        if stage == ANSWER:
            return [outcome.date] if outcome.date else []
        dates = [a.published.iso for a in self._ranked(stage, outcome) if a.published]
        return dates[: max(self.ks)]

    def _ranked(self, stage: str, outcome: Outcome) -> Iterable[Article]:
        """The ranked articles; the first ones were fetched together, the rest only where those have no answer."""
        for article_id in outcome.rankings[stage]:
            if article_id not in self._articles:
                self._fetch([article_id])
            if article_id in self._articles:
                yield self._articles[article_id]

    def _fetch(self, ids: Iterable[str]) -> None:
        wanted = list(dict.fromkeys(i for i in ids if i not in self._articles))
        if wanted:
            self._articles |= self.articles(wanted)

    def place_of(self, article: Article) -> PlaceAnswer | None:
        """An article's prediction: all its keywords as text, the first of them on the map."""
        if not article.places:
            return None
        text, first = ", ".join(article.location_keywords), article.places[0]
        if first.place:
            return of_place(first.place, text)
        return self._reader.answer(first.keyword)._replace(text=text)

    def right(self, query: Query, outcome: Outcome) -> tuple[bool | None, bool | None]:
        """Whether the answered place and date match exactly; None where there is no answer or no truth."""
        place = date = None
        if query.place and outcome.place:
            place = bool(self._one("place", ANSWER, query, outcome)["EM@1"])
        if query.date and outcome.date:
            date = bool(self._one("date", ANSWER, query, outcome)["EM@1"])
        return place, date


def answered_place(place: Place) -> PlaceAnswer:
    """An answer as it is scored: its name, with its city where it is a venue."""
    text = f"{place.name}, {place.city}" if place.level == "venue" and place.city else place.name
    return of_place(place, text)
