"""The data objects that flow between the stages.

Every record is immutable and refuses nonsense when it is built: NaN scores, ranks below 1, duplicate ids, an
end before its start. All of them read and write JSON (`record.model_dump_json()`, `Type.model_validate_json()`),
which is also how stage results are cached.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_serializer, model_validator

from newsctx.unicodetext import stream_safe, well_formed

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Rank = Annotated[int, Field(ge=1)]
Probability = Annotated[float, Field(ge=0, le=1)]


class Record(BaseModel):
    """Base: frozen, no unknown fields, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# --- dates and places -----------------------------------------------------------------------------------------

DatePrecision = Literal["decade", "year", "month", "day"]
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?|(\d{3}0)s")


class PartialDate(Record):
    """A Gregorian date known to a day, month, year or decade; JSON form `2017-12-26`, `2017-12`, `2017`, `2010s`."""

    year: Annotated[int, Field(ge=1, le=9999)]
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    decade: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_iso(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _ISO.fullmatch(value)
        if not found:
            raise ValueError(f"{value!r} is not a date: expected YYYY-MM-DD, YYYY-MM, YYYY or a decade like 1970s")
        year, month, day, decade = found.groups()
        if decade:
            return {"year": int(decade), "decade": True}
        return {"year": int(year), "month": int(month) if month else None, "day": int(day) if day else None}

    @model_validator(mode="after")
    def _exists(self) -> PartialDate:
        if self.day is not None and self.month is None:
            raise ValueError(f"day {self.day} without a month")
        if self.decade and (self.month is not None or self.year % 10):
            raise ValueError(f"a decade is a year that ends in 0 and has no month, not {self.year}-{self.month}")
        if self.day is not None:
            date(self.year, self.month or 1, self.day)  # raises ValueError for 30 February
        return self

    @model_serializer
    def _to_iso(self) -> str:
        return self.iso

    @property
    def iso(self) -> str:
        if self.decade:
            return f"{self.year:04d}s"
        parts = [f"{self.year:04d}"] + [f"{p:02d}" for p in (self.month, self.day) if p is not None]
        return "-".join(parts)

    @property
    def precision(self) -> DatePrecision:
        if self.decade:
            return "decade"
        return "day" if self.day else "month" if self.month else "year"

    @property
    def first(self) -> date:
        """First day of the span that the date covers."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """Last day of the span that the date covers."""
        year = min(self.year + 9, 9999) if self.decade else self.year
        month = self.month or 12
        return date(year, month, self.day or calendar.monthrange(year, month)[1])

    def __str__(self) -> str:
        return self.iso


PlaceLevel = Literal["venue", "city", "region", "country", "continent"]
PLACE_LEVELS: tuple[PlaceLevel, ...] = ("venue", "city", "region", "country", "continent")


class Place(Record):
    """A resolved place; latitude and longitude in degrees, WGS 84, both or neither."""

    name: Annotated[str, Field(min_length=1)]
    level: PlaceLevel
    city: str = ""  # the city a venue lies in
    region: str = ""
    country: str = ""
    country_code: str = ""  # ISO 3166-1 alpha-2
    continent: str = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    geonameid: int | None = None

    @model_validator(mode="after")
    def _both_coordinates(self) -> Place:
        if (self.lat is None) != (self.lon is None):
            raise ValueError(f"{self.name}: latitude and longitude go together")
        return self

    @property
    def hierarchy(self) -> tuple[str, ...]:
        """Names from the place up to its continent, empty and repeated neighbours left out."""
        chain: list[str] = [self.name]
        for name in (self.city, self.region, self.country, self.continent):
            if name and name != chain[-1]:
                chain.append(name)
        return tuple(chain)

    @property
    def label(self) -> str:
        """For display: the hierarchy without the continent (a continent alone is itself)."""
        chain = [n for n in self.hierarchy if n != self.continent or self.level == "continent"]
        return ", ".join(chain)


PlaceSource = Literal["given", "headline", "dateline", "lead", "body"]


class ArticlePlace(Record):
    """One place of an article: the location keyword, what it resolves to, and where the article names it."""

    keyword: Annotated[str, Field(min_length=1)]  # NYT style: `Duisburg (Germany)`
    place: Place | None = None  # None where the gazetteer does not know a given keyword
    weight: Probability = 1.0  # share of the article's place evidence
    source: PlaceSource = "given"


# --- articles -------------------------------------------------------------------------------------------------


class ArticleImage(Record):
    """A photograph of an article. `image_id` is the sha256 of the archived file, None where there is no usable file."""

    image_id: Sha256 | None = None
    suffix: str = ""  # `.jpg`: the archived file is images/ab/abcdef....jpg
    caption: str = ""
    position: Annotated[int, Field(ge=0)] | None = None  # paragraph index in the body
    url: str = ""
    width: int | None = None  # pixels
    height: int | None = None
    problem: str = ""  # why there is no usable file


class Article(Record):
    """One news article of the archive."""

    article_id: Annotated[str, Field(min_length=1)]
    url: str = ""
    source: str = ""  # the outlet
    headline: str = ""
    abstract: str = ""
    body: str = ""
    published: PartialDate | None = None
    published_from: Literal["published", "dateline", ""] = ""
    places: tuple[ArticlePlace, ...] = ()
    images: tuple[ArticleImage, ...] = ()
    captions: tuple[str, ...] = ()  # news captions: texts describing a photo that could illustrate it (NewsRECON)
    links: tuple[str, ...] = ()  # canonical URLs it cites
    language: str = ""  # ISO 639-1

    @property
    def location_keywords(self) -> tuple[str, ...]:
        return tuple(p.keyword for p in self.places)

    @property
    def location_text(self) -> str:
        """`Paris (France) ; Lyon`: what the location cross-encoder and the event clusters read (NewsRECON)."""
        return " ; ".join(self.location_keywords)

    @property
    def image_ids(self) -> tuple[str, ...]:
        return tuple(i.image_id for i in self.images if i.image_id)


# --- the photograph -------------------------------------------------------------------------------------------


class OcrLine(Record):
    """One line of legible text; `box`: four corners (x, y), pixels of the oriented photo, clockwise from top left."""

    text: str
    confidence: Probability
    box: tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


class Camera(Record):
    """What the file says about its taking; a value that cannot be trusted is left out and its problem named."""

    make: str = ""
    model: str = ""
    time: str = ""  # ISO 8601 local time, with offset only where the file has one
    time_problem: str = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    altitude: float | None = None  # metres
    gps_problem: str = ""


class Photo(Record):
    """The photograph under check: facts of the file, never its pixels."""

    sha256: Sha256  # of the original bytes
    phash: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]  # 64-bit DCT perceptual hash
    filename: str = ""
    format: str  # JPEG, PNG, ...
    bytes: Annotated[int, Field(ge=1)]
    width: Annotated[int, Field(ge=1)]  # pixels, after EXIF orientation
    height: Annotated[int, Field(ge=1)]
    camera: Camera = Camera()
    ocr: tuple[OcrLine, ...] = ()
    ocr_unavailable: str = ""  # why no text could be read; empty when OCR ran
    notices: tuple[str, ...] = ()  # e.g. "animated GIF: first of 12 frames"

    @property
    def ocr_text(self) -> str:
        return "\n".join(line.text for line in self.ocr)


def _safe(value: Any) -> Any:
    return stream_safe(well_formed(value)) if isinstance(value, str) else value


Typed = Annotated[str, BeforeValidator(_safe)]  # by a person: no NUL, no lone surrogate, wherever it comes from


class Claim(Record):
    """What somebody says the photograph shows."""

    text: Typed = ""
    place: Typed = ""
    date: PartialDate | None = None

    @property
    def empty(self) -> bool:
        return not (self.text or self.place or self.date)


class Inputs(Record):
    """What the analyst typed beside the photograph."""

    note: Typed = ""
    claim: Claim = Claim()


# --- rankings: the one currency -------------------------------------------------------------------------------

Tier = Literal["pinned", "matched", "ranked"]
TIERS: tuple[Tier, ...] = ("pinned", "matched", "ranked")


class ChannelScore(Record):
    """A hit's own score and rank in one channel."""

    score: float
    rank: Rank
    parts: dict[str, float] = Field(default_factory=dict)  # what the score is made of, where a channel combines several
    evidence: str = ""  # what matched: an image id, `caption 2`, `body passage 1`


class Refinement(Record):
    """What a neighbourhood of other articles added to a fused score (EVENTA-H)."""

    name: Literal["temporal", "citation"]
    added: float
    neighbours: tuple[str, ...] = ()  # ids of the articles that lifted it, the strongest first


class Hit(Record):
    """One article in a ranking. Tiers come first: pinned by the analyst, matched by geometry, then the rest."""

    article_id: str
    rank: Rank
    score: float
    channels: dict[str, ChannelScore] = Field(default_factory=dict)
    tier: Tier = "ranked"
    rank_before: Rank | None = None  # in the stage before; None where the article was not there
    probability: Probability | None = None  # of this stage's scorer
    reason: str = ""  # one sentence for the analyst, where the stage has one
    refinements: tuple[Refinement, ...] = ()
    conflict: Probability | None = None  # Dempster's K between the channels, where evidence is combined


def check_ranking(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Refuses duplicate articles and ranks that are not 1..n in order."""
    if [h.rank for h in hits] != list(range(1, len(hits) + 1)):
        raise ValueError("ranks must be 1..n in order")
    if len({h.article_id for h in hits}) != len(hits):
        raise ValueError("an article stands in a ranking once")
    return hits


class ChannelResult(Record):
    """One channel's ranking of the archive: (article_id, score), best first, at most K."""

    name: str
    state: Literal["ran", "unavailable", "no_query", "off"]
    reason: str = ""  # why it did not run
    hits: tuple[tuple[str, float], ...] = ()
    seconds: Annotated[float, Field(ge=0)] = 0.0
    evidence: dict[str, str] = Field(default_factory=dict)  # article_id -> what matched (image id, snippet)
    parts: dict[str, dict[str, float]] = Field(default_factory=dict)  # article_id -> what its score is made of

    @model_validator(mode="after")
    def _sound(self) -> ChannelResult:
        if self.state != "ran" and (self.hits or not self.reason):
            raise ValueError(f"channel {self.name}: a channel that did not run has a reason and no hits")
        if len({a for a, _ in self.hits}) != len(self.hits):
            raise ValueError(f"channel {self.name}: an article stands in a ranking once")
        if any(a < b for (_, a), (_, b) in zip(self.hits, self.hits[1:], strict=False)):
            raise ValueError(f"channel {self.name}: scores must not rise")
        return self


class ChannelStatus(Record):
    """A channel without its hits, for the document."""

    name: str
    state: Literal["ran", "unavailable", "no_query", "off"]
    reason: str = ""
    weight: float = 1.0
    hits: int = 0
    seconds: float = 0.0


class RetrieveResult(Record):
    hits: tuple[Hit, ...] = ()  # `rank_before`: the fused rank, before the refinements
    channels: tuple[ChannelStatus, ...] = ()
    fusion: str = ""  # how the channels were fused: `rrf`, `weighted`, `evidence`
    notices: tuple[str, ...] = ()  # e.g. what a filter of the note left out

    @model_validator(mode="after")
    def _ranked(self) -> RetrieveResult:
        check_ranking(self.hits)
        return self


class KeypointLine(Record):
    """One inlier: query (xq, yq) and archived photo (xa, ya), pixels of the oriented photos (not mirrored)."""

    xq: float
    yq: float
    xa: float
    ya: float


class Match(Record):
    """A photograph of the archive found in the query by geometry."""

    article_id: str
    image_id: Sha256
    inliers: Annotated[int, Field(ge=0)]
    confidence: Probability
    accepted: bool
    note: str = ""  # why it is no evidence of this article: a logo, lettering, too few points; never accepted then
    mirrored: bool = False
    method: Literal["copy", "sift", "orb"] = "copy"  # what found it: the copy channel, or the comparison of candidates
    relation: Literal["photo", "scene"] = "photo"  # the photograph itself, or the same place in another photograph
    agreement: Probability | None = None  # share of the common frame that looks alike, where it was measured
    homography: tuple[float, ...] = ()  # 9 numbers, row-major, query pixels -> archived pixels; none without a plane
    lines: tuple[KeypointLine, ...] = ()
    region: tuple[tuple[float, float], ...] = ()  # polygon in the query where the archived photo lies


class VerifyResult(Record):
    hits: tuple[Hit, ...] = ()
    matches: tuple[Match, ...] = ()
    unavailable: str = ""

    @model_validator(mode="after")
    def _ranked(self) -> VerifyResult:
        check_ranking(self.hits)
        return self


class LocateResult(Record):
    hits: tuple[Hit, ...] = ()
    scorer: str = ""  # `location head NAME`, `zero-shot`, or empty
    unavailable: str = ""  # why the order was kept

    @model_validator(mode="after")
    def _ranked(self) -> LocateResult:
        check_ranking(self.hits)
        return self


class Cluster(Record):
    """An event candidate: articles of one place atom within one window of days (NewsRECON sec. 3)."""

    id: str
    place: str  # the atom, as shown to the analyst
    atom: str  # normalised
    first: date
    last: date
    article_ids: Annotated[tuple[str, ...], Field(min_length=1)]
    text: str
    probability: Probability | None = None
    representative: str
    maximal: bool = True  # not contained in another cluster of its atom: the ones an analyst is shown
    decision: Literal["", "kept", "dropped"] = ""
    lat: float | None = None
    lon: float | None = None

    @model_validator(mode="after")
    def _sound(self) -> Cluster:
        if self.last < self.first:
            raise ValueError(f"cluster {self.id} ends {self.last} before it starts {self.first}")
        if self.representative not in self.article_ids:
            raise ValueError(f"cluster {self.id}: its representative {self.representative} is not a member")
        if len(set(self.article_ids)) != len(self.article_ids):
            raise ValueError(f"cluster {self.id}: duplicate members")
        return self


class EventsResult(Record):
    hits: tuple[Hit, ...] = ()
    clusters: tuple[Cluster, ...] = ()  # best first
    scorer: str = ""
    unavailable: str = ""
    note: str = ""  # what the analyst did with candidates that are no longer there

    @model_validator(mode="after")
    def _ranked(self) -> EventsResult:
        check_ranking(self.hits)
        return self


# --- evidence and answers -------------------------------------------------------------------------------------

ChunkField = Literal["headline", "abstract", "body", "caption"]


class Relevance(Record):
    """How probable it is that the best-ranked article is about the photographed moment."""

    probability: Probability | None = None  # None: not rated, and why
    signals: dict[str, float] = Field(default_factory=dict)
    unavailable: str = ""


RelevanceLevel = Literal["strong", "likely", "uncertain", "weak"]
RELEVANCE_LEVELS: tuple[RelevanceLevel, ...] = ("strong", "likely", "uncertain", "weak")


class Assessment(Record):
    """How probable it is that one piece of evidence is about the photographed moment."""

    probability: Probability | None = None  # calibrated; None: not rated, `basis` says why
    level: RelevanceLevel | None = None  # what the interface shows; the probability on demand
    basis: str = ""  # what the rating rests on, one sentence
    passes: bool = True  # above the gate, or pinned, or matched by geometry: it may reach the caption writer

    @model_validator(mode="after")
    def _rated(self) -> Assessment:
        if (self.probability is None) != (self.level is None):
            raise ValueError("a rating has a probability and a level, or neither")
        return self


class RelevanceResult(Record):
    """The rating of everything that the answers and the caption may rest on (REAR, Wang et al. 2024)."""

    first: Relevance = Relevance()  # of the best-ranked article
    articles: dict[str, Assessment] = Field(default_factory=dict)  # article id -> of the final order's first ones
    clusters: dict[str, Assessment] = Field(default_factory=dict)  # cluster id ->
    gate: Probability = 0.0  # evidence below does not reach the caption writer
    unavailable: str = ""


FiveW = Literal["who", "what", "where", "when", "why"]


class Chunk(Record):
    """A passage of an article: characters start..end (end exclusive) of the named field."""

    chunk_id: str  # `ARTICLE#body:120-310`
    article_id: str
    field: ChunkField = "body"
    start: Annotated[int, Field(ge=0)]
    end: int
    text: str
    score: float | None = None  # cosine to the query text; None for a lead or closing sentence taken by position
    role: Literal["ranked", "lead", "closing", "analyst"] = "ranked"
    decision: Literal["", "kept", "dropped"] = ""
    answers: tuple[FiveW, ...] = ()  # which of the five questions it answers
    repeats: tuple[str, ...] = ()  # ids of near-identical passages of other articles that are folded into this one
    edited_from: str = ""  # the id that it was chosen by, where the analyst gave it other ends
    relevance: Assessment | None = None  # of the passage: of its article and of its own closeness to the query

    @model_validator(mode="after")
    def _sound(self) -> Chunk:
        if self.end <= self.start or len(self.text) != self.end - self.start:
            raise ValueError(f"chunk {self.chunk_id}: text of {len(self.text)} characters at {self.start}..{self.end}")
        return self


class ChunksResult(Record):
    chunks: tuple[Chunk, ...] = ()
    method: str = ""
    query: str = ""  # the text that the chunks were ranked against
    note: str = ""  # what was not possible, e.g. no sentence encoder


class Support(Record):
    """One alternative answer and the articles behind it."""

    label: str
    share: Probability
    article_ids: tuple[str, ...] = ()


AnswerBasis = Literal["evidence", "analyst", "none"]
Confidence = Literal["", "high", "medium", "low", "unrated"]  # empty: there is no answer, or it is the analyst's own


class PlaceAnswer(Record):
    place: Place | None = None
    called: str = ""  # as its articles call it (`Cologne`), where the gazetteer has another name (`Köln`)
    basis: AnswerBasis = "none"
    confidence: Confidence = ""
    share: Probability | None = None  # of the place evidence that supports the answer
    article_ids: tuple[str, ...] = ()
    alternatives: tuple[Support, ...] = ()
    note: str = ""

    @property
    def label(self) -> str:
        """The place's label under the name that its articles use; empty without an answer."""
        if self.place is None:
            return ""
        return self.place.model_copy(update={"name": self.called}).label if self.called else self.place.label


class DateAnswer(Record):
    date: PartialDate | None = None
    basis: AnswerBasis = "none"
    confidence: Confidence = ""
    share: Probability | None = None
    article_ids: tuple[str, ...] = ()
    alternatives: tuple[Support, ...] = ()
    note: str = ""


class Quote(Record):
    """A sentence of an article, verbatim: characters start..end (end exclusive) of the field."""

    article_id: str
    field: ChunkField | Literal["published"]  # published: the date of publication, ISO
    start: Annotated[int, Field(ge=0)]
    end: int
    text: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Quote:
        if len(self.text) != self.end - self.start:
            raise ValueError(f"a quote of {len(self.text)} characters at {self.start}..{self.end}")
        return self


class ClaimCheck(Record):
    """One item of the claim against the answer."""

    item: Literal["text", "place", "date"]
    claimed: str
    verdict: Literal["supported", "contradicted", "not_addressed"]
    found: str = ""
    km: float | None = None
    days: int | None = None
    article_ids: tuple[str, ...] = ()
    note: str = ""
    sentences: tuple[Quote, ...] = ()  # that say so


WitnessName = Literal["copy", "image_text", "words_note", "words_ocr", "camera", "claim"]
Side = Literal["agrees", "compatible", "conflicts", "silent", "unopposed"]


class Witness(Record):
    """What one independent channel says of the place or of the date."""

    channel: WitnessName
    says: str = ""  # the place or the date; empty: nothing
    side: Side = "silent"  # compatible: coarser than the answer, or not contrary to it; unopposed: there is no answer
    mass: Probability = 0.0  # of belief committed to its side (Shafer 1976); the rest is ignorance
    article_ids: tuple[str, ...] = ()
    note: str = ""


class Corroboration(Record):
    """Independent channels on one answer, combined by Dempster's rule (BayesRAG); None: nothing was combined."""

    item: Literal["place", "date"]
    answer: str = ""
    belief: Probability | None = None  # committed to the answer
    plausibility: Probability | None = None  # not committed against it
    conflict: Probability | None = None  # Dempster's K: 0 nobody contradicts, 1 total contradiction
    witnesses: tuple[Witness, ...] = ()

    def side(self, side: Side) -> tuple[Witness, ...]:
        """Those that take a side, in order."""
        return tuple(w for w in self.witnesses if w.side == side)


class Context(Record):
    relevance: Relevance = Relevance()
    place: PlaceAnswer = PlaceAnswer()
    date: DateAnswer = DateAnswer()
    agreement: tuple[ClaimCheck, ...] = ()
    conflicts: tuple[str, ...] = ()
    told: tuple[str, ...] = ()  # what a prompt may hold of them: no article below the gate, no position of the camera
    corroboration: tuple[Corroboration, ...] = ()  # of the place and of the date


MentionKind = Literal["name", "place", "date", "number"]


class Mention(Record):
    """A name, place, date or number in a caption sentence, held against what the sentence cites."""

    kind: MentionKind
    start: Annotated[int, Field(ge=0)]  # characters of the sentence's text, end exclusive
    end: int
    text: Annotated[str, Field(min_length=1)]
    found: tuple[str, ...] = ()  # cited chunk and metadata ids that hold it; empty: not found in the evidence
    accepted: bool = False  # by the analyst, although it was not found

    @property
    def struck(self) -> bool:
        """Shown struck through."""
        return not self.found and not self.accepted


class Sentence(Record):
    """A caption sentence and what it rests on: chunk ids, or metadata ids such as `ARTICLE#published`."""

    text: Annotated[str, Field(min_length=1)]
    chunk_ids: tuple[str, ...] = ()
    metadata_ids: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()  # in the order of the text
    problem: str = ""  # e.g. it cites nothing, or a passage that is not there

    @model_validator(mode="after")
    def _cited(self) -> Sentence:
        if not self.chunk_ids and not self.metadata_ids and not self.problem:
            raise ValueError(f"an uncited caption sentence: {self.text!r}")
        for m in self.mentions:
            if self.text[m.start : m.end] != m.text:
                raise ValueError(f"{m.text!r} does not stand at {m.start}..{m.end} of {self.text!r}")
        return self


PromptStep = Literal["describe", "synthesise", "repair", "place", "date"]


class PromptSent(Record):
    """One exchange with a language model, kept with the caption."""

    step: PromptStep
    template: str  # file name and version of the prompt, `synthesise@1`; `analyst` where the analyst wrote it
    system: str = ""
    text: str  # what was sent, with the evidence filled in
    photograph: bool = False  # it was sent along
    answer: str = ""  # verbatim
    seconds: Annotated[float, Field(ge=0)] = 0.0


GO = "write"  # what a caption awaits where a model has yet to be told to write it


class Caption(Record):
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    writer: str  # `extractive`, or a language model's name
    kind: Literal["extractive", "generated", "edited"] = "extractive"  # edited: the analyst's own wording
    note: str = ""  # why it is empty or short
    description: str = ""  # what the model saw in the photograph, before it read the evidence
    sent: tuple[PromptSent, ...] = ()  # nothing for `extractive`
    repaired: bool = False  # the model was asked once more because of mentions that were not found, and did better
    awaiting: str = ""  # the service that the analyst has to allow first; `write`: the analyst has yet to say go
    draft: bool = False  # it is being written: nothing of it has been held against the evidence yet


class CaptionVersion(Record):
    """A caption that a case has had; none is ever overwritten."""

    number: Rank
    made: str  # ISO 8601, UTC
    caption: Caption
    parent: Rank | None = None  # the version that the analyst's wording began from


# --- the analyst's actions ------------------------------------------------------------------------------------

StageName = Literal["photo", "retrieve", "verify", "locate", "events", "relevance", "chunks", "context", "caption"]
STAGES: tuple[StageName, ...] = (
    "photo", "retrieve", "verify", "locate", "events", "relevance", "chunks", "context", "caption",
)  # fmt: skip
StageState = Literal["pending", "running", "fresh", "stale", "failed"]


class StageStatus(Record):
    name: StageName
    state: StageState = "pending"
    seconds: Annotated[float, Field(ge=0)] | None = None  # of the computation, not of reading the cache
    cached: bool = False
    note: str = ""  # what was unavailable, or the error


class ModelInfo(Record):
    """A model slot of the profile: what fills it, or why nothing does."""

    slot: str  # image_text, second_image, modulation, sentence, ocr, location_head, event_head, relevance,
    # fusion, caption_writer, local_features
    name: str = ""
    digest: str = ""
    device: str = ""
    unavailable: str = ""
