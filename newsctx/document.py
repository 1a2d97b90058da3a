"""The analysis document: the JSON that `analyse` writes and that the interface shows.

Its schema is written down in `newsctx/schema/analysis-1.schema.json`; a test holds the two against each other.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from newsctx.overrides import Override
from newsctx.records import (
    Article,
    Caption,
    Chunk,
    Context,
    EventsResult,
    Inputs,
    LocateResult,
    ModelInfo,
    PartialDate,
    Photo,
    Record,
    RelevanceResult,
    RetrieveResult,
    StageStatus,
    VerifyResult,
)

SCHEMA = "newsctx.analysis/1"


class ArchiveInfo(Record):
    """Which archive was searched."""

    name: str
    version: str
    articles: int
    photos: int
    profile: str
    notices: tuple[str, ...] = ()  # e.g. "fictional demonstration archive"


class PlacePoint(Record):
    """A place of an article, for display and for the map."""

    label: str
    level: str = ""
    lat: float | None = None
    lon: float | None = None


class ArticleCard(Record):
    """What an evidence card shows of an article. All texts are plain text, to be escaped where they are shown."""

    article_id: str
    headline: str
    abstract: str = ""
    source: str = ""
    url: str = ""
    published: PartialDate | None = None
    published_from: str = ""
    places: tuple[PlacePoint, ...] = ()
    image_id: str | None = None
    image_caption: str = ""
    added: bool = False  # by the analyst: the archive does not hold it
    corrected: bool = False  # place or date are the analyst's


class ChunkSelection(Record):
    """How the chunks were chosen."""

    method: str
    query: str
    note: str = ""


class Stages(Record):
    """Results of the stages that have run; None where one has not (yet)."""

    retrieve: RetrieveResult | None = None
    verify: VerifyResult | None = None
    locate: LocateResult | None = None
    events: EventsResult | None = None
    relevance: RelevanceResult | None = None
    chunks: tuple[Chunk, ...] = ()
    chunk_selection: ChunkSelection | None = None


class Document(Record):
    """One analysis, as far as it has come."""

    schema_id: Literal["newsctx.analysis/1"] = Field(default=SCHEMA, alias="schema")
    version: str  # of newsctx
    photo: Photo | None = None
    inputs: Inputs = Inputs()
    archive: ArchiveInfo
    stages: Stages = Stages()
    context: Context | None = None
    caption: Caption | None = None
    articles: dict[str, ArticleCard] = Field(
        default_factory=dict, description="a card for every article id named above"
    )
    overrides: tuple[Override, ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    models: tuple[ModelInfo, ...] = ()
    seconds: dict[str, float] = Field(default_factory=dict, description="computation time per stage")
    status: tuple[StageStatus, ...] = ()
    sensitive: tuple[str, ...] = Field(
        default=(),
        description='pictures that whoever shows this hides until they are chosen: image ids, "" the photograph itself',
    )

    def to_json(self, indent: int | None = 2) -> str:
        return self.model_dump_json(by_alias=True, indent=indent)


def card(article: Article, added: bool = False, corrected: bool = False) -> ArticleCard:
    """The card of an article; its first usable photograph stands for it."""
    image = next((i for i in article.images if i.image_id), None)
    points = [
        PlacePoint(label=p.place.label, level=p.place.level, lat=p.place.lat, lon=p.place.lon)
        if p.place
        else PlacePoint(label=p.keyword)
        for p in article.places
    ]
    return ArticleCard(
        article_id=article.article_id,
        headline=article.headline,
        abstract=article.abstract,
        source=article.source,
        url=article.url,
        published=article.published,
        published_from=article.published_from,
        places=tuple(points),
        image_id=image.image_id if image else None,
        image_caption=image.caption if image else "",
        added=added,
        corrected=corrected,
    )


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document as it is written."""
    schema = Document.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **schema}
