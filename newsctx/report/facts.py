"""The data model of a report: everything that any of its formats says, and the JSON as it is."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from newsctx.case_records import CaseStatus
from newsctx.checklist import Bearing
from newsctx.document import SCHEMA as ANALYSIS
from newsctx.document import ArchiveInfo, Document
from newsctx.override_types import Pillar
from newsctx.records import AnswerBasis, Confidence, ModelInfo, PromptSent, Record, Sha256, Tier

SCHEMA = "newsctx.report/1"
CaptionState = Literal["approved", "changed", "draft", "none"]


class ArticleFacts(Record):
    """An article as the report names it; all texts are plain text of others."""

    article_id: str
    headline: str
    source: str = ""
    published: str = ""  # ISO, to the precision that is known
    places: tuple[str, ...] = ()
    url: str = ""
    image_id: str = ""  # SHA-256 of its archived photograph
    added: bool = False  # by the analyst
    corrected: bool = False


class CaseFacts(Record):
    case_id: str
    title: str
    status: CaseStatus
    tags: tuple[str, ...] = ()
    archived: bool = False
    created: str
    note: str = ""
    claim_text: str = ""
    claim_place: str = ""
    claim_date: str = ""
    analysts: tuple[str, ...] = ()  # every name in the trail, in the order of appearance


class PhotoFacts(Record):
    sha256: Sha256
    filename: str = ""
    phash: str = ""
    format: str = ""
    bytes: int = 0
    width: int = 0
    height: int = 0
    camera: tuple[tuple[str, str], ...] = ()  # label, value
    text: str = ""  # legible text
    notices: tuple[str, ...] = ()
    hidden: bool = False  # marked sensitive and not chosen: this report does not show it


class Alternative(Record):
    label: str
    share: float
    article_ids: tuple[str, ...] = ()


class AnswerFacts(Record):
    """The answer to where or when."""

    item: Literal["place", "date"]
    value: str = ""  # empty: not established
    level: str = ""  # `to the city`
    basis: AnswerBasis = "none"
    decided: str = ""  # by whom, in words
    reason: str = ""  # the analyst's, where they decided
    confidence: Confidence = ""
    confidence_words: str = ""
    note: str = ""
    article_ids: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    position: str = ""


class CheckFacts(Record):
    """One item of the claim against the answer."""

    item: str
    claimed: str
    verdict: Literal["supported", "contradicted", "not_addressed"]
    found: str = ""
    distance: str = ""
    note: str = ""
    article_ids: tuple[str, ...] = ()
    quotes: tuple[tuple[str, str], ...] = ()  # article id, sentence


class WitnessFacts(Record):
    item: str
    who: str
    says: str
    side: str
    note: str = ""


class FindingFacts(Record):
    text: str
    bearing: Bearing
    article_ids: tuple[str, ...] = ()


class PillarFacts(Record):
    pillar: Pillar
    question: str
    status: str = ""  # the analyst's; empty: not answered
    note: str = ""
    evidence: str
    findings: tuple[FindingFacts, ...] = ()  # contradictions first
    limit: str


class SourceFacts(Record):
    """What a caption sentence cites."""

    source_id: str  # of a chunk or of metadata
    article_id: str = ""
    text: str = ""


class SentenceFacts(Record):
    text: str
    sources: tuple[SourceFacts, ...] = ()
    unsupported: tuple[str, ...] = ()  # mentions that the cited evidence does not have
    accepted: tuple[str, ...] = ()  # the same, accepted by the analyst
    problem: str = ""


class CaptionFacts(Record):
    """The caption: the approved version where there is one, else the draft."""

    state: CaptionState = "none"
    text: str = ""
    version: int = 0
    writer: str = ""
    kind: str = ""
    note: str = ""
    approved_by: str = ""
    approved_at: str = ""
    reason: str = ""
    draft: str = ""  # the wording of now, where another one is approved
    sentences: tuple[SentenceFacts, ...] = ()
    repaired: bool = False
    sent: tuple[PromptSent, ...] = ()  # to a language model, with its answers


class HitFacts(Record):
    """An article of the final order."""

    rank: int
    article_id: str
    tier: Tier
    score: float
    probability: float | None = None
    relevance: str = ""  # name of the level
    relevance_probability: float | None = None
    why: str = ""
    ranks: tuple[tuple[str, int], ...] = ()  # stage, rank: its way through the stages
    channels: tuple[tuple[str, int, float], ...] = ()  # channel, rank, score


class MatchFacts(Record):
    """A photograph of the archive found in the one under check."""

    article_id: str
    image_id: Sha256
    relation: Literal["photo", "scene"]
    inliers: int
    confidence: float
    mirrored: bool = False
    note: str = ""
    hidden: bool = False


class EventFacts(Record):
    number: int
    place: str
    first: str
    last: str
    article_ids: tuple[str, ...]
    probability: float | None = None
    relevance: str = ""
    decision: str = ""
    lat: float | None = None
    lon: float | None = None


class MarkFacts(Record):
    """What is claimed, recorded by the camera, or answered, on map and timeline."""

    kind: Literal["claimed", "camera", "answer"]
    label: str = ""
    lat: float | None = None
    lon: float | None = None
    date: str = ""
    first: str = ""  # ISO days
    last: str = ""


class OverrideFacts(Record):
    number: int
    made: str
    who: str
    state: Literal["live", "undone", "dropped"]
    action: str
    text: str
    reason: str = ""


class MissingFacts(Record):
    """A part that did not work, and why."""

    part: str
    why: str


class SettingFacts(Record):
    """A setting that is not the default."""

    name: str
    value: str
    default: str


class TrailFacts(Record):
    """Where the trail stood when the case was last changed or computed; downloads after that are left out."""

    entries: int
    head: str
    problems: tuple[str, ...] = ()


class ImageFacts(Record):
    """A picture of the report that is a copy of an archived photograph."""

    image_id: Sha256  # SHA-256 of the archived file
    article_id: str
    shown: bool
    why: str = ""  # why it is not shown


class HashFacts(Record):
    photo: Sha256
    document: Sha256
    caption: str = ""  # of the caption's text, UTF-8
    settings: Sha256
    archive_version: str
    trail_head: str
    pictures: dict[str, Sha256] = Field(default_factory=dict)  # of the pictures that this report shows, by name


class ReportFacts(Record):
    """What a report says, without the analysis document that it is made of."""

    schema_id: Literal["newsctx.report/1"] = Field(default=SCHEMA, alias="schema")
    made: str = Field(description="ISO 8601, UTC; the only field that differs between two reports of the same case")
    newsctx: str  # version
    case: CaseFacts
    photo: PhotoFacts
    place: AnswerFacts
    date: AnswerFacts
    relevance: str = ""  # of the first article, in words
    checks: tuple[CheckFacts, ...] = ()
    witnesses: tuple[WitnessFacts, ...] = ()
    conflicts: tuple[str, ...] = ()
    checklist: tuple[PillarFacts, ...] = ()
    caption: CaptionFacts = CaptionFacts()
    order: str = ""  # the stage whose order the articles stand in
    hits: tuple[HitFacts, ...] = ()
    matches: tuple[MatchFacts, ...] = ()
    events: tuple[EventFacts, ...] = ()
    marks: tuple[MarkFacts, ...] = ()
    overrides: tuple[OverrideFacts, ...] = ()
    excluded: tuple[str, ...] = ()
    unavailable: tuple[MissingFacts, ...] = ()
    stale: tuple[str, ...] = ()  # stages whose results are older than the last change
    articles: dict[str, ArticleFacts] = Field(default_factory=dict)
    images: tuple[ImageFacts, ...] = ()
    archive: ArchiveInfo
    models: tuple[ModelInfo, ...] = ()
    settings: tuple[SettingFacts, ...] = ()
    hashes: HashFacts
    trail: TrailFacts


class Report(ReportFacts):
    """A case as a report."""

    document: Document

    def to_json(self) -> str:
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the report as it is written; its document follows the schema of analyses."""
    schema = ReportFacts.model_json_schema(by_alias=True, mode="serialization")
    schema |= {"title": "Report", "description": "A case as a report."}
    schema["properties"]["document"] = {"$ref": f"../{ANALYSIS}"}  # from this one's own id
    schema["required"].append("document")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **schema}
