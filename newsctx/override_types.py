"""The types of the analyst's overrides: small typed actions, each undone by taking it off the list.

An override never changes what a model computed. It is kept beside it and applied by the stage that it concerns, so that
it can be undone, explained and replayed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from newsctx import channel_names
from newsctx.records import Article, PartialDate, Place, PromptStep, Rank, Record
from newsctx.settings import FusionMethod

RankingStage = Literal["retrieve", "verify", "locate", "events"]

ADDED = "added-"  # begins the ids of articles that analysts added; the rest is a digest of their content

#: Thresholds that an analyst may change for a case, as dotted names of settings.
ThresholdName = Literal[
    "events.window_days", "events.min_articles", "relevance.gate", "chunks.articles", "chunks.five_w_sentences",
    "context.min_share", "context.min_relevance",
]  # fmt: skip
Pillar = Literal["provenance", "source", "date", "place", "motivation"]
PILLARS: tuple[Pillar, ...] = ("provenance", "source", "date", "place", "motivation")

PlaceText = Annotated[str, Field(min_length=1, max_length=200)]
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


class AddArticle(_Action):
    """Bring an article of the analyst's own into the case (on=false takes it out); it is part of no archive.

    It enters every ranking as a pinned article, and can be unpinned, moved, excluded and corrected like any other.
    """

    action: Literal["add_article"] = "add_article"
    article: Article
    on: bool = True

    @model_validator(mode="after")
    def _own_id(self) -> AddArticle:
        if not self.article.article_id.startswith(ADDED):
            raise ValueError(f"the id of an added article starts with {ADDED!r}, not {self.article.article_id[:40]!r}")
        return self


class CorrectArticle(_Action):
    """Correct where an article plays or when it appeared, for this case; None: as the archive has it.

    `places` are texts for the gazetteer, the first the most important; an empty tuple: it plays nowhere.
    """

    action: Literal["correct_article"] = "correct_article"
    article_id: Id
    places: Annotated[tuple[PlaceText, ...], Field(max_length=20)] | None = None
    published: PartialDate | None = None


class MergeClusters(_Action):
    """See several event candidates as one (on=false takes that back)."""

    action: Literal["merge_clusters"] = "merge_clusters"
    cluster_ids: Annotated[tuple[Id, ...], Field(min_length=2, max_length=50)]
    on: bool = True


class SplitCluster(_Action):
    """Take articles out of an event candidate into one of their own (on=false takes that back)."""

    action: Literal["split_cluster"] = "split_cluster"
    cluster_id: Id
    article_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]
    on: bool = True


class EditChunk(_Action):
    """Let a chunk begin and end elsewhere: `text` are the article's own words around it; None: as it was chosen."""

    action: Literal["edit_chunk"] = "edit_chunk"
    chunk_id: Id
    text: Annotated[str, Field(min_length=1, max_length=5000)] | None


class AddChunk(_Action):
    """Add a passage that the stage did not choose: words of the article, verbatim (on=false takes it out)."""

    action: Literal["add_chunk"] = "add_chunk"
    article_id: Id
    text: Annotated[str, Field(min_length=1, max_length=5000)]
    on: bool = True


class SetThreshold(_Action):
    """Change a threshold of a stage for this case; None goes back to the setting."""

    action: Literal["threshold"] = "threshold"
    name: ThresholdName
    value: Annotated[float, Field(ge=0, le=10_000)] | None


class AnswerPillar(_Action):
    """The analyst's own word on one of the five pillars of verification; status "" takes it back."""

    action: Literal["pillar"] = "pillar"
    pillar: Pillar
    status: Literal["", "verified", "doubtful", "false", "unknown"]
    note: Annotated[str, Field(max_length=2000)] = ""


class MarkSensitive(_Action):
    """Hide a photograph until it is chosen, in thumbnails, viewer and exports; image "" is the one under check."""

    action: Literal["sensitive"] = "sensitive"
    image_id: Annotated[str, Field(max_length=64)] = ""
    on: bool = True


class ApproveCaption(_Action):
    """Approve a version of the caption; None takes the approval back."""

    action: Literal["approve"] = "approve"
    version: Rank | None
