"""The analyst's overrides: typed actions in a list; replaying the list gives the same edits.

An override never changes what a model computed. It is kept beside it and applied by the stage that it concerns, so that
it can be undone, explained and replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from newsctx.errors import OverrideError
from newsctx.override_types import (
    ADDED,
    PILLARS,
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
    Pillar,
    PinArticle,
    RankingStage,
    SetDate,
    SetFusion,
    SetPlace,
    SetPrompt,
    SetThreshold,
    SetWeight,
    SetWriter,
    SplitCluster,
    ThresholdName,
)
from newsctx.ranking import Move, RankEdits
from newsctx.records import STAGES, Article, PartialDate, Place, PromptStep, Record, StageName
from newsctx.settings import FusionMethod

__all__ = [
    "ADDED", "PILLARS", "AcceptMention", "AddArticle", "AddChunk", "AllowRemote", "AnswerPillar", "ApproveCaption",
    "CorrectArticle", "DecideChunk", "DecideCluster", "EditCaption", "EditChunk", "Edits", "ExcludeArticle",
    "MarkSensitive", "MergeClusters", "MoveArticle", "Override", "Pillar", "PinArticle", "RankingStage", "SetDate",
    "SetFusion", "SetPlace", "SetPrompt", "SetThreshold", "SetWeight", "SetWriter", "SplitCluster", "ThresholdName",
    "dump_overrides", "first_stage", "parse_override", "parse_overrides", "replay",
]  # fmt: skip

Override = Annotated[
    PinArticle | ExcludeArticle | MoveArticle | SetPlace | SetDate | DecideCluster | DecideChunk | SetWeight
    | SetFusion | SetWriter | SetPrompt | AcceptMention | EditCaption | AllowRemote | AddArticle | CorrectArticle
    | MergeClusters | SplitCluster | EditChunk | AddChunk | SetThreshold | AnswerPillar | MarkSensitive
    | ApproveCaption,
    Field(discriminator="action"),
]  # fmt: skip
K, V = TypeVar("K"), TypeVar("V")
_ONE: TypeAdapter[Override] = TypeAdapter(Override)
_MANY: TypeAdapter[tuple[Override, ...]] = TypeAdapter(tuple[Override, ...])

#: The first stage whose result an action can change; the stages before it stay as they are. Of `move` it is the stage
#: it names, of `threshold` the one whose setting it is; an action that is not here changes no result.
FIRST_STAGE: dict[str, StageName] = {
    "pin": "retrieve",
    "exclude": "retrieve",
    "weight": "retrieve",
    "fusion": "retrieve",
    "add_article": "retrieve",
    "correct_article": "locate",
    "cluster": "events",
    "merge_clusters": "events",
    "split_cluster": "events",
    "chunk": "chunks",
    "edit_chunk": "chunks",
    "add_chunk": "chunks",
    "set_place": "context",
    "set_date": "context",
    "writer": "caption",
    "prompt": "caption",
    "accept": "caption",
    "edit_caption": "caption",
    "allow_remote": "caption",
}


#: Actions that are the analyst's own word beside the results.
BESIDE = ("pillar", "sensitive", "approve")


def first_stage(override: Override) -> StageName | None:
    """The first stage that the override touches; None: it changes no result."""
    match override:
        case MoveArticle(stage=stage):
            return stage
        case SetThreshold(name=name):
            return next(s for s in STAGES if s == name.partition(".")[0])
    return FIRST_STAGE.get(override.action)


def parse_overrides(text: str | bytes) -> tuple[Override, ...]:
    """Read a JSON list of actions.

    Raises:
        OverrideError: names the first action that is wrong and why.
    """
    try:
        return _MANY.validate_json(text)
    except ValidationError as error:
        raise OverrideError(_explain(error)) from error


def parse_override(value: object) -> Override:
    """Read one action from plain data. Raises OverrideError."""
    try:
        return _ONE.validate_python(value)
    except ValidationError as error:
        raise OverrideError(_explain(error)) from error


def dump_overrides(overrides: Sequence[Override]) -> str:
    """The JSON list that `parse_overrides` reads."""
    return _MANY.dump_json(tuple(overrides)).decode()


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(p)[:80] for p in first["loc"]) or "the list"
    problem = first["msg"] if len(first["msg"]) <= 600 else f"{first['msg'][:300]} …"  # it can quote what was given
    actions = ", ".join(["move", "threshold", *FIRST_STAGE, *BESIDE])
    return (
        f"Override {where}: {problem} (got {str(first['input'])[:80]!r}). "
        f"Expected a JSON list of actions: {actions}."
    )


class Edits(Record):
    """What a list of overrides amounts to."""

    pinned: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    moves: tuple[MoveArticle, ...] = ()
    place: Place | str | None = None
    date: PartialDate | None = None
    clusters: dict[str, str] = Field(default_factory=dict)
    chunks: dict[str, str] = Field(default_factory=dict)
    weights: dict[str, float] = Field(default_factory=dict)
    fusion: FusionMethod | None = None
    writer: str | None = None
    run: int = 0
    prompts: dict[PromptStep, str] = Field(default_factory=dict)
    accepted: tuple[tuple[str, str], ...] = ()  # (mention, sentence)
    caption: str | None = None
    allowed: tuple[str, ...] = ()
    added: tuple[Article, ...] = ()
    corrected: dict[str, CorrectArticle] = Field(default_factory=dict)  # article id ->
    regrouped: tuple[MergeClusters | SplitCluster, ...] = ()  # in the order they were made
    passages: dict[str, str] = Field(default_factory=dict)  # chunk id -> the words it has now
    own_passages: tuple[tuple[str, str], ...] = ()  # (article id, words) that the analyst added
    thresholds: dict[ThresholdName, float] = Field(default_factory=dict)
    pillars: dict[Pillar, AnswerPillar] = Field(default_factory=dict)
    sensitive: tuple[str, ...] = ()  # image ids; "" is the photograph under check
    approved: int | None = None  # version of the caption

    @property
    def caption_edits(self) -> tuple[object, ...]:
        """All that the caption stage depends on."""
        return self.writer, self.run, sorted(self.prompts.items()), self.accepted, self.caption, self.allowed

    def rank_edits(self, stage: RankingStage) -> RankEdits:
        """The edits of one ranking stage: a move counts from its own stage on."""
        here = STAGES.index(stage)
        moves = tuple(Move(article_id=m.article_id, rank=m.rank) for m in self.moves if STAGES.index(m.stage) <= here)
        return RankEdits(pinned=self.pinned, excluded=self.excluded, moves=moves)

    def clusters_with(self, decision: Literal["kept", "dropped"]) -> tuple[str, ...]:
        return tuple(c for c, d in self.clusters.items() if d == decision)

    def chunks_with(self, decision: Literal["kept", "dropped"]) -> tuple[str, ...]:
        return tuple(c for c, d in self.chunks.items() if d == decision)


def replay(overrides: Iterable[Override]) -> Edits:
    """Fold the list into edits; later actions win over earlier ones on the same thing."""
    pinned: dict[str, None] = {}
    excluded: dict[str, None] = {}
    moves: dict[tuple[str, str], MoveArticle] = {}
    decisions: dict[str, dict[str, str]] = {"cluster": {}, "chunk": {}}
    weights: dict[str, float] = {}
    place: Place | str | None = None
    when: PartialDate | None = None
    fusion: FusionMethod | None = None
    writer, run, text = None, 0, None
    prompts: dict[PromptStep, str] = {}
    accepted: dict[tuple[str, str], None] = {}
    allowed: dict[str, None] = {}
    beside = _Beside()
    for one in overrides:
        match one:
            case PinArticle(article_id=article, on=on):
                pinned.pop(article, None)
                if on:
                    pinned[article] = None
                    excluded.pop(article, None)
            case ExcludeArticle(article_id=article, on=on):
                excluded.pop(article, None)
                if on:
                    excluded[article] = None
                    pinned.pop(article, None)
            case MoveArticle():
                moves.pop((one.stage, one.article_id), None)  # the newest move is applied last
                moves[one.stage, one.article_id] = one
            case SetPlace():
                place = one.place
            case SetDate():
                when = one.date
            case DecideCluster() | DecideChunk():
                _decide(
                    decisions[one.action],
                    one.cluster_id if isinstance(one, DecideCluster) else one.chunk_id,
                    one.decision,
                )
            case SetWeight(channel=channel, weight=weight):
                weights.pop(channel, None)
                if weight is not None:
                    weights[channel] = weight
            case SetFusion():
                fusion = one.method
            case SetWriter():
                writer, run = one.writer, one.run
                text = None  # what the writer writes is shown; the wording is a version
            case SetPrompt(step=step, text=wording):
                prompts.pop(step, None)
                text = None
                if wording is not None:
                    prompts[step] = wording
            case AcceptMention(text=mention, sentence=within, on=on):
                accepted.pop((mention, within), None)
                if on:
                    accepted[mention, within] = None
            case AllowRemote(base_url=url, on=on):
                allowed.pop(url, None)
                if on:
                    allowed[url] = None
            case EditCaption():
                text = one.text
            case _:
                if isinstance(one, AddArticle) and one.on:
                    pinned[one.article.article_id] = None
                    excluded.pop(one.article.article_id, None)
                elif isinstance(one, AddArticle):
                    pinned.pop(one.article.article_id, None)
                beside.take(one)
    return Edits(
        pinned=tuple(pinned), excluded=tuple(excluded), moves=tuple(moves.values()), place=place, date=when,
        clusters=decisions["cluster"], chunks=decisions["chunk"], weights=weights, fusion=fusion,
        writer=writer, run=run, prompts=prompts, accepted=tuple(accepted), caption=text,
        allowed=tuple(allowed), added=tuple(beside.added.values()), corrected=beside.corrected,
        regrouped=tuple(beside.regrouped.values()), passages=beside.passages, own_passages=tuple(beside.own_passages),
        thresholds=beside.thresholds, pillars=beside.pillars, sensitive=tuple(beside.sensitive),
        approved=beside.approved,
    )  # fmt: skip


class _Beside:
    """The actions on articles' contents, groups of events, passages, and the analyst's own word."""

    def __init__(self) -> None:
        self.added: dict[str, Article] = {}
        self.corrected: dict[str, CorrectArticle] = {}
        self.regrouped: dict[tuple[object, ...], MergeClusters | SplitCluster] = {}
        self.passages: dict[str, str] = {}
        self.own_passages: dict[tuple[str, str], None] = {}
        self.thresholds: dict[ThresholdName, float] = {}
        self.pillars: dict[Pillar, AnswerPillar] = {}
        self.sensitive: dict[str, None] = {}
        self.approved: int | None = None

    def take(self, one: Override) -> None:
        match one:
            case AddArticle(article=article, on=on):
                _turn(self.added, article.article_id, article, on)
            case CorrectArticle(article_id=article_id):
                _turn(self.corrected, article_id, one, one.places is not None or one.published is not None)
            case MergeClusters(cluster_ids=ids, on=on):
                _turn(self.regrouped, ("merge", *sorted(ids)), one, on)
            case SplitCluster(cluster_id=cluster, article_ids=ids, on=on):
                _turn(self.regrouped, ("split", cluster, *sorted(ids)), one, on)
            case EditChunk(chunk_id=chunk, text=text):
                _turn(self.passages, chunk, text or "", text is not None)
            case AddChunk(article_id=article_id, text=text, on=on):
                _turn(self.own_passages, (article_id, text), None, on)
            case SetThreshold(name=name, value=value):
                _turn(self.thresholds, name, value or 0.0, value is not None)
            case AnswerPillar(pillar=pillar, status=status):
                _turn(self.pillars, pillar, one, bool(status))
            case MarkSensitive(image_id=image, on=on):
                _turn(self.sensitive, image, None, on)
            case ApproveCaption(version=version):
                self.approved = version


def _turn(kept: dict[K, V], key: K, value: V, on: bool) -> None:
    """Put the newest last, or take it out."""
    kept.pop(key, None)
    if on:
        kept[key] = value


def _decide(decisions: dict[str, str], key: str, decision: str) -> None:
    decisions.pop(key, None)
    if decision:
        decisions[key] = decision
