"""The analyst's overrides: typed actions in a list; replaying the list gives the same edits.

An override never changes what a model computed. It is kept beside it and applied by the stage that it concerns, so that
it can be undone, explained and replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from newsctx import channel_names
from newsctx.errors import OverrideError
from newsctx.ranking import Move, RankEdits
from newsctx.records import STAGES, PartialDate, Place, PromptStep, Rank, Record, StageName
from newsctx.settings import FusionMethod

RankingStage = Literal["retrieve", "verify", "locate", "events"]

Id = Annotated[str, Field(min_length=1)]  # a bound makes pydantic refuse lone surrogates, as any store would


class _Action(Record):
    reason: Annotated[str, Field(max_length=2000)] = ""


class PinArticle(_Action):
    """Put an article above all others (on=false takes the pin out)."""

    action: Literal["pin"] = "pin"
    article_id: Id
    on: bool = True


class ExcludeArticle(_Action):
    """Take an article out of every stage (on=false brings it back)."""

    action: Literal["exclude"] = "exclude"
    article_id: Id
    on: bool = True


class MoveArticle(_Action):
    """Put an article at a rank of a stage's list; it keeps that rank in the lists of the later stages."""

    action: Literal["move"] = "move"
    article_id: Id
    rank: Rank
    stage: RankingStage = "events"


class SetPlace(_Action):
    """Answer the place by hand: a resolved place, or a text for the gazetteer; None goes back to the evidence."""

    action: Literal["set_place"] = "set_place"
    place: Place | Annotated[str, Field(min_length=1, max_length=200)] | None


class SetDate(_Action):
    """Answer the date by hand; None goes back to the evidence."""

    action: Literal["set_date"] = "set_date"
    date: PartialDate | None


class DecideCluster(_Action):
    """Keep (walk first) or drop an event cluster; "" takes the decision back."""

    action: Literal["cluster"] = "cluster"
    cluster_id: Id
    decision: Literal["kept", "dropped", ""]


class DecideChunk(_Action):
    """Keep or drop a text chunk; "" takes the decision back."""

    action: Literal["chunk"] = "chunk"
    chunk_id: Id
    decision: Literal["kept", "dropped", ""]


class SetWeight(_Action):
    """Change the fusion weight of a channel; 0 switches it off, None goes back to the setting."""

    action: Literal["weight"] = "weight"
    channel: Id
    weight: Annotated[float, Field(ge=0, le=10)] | None

    @field_validator("channel")
    @classmethod
    def _current_name(cls, value: str) -> str:
        return channel_names.current(value)  # a stored case may name a channel as it was called then


class SetFusion(_Action):
    """Fuse the channels in another way; None goes back to the setting."""

    action: Literal["fusion"] = "fusion"
    method: FusionMethod | None


class SetWriter(_Action):
    """Have the caption written by another writer, or by the same one once more (another `run`); None: the setting's."""

    action: Literal["writer"] = "writer"
    writer: Annotated[str, Field(min_length=1, max_length=200)] | None
    run: Annotated[int, Field(ge=0)] = 0


class SetPrompt(_Action):
    """Word a step of the caption's writing by hand; None goes back to the prompt file."""

    action: Literal["prompt"] = "prompt"
    step: PromptStep
    text: Annotated[str, Field(min_length=1, max_length=20_000)] | None


class AcceptMention(_Action):
    """Let a name, place, date or number stand although the evidence does not have it: in the sentence given, or, where
    none is, in all.
    """

    action: Literal["accept"] = "accept"
    text: Annotated[str, Field(min_length=1, max_length=500)]
    sentence: Annotated[str, Field(max_length=20_000)] = ""
    on: bool = True


class EditCaption(_Action):
    """The analyst's own wording, beside what was written; None goes back to that."""

    action: Literal["edit_caption"] = "edit_caption"
    text: Annotated[str, Field(min_length=1, max_length=5000)] | None


class AllowRemote(_Action):
    """Let a service, named by its base URL, receive this photograph and its evidence (on=false takes that back)."""

    action: Literal["allow_remote"] = "allow_remote"
    base_url: Annotated[str, Field(min_length=1, max_length=2000)]
    on: bool = True


Override = Annotated[
    PinArticle | ExcludeArticle | MoveArticle | SetPlace | SetDate | DecideCluster | DecideChunk | SetWeight
    | SetFusion | SetWriter | SetPrompt | AcceptMention | EditCaption | AllowRemote,
    Field(discriminator="action"),
]  # fmt: skip
_ONE: TypeAdapter[Override] = TypeAdapter(Override)
_MANY: TypeAdapter[tuple[Override, ...]] = TypeAdapter(tuple[Override, ...])

#: The first stage whose result an action can change; the stages before it stay as they are.
FIRST_STAGE: dict[str, StageName] = {
    "pin": "retrieve",
    "exclude": "retrieve",
    "weight": "retrieve",
    "fusion": "retrieve",
    "cluster": "events",
    "chunk": "chunks",
    "set_place": "context",
    "set_date": "context",
    "writer": "caption",
    "prompt": "caption",
    "accept": "caption",
    "edit_caption": "caption",
    "allow_remote": "caption",
}


def first_stage(override: Override) -> StageName:
    """The first stage that the override touches."""
    return override.stage if isinstance(override, MoveArticle) else FIRST_STAGE[override.action]


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
    where = ".".join(str(p) for p in first["loc"]) or "the list"
    actions = ", ".join(["move", *FIRST_STAGE])
    return (
        f"Override {where}: {first['msg']} (got {str(first['input'])[:80]!r}). "
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
    return Edits(
        pinned=tuple(pinned), excluded=tuple(excluded), moves=tuple(moves.values()), place=place, date=when,
        clusters=decisions["cluster"], chunks=decisions["chunk"], weights=weights, fusion=fusion,
        writer=writer, run=run, prompts=prompts, accepted=tuple(accepted), caption=text,
        allowed=tuple(allowed),
    )  # fmt: skip


def _decide(decisions: dict[str, str], key: str, decision: str) -> None:
    decisions.pop(key, None)
    if decision:
        decisions[key] = decision
