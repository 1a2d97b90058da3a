"""Frozen settings, one class per stage; every constant has a name, a default and its source.

`Settings()` is the default; `Settings.model_validate({"retrieve": {"k": 50}})` changes single values and refuses
unknown names. A stage is keyed in the cache by its own settings only.
"""

from __future__ import annotations

import ipaddress
import os
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from newsctx import channel_names


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PhotoSettings(_Group):
    """Safe decoding and reading of the uploaded photograph."""

    max_bytes: int = Field(50_000_000, ge=1, description="largest upload, bytes")
    max_pixels: int = Field(
        100_000_000, ge=1, description="largest photograph, width x height; above it is a decompression bomb"
    )
    min_side: int = Field(16, ge=1, description="smallest side that carries evidence, pixels")
    work_side: int = Field(
        1600, ge=64, description="longest side of the copy that OCR reads, pixels (own trial: 0.5 s, a full page 2 s)"
    )
    ocr_min_confidence: float = Field(
        0.5, ge=0, le=1, description="OCR lines below are left out (RapidOCR's own default text score)"
    )
    hide_all: bool = Field(
        False, description="every picture is covered until it is chosen: for desks that work with graphic material"
    )


class TamperSettings(_Group):
    """The first look at signs of editing; computed when it is opened, and part of no result."""

    quality: int = Field(
        90, ge=50, le=99, description="JPEG quality of the second saving in error level analysis; Krawetz 2007 names 95, at which pasted patches stood out less (own trial, 5 patches: 0.6 to 1.8 times the error of their surroundings at 90, 0.9 to 1.3 at 95)"
    )
    amplified: float = Field(
        0.999, gt=0.5, le=1, description="quantile of the differences that is brought to white (own choice: single pixels do not set the scale)"
    )
    noise_amplified: float = Field(
        0.98, gt=0.5, le=1, description="the same for the noise residual, where edges are far stronger than noise (own choice)"
    )
    most_gain: float = Field(
        40.0, ge=1, description="largest amplification of the differences; more shows the rounding of the decoder (own choice)"
    )
    median: int = Field(3, ge=3, le=5, description="side of the median filter whose residue is shown, pixels")
    thumbnail_alike: float = Field(
        0.9, ge=0, le=1, description="correlation of an embedded thumbnail with the photograph below which the page says that they differ (own choice)"
    )
    picture_side: int = Field(
        2400, ge=320, le=4000, description="longest side of the pictures that are shown of it, pixels: single blocks of 8 stay visible up to 20 megapixels"
    )
    max_tags: int = Field(2000, ge=1, description="metadata tags that are listed; the rest is counted")
    max_value: int = Field(600, ge=10, description="characters of a metadata value that are shown; the rest is counted")
    max_packet: int = Field(
        2_000_000, ge=1000, description="largest XMP packet that is read, bytes; one with large previews inside is left out"
    )

    @field_validator("median")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError(f"the side of a median filter is odd, not {value}")
        return value


class CopySettings(_Group):
    """The training-free copy channel: local features, inverted file, homography."""

    enabled: bool = True
    # features
    archive_side: int = Field(
        512, ge=64, description="longest side at which archived photos are read, pixels (own trial)"
    )
    query_side: int = Field(
        800,
        ge=64,
        description="longest side at which the query is read, pixels: a post screenshot shows the photo small",
    )
    enlarge: float = Field(
        1.0, ge=1, description="most a small photo is enlarged before SIFT doubles it once more (Lowe 2004 sec. 3.3)"
    )
    min_side: int = Field(24, ge=8, description="a photo with a smaller side has no features, pixels: one SIFT patch")
    archive_features: int = Field(
        200, ge=16, description="keypoints stored per photo: 24 KB a photo with everything (own trial)"
    )
    query_features: int = Field(
        1200, ge=16, description="keypoints of the query (own trial: screenshots and collages need many)"
    )
    view_features: int = Field(2000, ge=16, description="keypoints of each photo in the keypoint view")
    contrast_threshold: float = Field(
        0.01, gt=0, description="SIFT contrast; Lowe's 0.04 leaves too few in calm photographs"
    )
    edge_threshold: float = Field(12.0, gt=0, description="SIFT edge response; Lowe uses 10")
    cells: int = Field(40, ge=1, description="cells of the grid over which keypoints are spread")
    size_weight: float = Field(
        0.5, ge=0, description="exponent of a keypoint's size in its strength: coarse ones survive shrinking"
    )
    # verification
    max_distance: float = Field(
        0.75, gt=0, description="RootSIFT distance above which two keypoints are no match (0..1.41)"
    )
    ratio: float = Field(
        0.9,
        gt=0,
        le=1,
        description="nearest over second nearest; Lowe uses 0.8 over many keypoints, the archive stores few",
    )
    angle_window: float = Field(
        30.0, gt=0, description="degrees around the commonest rotation that a match may differ (Jegou et al. 2008)"
    )
    scale_window: float = Field(
        0.8, gt=0, description="octaves around the commonest change of size that a match may differ"
    )
    max_error: float = Field(
        0.012, gt=0, description="largest error of an inlier, share of the archived photo's longest side"
    )
    confidence_half: float = Field(
        5.0, gt=0, description="-log10 of the number of false alarms at which the confidence is 0.5"
    )
    min_explained: float = Field(
        0.15, ge=0, le=1, description="least share of the common frame that inliers span: a shared logo is no copy"
    )
    max_stretch: float = Field(3.0, ge=1, description="largest ratio of a homography's stretch in two directions")
    max_zoom: float = Field(12.0, ge=1, description="largest change of size, either way")
    # inverted file and channel
    flat_below: int = Field(20_000, ge=1, description="archives with fewer keypoints are searched exactly")
    pca: int = Field(64, ge=8, le=128, description="dimensions of the inverted file's vectors")
    pq_bytes: int = Field(
        16, ge=4, description="bytes per keypoint in the inverted file (product quantiser, Jegou et al. 2011)"
    )
    lists_per_root: float = Field(
        6.0,
        gt=0,
        description="inverted lists = this x sqrt(keypoints), a power of two, at most 65,536",
    )
    probes: int = Field(
        8,
        ge=1,
        description="inverted lists read per keypoint (2 million keypoints: 74% of the three nearest are found, in 48 us)",
    )
    neighbours: int = Field(12, ge=1, description="archived keypoints that a query keypoint votes for")
    vote_width: float = Field(0.35, gt=0, description="RootSIFT distance at which a vote has fallen to 1/e (own trial)")
    train_images: int = Field(1500, ge=1, description="photos (smallest sha256) that the quantiser is trained on")
    retrain_growth: float = Field(
        1.5, gt=1, description="the quantiser is trained anew when the archive has grown by this factor"
    )
    candidates: int = Field(12, ge=1, description="photos with the most votes that are verified by geometry")


class RetrieveSettings(_Group):
    """Channels and their fusion."""

    k: int = Field(
        100, ge=1, le=10_000, description="hits kept per channel and after fusion (NewsRECON sec. 1: K = 100)"
    )
    rrf_k: float = Field(60.0, gt=0, description="reciprocal rank fusion constant, 1/(60 + rank) (Cormack et al. 2009)")
    weights: dict[str, Annotated[float, Field(ge=0, le=10)]] = Field(
        default_factory=lambda: dict(channel_names.WEIGHTS),
        description="fusion weight per channel; 0 switches a channel off, one that is not named keeps its default",
    )
    dense_floor: float = Field(
        0.35,
        ge=-1,
        le=1,
        description="cosine below which an article is no hit of the words by meaning: keeps 96% of the same event, 1.5% of others (52 events)",
    )
    coverage_floor: float = Field(
        0.45,
        ge=-1,
        le=1,
        description="cosine below which an article is no other coverage: keeps 94% of the same event, 0.6% of others (52 events)",
    )
    coverage_days: float = Field(
        30.0, gt=0, description="days between two dated articles at which coverage halves its score"
    )
    coverage_anchors: int = Field(3, ge=1, description="matched articles that coverage starts from, best match first")
    probes: int = Field(32, ge=1, description="inverted lists read per query where an index part is not exact")

    @field_validator("weights")
    @classmethod
    def _known_channels(cls, value: dict[str, float]) -> dict[str, float]:
        return channel_names.WEIGHTS | channel_names.by_current_name(value)


class Calibration(_Group):
    """Platt scaling of one channel: P(relevant) = 1 / (1 + exp(-(slope * score + intercept))) (Platt 1999)."""

    slope: float = Field(description="of the score")
    intercept: float = Field(description="log odds at a score of 0")


FusionMethod = Literal["rrf", "weighted", "evidence"]


class FusionSettings(_Group):
    """How the channels' rankings become one."""

    method: FusionMethod = Field(
        "weighted",
        description="rrf: reciprocal ranks; weighted: calibrated scores (mAP 0.65 against 0.56 of rrf on 115 demo "
        "photographs, 0.18 against 0.16 on 103 real ones); evidence: Dempster-Shafer masses (BayesRAG)",
    )
    calibration: dict[str, Calibration] = Field(
        default_factory=dict,
        description="Platt scaling per channel, fitted by `tune`; a channel without one is scaled to 0..1 over its hits",
    )
    reliability: dict[str, Annotated[float, Field(ge=0, lt=1)]] = Field(
        default_factory=dict,
        description="share of a channel's mass that is committed, the rest is ignorance (Shafer's discounting)",
    )
    default_reliability: float = Field(
        0.6, ge=0, lt=1, description="of a channel that `reliability` does not name (own choice)"
    )
    agree_rank: int = Field(
        10, ge=1, description="a channel that ranks an article this high agrees, in the explanation (own choice: R@10)"
    )

    @field_validator("calibration", "reliability")
    @classmethod
    def _known_channels(cls, value: dict[str, Any]) -> dict[str, Any]:
        channel_names.check(value)
        return {channel_names.current(name): one for name, one in value.items()}


class RefineSettings(_Group):
    """Refinement of the fused scores by an article's neighbours (EVENTA-H)."""

    temporal: float = Field(0.2, ge=0, description="weight of the neighbours in time, 0 = off (EVENTA-H)")
    window_days: int = Field(7, ge=0, description="days to a neighbour in time, before or after (EVENTA-H)")
    citation: float = Field(0.1, ge=0, description="weight of the articles linked to and from, 0 = off (EVENTA-H)")
    damping: float = Field(0.85, gt=0, lt=1, description="of PageRank (Brin and Page 1998)")
    high_share: float = Field(
        0.5, gt=0, le=1, description="share of the fused list, from the top, that counts as scoring high (own choice)"
    )
    named: int = Field(3, ge=0, description="neighbours that an explanation names")


class StructureSettings(_Group):
    """Article structure and image placement (EVENTA-H)."""

    alpha: dict[Literal["headline", "lead", "body", "captions"], Annotated[float, Field(ge=0)]] = Field(
        default_factory=lambda: {"headline": 0.4, "lead": 0.3, "body": 0.2, "captions": 0.1},
        description="weight of each part in an article's text vector (EVENTA-H; also published: 0.3, 0.2, 0.3, 0.2)",
    )
    beta: dict[Literal["content", "visual", "position"], Annotated[float, Field(ge=0)]] = Field(
        default_factory=lambda: {"content": 0.3, "visual": 0.5, "position": 0.2},
        description="weights of the composite score (EVENTA-H; also published: 0.5, 0.3, 0.2)",
    )
    position_floor: float = Field(
        0.2, ge=0, le=1, description="position score of an image in the middle of the body (own choice)"
    )
    position_conclusion: float = Field(
        0.6, ge=0, le=1, description="position score at the conclusion; 1 at headline and first paragraph (own choice)"
    )
    candidates: int = Field(
        2000,
        ge=1,
        description="text parts whose articles the content channel scores exactly, beyond `index.exact_up_to`",
    )
    logo_articles: int = Field(
        4,
        ge=2,
        description="an identical image in this many articles of different stories is a logo or file picture (own choice)",
    )


class WordsSettings(_Group):
    """Searching with words: the analyst's note and the text in the photograph."""

    interpolation: float = Field(
        0.5,
        ge=0,
        le=1,
        description="share of BM25 in a word score, the rest is the sentence vectors' cosine: mAP 0.958, BM25 alone 0.942, vectors alone 0.938 (52 events)",
    )
    filter_all: bool = Field(
        True, description="`place:`, `after:` and `before:` of the note hold for every channel, not for words alone"
    )
    place_km: float = Field(50.0, ge=0, description="`place:` accepts an article's place this near (own choice)")
    depth: int = Field(
        1000,
        ge=1,
        le=10_000,
        description="articles per channel that are looked through while a phrase or filter of the note holds (own choice)",
    )
    scan: int = Field(
        5000,
        ge=0,
        description="articles whose texts are read for a phrase of common words alone, which the index leaves out (own choice)",
    )
    typed_chars: int = Field(
        20_000,
        ge=100,
        description="characters of the note, and of the claim's text and place, that are used, from the start (own choice)",
    )


class IndexSettings(_Group):
    """What `newsctx index` builds; changing one of them asks for a new index run."""

    passages: int = Field(
        2,
        ge=0,
        description="body passages encoded per article, from the start: mAP 0.940, with 4 0.935, with none 0.931 (52 events)",
    )
    passage_overlap: int = Field(32, ge=0, description="word pieces that neighbouring passages share")
    bm25_k1: float = Field(1.5, gt=0, description="BM25 term saturation (bm25s default, Lucene variant)")
    bm25_b: float = Field(0.75, ge=0, le=1, description="BM25 length normalisation")
    location_template: str = Field(
        "An image from {keywords}", description="text of an article for the location scorer (NewsRECON)"
    )
    exact_up_to: int = Field(
        100_000,
        ge=0,
        description="vectors (content: articles) that are searched exactly; above it FAISS uses an inverted file",
    )
    batch: int = Field(32, ge=1, description="texts or photographs per forward pass")
    sections: int = Field(
        1,
        ge=1,
        description="sections of a body, encoded apart and averaged for the content channel: mAP 0.380, with 2 0.367, with 4 0.361 (demo queries)",
    )
    photo_captions: int = Field(
        8,
        ge=1,
        description="captions of an article that are encoded for the content channel, from the first (own choice)",
    )
    blank: float = Field(
        2.0, ge=0, description="standard deviation of pixel values (0..255) below which an archived photo shows nothing"
    )


class VerifySettings(_Group):
    """Geometric verification of candidates (BeyondVision, arXiv 2512.20042)."""

    enabled: bool = True
    candidates: int = Field(
        20, ge=0, description="fused hits whose photographs are compared with the query; 0 = only the copy channel's"
    )
    photographs: int = Field(40, ge=0, description="most photographs of the candidates that are compared in all")
    min_inliers: int = Field(8, ge=4, description="below: not a match (BeyondVision)")
    min_confidence: float = Field(0.4, ge=0, le=1, description="below: not a match (BeyondVision)")
    side: int = Field(640, ge=64, description="longest side at which both photos are compared, pixels (own trial)")
    features: int = Field(1500, ge=16, description="SIFT keypoints of each photo (own trial)")
    orb_features: int = Field(1000, ge=16, description="ORB keypoints of each photo; ORB is asked where SIFT fails")
    ratio: float = Field(
        0.9,
        gt=0,
        le=1,
        description="nearest over second nearest, both ways; Lowe's 0.8 loses oblique views (own trial)",
    )
    angle_window: float = Field(
        60.0,
        gt=0,
        description="degrees around the commonest rotation that a match may differ: oblique views turn corners",
    )
    scale_window: float = Field(
        1.5, gt=0, description="octaves around the commonest change of size that a match may differ"
    )
    orb_scale: float = Field(1.2, gt=1, le=2, description="size of an ORB level over the next (OpenCV's default)")
    orb_levels: int = Field(8, ge=1, le=16, description="ORB levels (OpenCV's default)")
    orb_threshold: int = Field(
        10,
        ge=1,
        description="contrast of an ORB corner, grey values; OpenCV's 20 finds few in dull photos (own choice)",
    )
    orb_distance: int = Field(64, ge=1, le=256, description="bits above which two ORB keypoints are no match (of 256)")
    max_error: float = Field(
        0.012, gt=0, description="largest error of an inlier, share of the archived photo's longest side"
    )
    max_stretch: float = Field(
        6.0, ge=1, description="largest stretch ratio of a homography: another view of a facade, 80 degrees off"
    )
    confidence_half: float = Field(
        5.0, gt=0, description="-log10 of the number of false alarms at which the confidence is 0.5"
    )
    regions: int = Field(4, ge=1, description="places of one query in which the same archived photo is looked for")
    small_side: int = Field(
        256, ge=64, description="longest side of the copy whose blocks are compared with the query's, pixels"
    )
    block: int = Field(
        12, ge=4, description="side of a block, pixels of that copy: 20 x 12 blocks in a 16:9 photo (own choice)"
    )
    texture: float = Field(
        5.0,
        ge=0,
        description="standard deviation of grey, 0..255, below which a block is flat and says nothing (own choice)",
    )
    least_blocks: int = Field(
        8, ge=1, description="textured blocks in common below which nothing is compared (own choice)"
    )
    alike: float = Field(0.5, ge=0, le=1, description="correlation from which two blocks look alike (own trial)")
    photo_agreement: float = Field(
        0.7, ge=0, le=1, description="share of alike blocks that makes it the same photograph: lettering has 0.6"
    )
    text_agreement: float = Field(
        0.9, ge=0, le=1, description="the same where most points lie on text that OCR read: the rest must agree too"
    )
    grown_agreement: float = Field(
        0.9, ge=0, le=1, description="the same where points were matched along a first, weak homography (own trial)"
    )
    grown_reach: float = Field(
        4.0,
        ge=0,
        description="tolerances around a first, weak homography within which points are matched again, then half of it; "
        "0 = never (own trial)",
    )
    same_place: float = Field(
        0.5, ge=0, le=1, description="shared part of the smaller region from which two findings are one (own choice)"
    )
    photo_stretch: float = Field(
        1.5, ge=1, description="stretch ratio above which a match is the scene from elsewhere, not the photograph"
    )
    clear_agreement: float = Field(
        0.8,
        ge=0,
        le=1,
        description="share of alike blocks below which few inliers are lettering (own trial: 0.5 to 0.75)",
    )
    unclear_inliers: int = Field(
        60,
        ge=8,
        description="least inliers below `clear_agreement`: lettering has 20 to 35, a banner leaves 250 (own trial)",
    )
    few_agreement: float = Field(
        0.95,
        ge=0,
        le=1,
        description="the same where the photo is not stretched: drawn boards with other pieces have up to 0.94 with 44 "
        "inliers, real edits with so few 0.97 (own trial, 40 boards and 70 edits)",
    )
    filled: float = Field(
        0.65,
        ge=0,
        le=1,
        description="least share of the textured blocks within the inliers' hull that are alike or hold an inlier: a "
        "shared frame or backdrop around another picture has up to 0.61, 13 of 15 photos with a replaced fifth 0.66, the 50 "
        "pairs 0.99 (own trial)",
    )
    edited_agreement: float = Field(
        0.5,
        ge=0,
        le=1,
        description="`photo_agreement` where the inliers span `edited_spread`: under a banner (own trial)",
    )
    edited_spread: float = Field(
        0.3, ge=0, le=1, description="share of the common frame that inliers span in an edited photograph (own trial)"
    )
    mostly_text: float = Field(
        0.5, ge=0, le=1, description="share of inliers on text above which `text_agreement` holds (own choice)"
    )
    min_spread: float = Field(
        0.1, ge=0, le=1, description="least share of the common frame that inliers span in the same photograph"
    )
    scene_spread: float = Field(
        0.3, ge=0, le=1, description="least share of the common frame spanned in the same scene: lettering has 0.2"
    )
    scene_agreement: float = Field(0.25, ge=0, le=1, description="least share of alike blocks in the same scene")
    scene_inliers: int = Field(12, ge=8, description="least inliers of the same scene (own choice)")
    epipolar_inliers: int = Field(
        24, ge=10, description="least inliers of the same scene without a common plane, fundamental matrix (own choice)"
    )
    coherence: float = Field(
        0.6,
        ge=0,
        le=1,
        description="least share of neighbouring inliers there that move together: true views have 0.7 or more, shared "
        "props below 0.5 (own trial)",
    )
    coherence_slack: float = Field(
        0.6,
        gt=0,
        description="error of a neighbour's place that still counts, share of its distance: 20 degrees and a third of an "
        "octave (own choice)",
    )
    neighbours: int = Field(4, ge=1, description="nearest inliers that each is compared with there (own choice)")


class LocateSettings(_Group):
    """Location cross-encoder (NewsRECON sec. 2)."""

    enabled: bool = True
    no_place: float = Field(
        0.5,
        ge=0,
        le=1,
        description="weight in place of p_loc for an article without places: neither for nor against (own choice)",
    )
    base: Literal["fused", "bi_encoder"] = Field(
        "fused",
        description="what p_loc multiplies: the score of all channels, or s_bi alone as published (event R@1 0.78 and 0.68 on "
        "115 demo photographs); `evaluate --fast` is as published",
    )


class EventSettings(_Group):
    """Event clusters and event cross-encoder (NewsRECON sec. 3)."""

    enabled: bool = True
    window_days: int = Field(
        15,
        ge=0,
        description="most days between the first and the last article of a cluster (NewsRECON: 15 = 2 * 7 + 1)",
    )
    min_articles: int = Field(
        2,
        ge=1,
        description="smallest cluster, N_min (NewsRECON: 3, 2 is also used; 3 pushes events with two articles down)",
    )
    min_clusters: int = Field(2, ge=1, description="with fewer clusters the order is kept (NewsRECON)")
    template: str = Field("An image taken between {first} and {last} in {atom}", description="cluster text (NewsRECON)")
    pool: int = Field(100, ge=1, description="hits that clusters are built from (NewsRECON: K)")
    order: Literal["probability", "product"] = Field(
        "product",
        description="clusters by probability (NewsRECON), or by it times their best member's score of the stage before",
    )


class RelevanceSettings(_Group):
    """Rating of articles and event candidates (REAR, Wang et al. 2024); named levels in place of percentages."""

    articles: int = Field(20, ge=1, description="articles of the final order that are rated (own choice)")
    gate: float = Field(
        0.02,
        ge=0,
        le=1,
        description="evidence below reaches no answer and no caption, unless pinned or matched: refuses half of 20 drawn "
        "photographs without an article and 3% of 220 with one (0.01 to 0.3 tried)",
    )
    word_share: float = Field(
        0.8,
        gt=0,
        le=1,
        description="share of the note's or legible words in an article that passes the gate (own choice)",
    )
    note_words: int = Field(2, ge=1, description="least words of the note in such an article (own choice)")
    legible_words: int = Field(
        4, ge=1, description="the same of legible words: `ROAD CLOSED` stands in many articles (own choice)"
    )
    story_score: float = Field(
        0.225,
        ge=0,
        description="score of other coverage of a match that passes the gate: `coverage_floor`, thirty days apart (own choice)",
    )
    strong: float = Field(0.85, ge=0, le=1, description="least probability of the level `strong` (own choice)")
    likely: float = Field(0.5, ge=0, le=1, description="of the level `likely`: more probable than not")
    uncertain: float = Field(0.15, ge=0, le=1, description="of the level `uncertain`; below is `weak` (own choice)")

    @model_validator(mode="after")
    def _ordered(self) -> RelevanceSettings:
        if not self.uncertain <= self.likely <= self.strong:
            raise ValueError("levels must not fall: uncertain <= likely <= strong")
        return self


class ChunkSettings(_Group):
    """Evidence chunks (BeyondVision, EVENTA-H)."""

    method: Literal["five_w", "windows", "sentences"] = Field(
        "five_w",
        description="five_w: closeness, position and who, what, where, when, why (most human answers in five sentences); "
        "windows: BeyondVision; sentences: EVENTA-H",
    )
    articles: int = Field(
        3, ge=1, description="articles that chunks come from (NewsRECON shows the top 3 to the model)"
    )
    window: int = Field(3, ge=1, description="sentences per window (BeyondVision)")
    stride: int = Field(1, ge=1, description="sentences between window starts (BeyondVision)")
    top: int = Field(5, ge=1, description="ranked windows kept per article (BeyondVision)")
    lead: int = Field(3, ge=0, description="first sentences always kept (BeyondVision)")
    closing: int = Field(2, ge=0, description="last sentences always kept (BeyondVision)")
    sentence_top: int = Field(3, ge=1, description="ranked sentences (EVENTA-H)")
    widen: int = Field(2, ge=0, description="neighbours added on each side (EVENTA-H)")
    five_w_sentences: int = Field(
        5, ge=1, description="five_w: most sentences of an article (as many as windows ranks)"
    )
    five_w_words: int = Field(0, ge=0, description="five_w: most words of an article's sentences; 0: no such bound")
    five_w_closeness: float = Field(
        1.0, ge=0, description="five_w: weight of the cosine to the query text (own choice)"
    )
    five_w_position: float = Field(
        1.0, ge=0, description="five_w: weight of standing near the top (inverted pyramid; Giveme5W1H; own choice)"
    )
    five_w_coverage: float = Field(
        1.0, ge=0, description="five_w: weight of each question's answers that are not chosen yet (own choice)"
    )
    five_w_half: float = Field(
        3.0, gt=0, description="five_w: position counts half after this many sentences (as many as `lead`)"
    )
    five_w_cost: float = Field(
        0.3,
        ge=0,
        description="five_w: a sentence's gain is divided by its words to this power (Lin & Bilmes 2010: 0.3)",
    )
    max_sentences: int = Field(
        200, ge=1, description="sentences of an article that are ranked; bounds the time of a book-length text"
    )
    fold_shingle: int = Field(3, ge=1, description="words in a row that are compared between passages (Broder 1997)")
    fold_share: float = Field(
        0.7,
        gt=0,
        le=1,
        description="share of a passage's word runs that another has before it counts as its repeat (containment, "
        "Broder 1997; own choice); names, numbers and other content words must all be there",
    )
    closeness_weight: float = Field(
        0.5, ge=0, le=1, description="how far a passage's closeness to the query can lower its article's relevance"
    )
    query_chars: int = Field(1000, ge=50, description="longest query text, characters: MiniLM reads 256 word pieces")


class ContextSettings(_Group):
    """Place and date answers (GRANOLA QA: the finest level that the evidence supports)."""

    articles: int = Field(10, ge=1, description="top articles that vote")
    min_share: float = Field(
        0.4,
        ge=0,
        le=1,
        description="share of the vote that a level needs to be answered (0.25 to 0.5 tried on 240 drawn queries)",
    )
    min_relevance: float = Field(
        0.3,
        ge=0,
        le=1,
        description="answers of ranked articles below this probability are of low confidence: 19 of 20 drawn photographs "
        "without an article (0.2 to 0.5 tried)",
    )
    sure_relevance: float = Field(
        0.5,
        ge=0,
        le=1,
        description="answers of ranked articles from this probability are of high confidence, below it of medium: more "
        "probable than not, as `relevance.likely`",
    )
    reliability: dict[
        Literal["copy", "image_text", "words_note", "words_ocr", "camera", "claim"], Annotated[float, Field(ge=0, lt=1)]
    ] = Field(
        default_factory=lambda: {
            "copy": 0.9, "image_text": 0.8, "words_note": 0.4, "words_ocr": 0.5, "camera": 0.5, "claim": 0.0,
        },
        description="share of a witness's mass that is committed (Shafer's discounting; own choice): a camera's data can "
        "be wrong or forged; the claim is what is checked, so it takes a side but has no weight",
    )  # fmt: skip
    witness_articles: int = Field(
        3, ge=1, description="best articles of a channel that say what it testifies (own choice)"
    )
    unrated_mass: float = Field(
        0.5,
        ge=0,
        le=1,
        description="strength of the encoder's testimony where nothing rates it: neither for nor against",
    )
    words_half: float = Field(
        2.0,
        gt=0,
        description="words of the note or legible text in an article at which they testify half as strongly (own choice)",
    )
    max_conflict: float = Field(
        0.3,
        ge=0,
        le=1,
        description="conflict K between the channels above which it is listed and lowers confidence (own choice)",
    )
    contested: float = Field(
        0.3,
        ge=0,
        le=1,
        description="share of the vote for one other answer from which an answer is of low confidence (own choice)",
    )
    rival_relevance: float = Field(
        0.5,
        ge=0,
        le=1,
        description="relevance from which an article that says otherwise lowers confidence, as a share of that of the "
        "answer's best article (own choice)",
    )
    quotes: int = Field(4, ge=0, description="sentences quoted for each item of a claim")
    place_tolerance_km: float = Field(50.0, ge=0, description="a claimed place this near to the answer is supported")
    coverage_days: int = Field(
        30, ge=0, description="other coverage at most this much older than a match is of its story; own choice"
    )
    date_tolerance_days: int = Field(
        7, ge=0, description="a claimed day this near to the answer is supported (NewsRECON's +-7 days)"
    )
    tier_weights: dict[Literal["pinned", "matched", "ranked"], Annotated[float, Field(ge=0)]] = Field(
        default_factory=lambda: {"pinned": 4.0, "matched": 2.0, "ranked": 1.0},
        description="vote of an article by its tier (own choice); ranked ones vote only where no other has an answer",
    )
    rank_power: float = Field(
        2.0,
        ge=0,
        description="the vote of rank r is divided by r to this power (0 to 3 tried on 240 drawn queries: 0 and 1 lose "
        "right answers where nothing is rated)",
    )
    probability_power: float = Field(
        1.0,
        ge=0,
        description="the vote of a rated article is multiplied by its probability to this power (0 to 2 tried on 240 "
        "drawn queries: below 1 answers get coarser)",
    )
    level_tolerance_km: dict[Literal["region", "country", "continent"], Annotated[float, Field(ge=0)]] = Field(
        default_factory=lambda: {"region": 300.0, "country": 1500.0, "continent": 5000.0},
        description="camera position this near to the centre of a coarse answer is no conflict (half the extent of a large one)",
    )
    alternatives: int = Field(5, ge=0, description="other answers that are listed")
    claim_word_share: float = Field(
        1.0,
        gt=0,
        le=1,
        description="share of a claim's content words in one sentence that supports it (own choice: the one that lacks "
        "can be the verb)",
    )


class CaptionSettings(_Group):
    """Caption writing."""

    writer: Literal["extractive", "transformers", "openai-compatible"] = Field(
        "extractive",
        description="who writes: extractive quotes, transformers runs a vision-language model here, openai-compatible asks a server",
    )
    max_sentences: int = Field(3, ge=1, description="longest caption, sentences")
    # prompts
    preset: Literal["eventa_h", "beyond_vision", "newsrecon"] = Field(
        "eventa_h",
        description="prompts: eventa_h describes, then writes; beyond_vision weighs the article about 70%, the photograph 30%; newsrecon asks for place and date first",
    )
    describe: bool = Field(
        True, description="the model describes the photograph before it reads the evidence (EVENTA-H step 1)"
    )
    repair: bool = Field(
        True, description="the model is asked once more where names, places, dates or numbers are not in the evidence"
    )
    language: Literal[
        "en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "el", "ar", "he", "hi", "zh", "ja", "ko"
    ] = Field("en", description="of the caption, ISO 639-1; an answer in another one is kept and said so")
    top_articles: int = Field(3, ge=1, description="articles of the place and date questions (NewsRECON: 3)")
    lead_chars: int = Field(
        600, ge=50, description="characters of an article's abstract, and of its lead, in those questions (own choice)"
    )
    chunk_chars: int = Field(
        1500, ge=50, description="characters of one passage that are sent, from its start (own choice)"
    )
    evidence_chars: int = Field(
        16_000,
        ge=500,
        description="characters of all passages that are sent, best-ranked first: 4,000 tokens (own choice)",
    )
    # model
    model: str = Field(
        "",
        max_length=500,
        description="transformers: an image-text-to-text chat model, OWNER/NAME of the hub or a folder; openai-compatible: the server's name for it",
    )
    adapter: str = Field("", max_length=500, description="LoRA adapter: a folder or OWNER/NAME, loaded with peft")
    quantise: Literal["none", "8bit", "4bit"] = Field(
        "none", description="weights in 8 or 4 bits through bitsandbytes (BeyondVision: 8)"
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto", description="of the weights; auto: as they were saved"
    )
    image_side: int = Field(
        768, ge=56, description="longest side of the photograph that the model sees, pixels: 750 tokens of Qwen2.5-VL"
    )
    max_new_tokens: int = Field(512, ge=1, description="longest answer of one step, tokens (own choice)")
    temperature: float = Field(0.0, ge=0, le=2, description="0: the most probable word each time, so that runs agree")
    seed: int = Field(0, ge=0, description="of the draws where the temperature is above 0")
    max_answer_chars: int = Field(
        8000, ge=100, description="characters of an answer that are read; above it the model is stopped (own choice)"
    )
    draft_seconds: float = Field(
        0.25,
        gt=0,
        le=10,
        description="longest wait between two drafts: how soon a cancellation is noticed (own choice)",
    )
    zero_gpu_seconds: int = Field(
        120, ge=10, description="GPU time that one step asks for on a ZeroGPU Space (the platform's default is 60)"
    )
    # server
    base_url: str = Field(
        "http://127.0.0.1:8000/v1",
        max_length=2000,
        description="of an OpenAI-compatible server (vLLM, `transformers serve`, Ollama, HF Inference Providers), up to /v1",
    )
    api_key_env: str = Field(
        "",
        pattern=r"^(|HF_TOKEN|[A-Z][A-Z0-9_]*_API_KEY)$",
        description="name of the environment variable with the server's key: HF_TOKEN or ..._API_KEY; the key itself is kept nowhere",
    )
    allow_http: bool = Field(
        False, description="unencrypted connections to servers other than this machine, e.g. in a local network"
    )
    connect_seconds: float = Field(5.0, gt=0, description="longest wait for a connection (own choice)")
    read_seconds: float = Field(
        120.0, gt=0, description="longest silence of the server; a large model may read a photograph for a minute"
    )
    answer_seconds: float = Field(
        600.0, gt=0, description="longest time of one answer of a server, retries included (own choice)"
    )
    retries: int = Field(
        2, ge=0, le=10, description="new attempts where a server is busy, fails (429, 5xx) or cannot be reached"
    )
    backoff_seconds: float = Field(
        1.0, ge=0, description="wait before the first new attempt, doubled for each further one (openai client: 0.5)"
    )
    backoff_most: float = Field(
        30.0, ge=0, description="longest wait before a new attempt, seconds, also of a server's Retry-After"
    )

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        """Settings are shown and saved, so that a URL with a user, password or query (a key) has no place here."""
        try:
            parts = urlsplit(value.strip())
            sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            sound = False
        if not sound or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise ValueError(
                "expected a base URL such as https://HOST/v1, without user, password, query or fragment; "
                "a key goes into the environment variable that api_key_env names"
            )
        return value.strip().rstrip("/")


class ImportSettings(_Group):
    """Reading article sources into an archive."""

    batch: int = Field(200, ge=1, description="rows committed together; a killed import loses at most these")
    max_row_bytes: int = Field(
        50_000_000, ge=1000, description="longest line of a source, bytes; above it the row is refused"
    )
    max_text: int = Field(
        200_000, ge=100, description="longest headline, abstract or body kept, characters (a book chapter)"
    )
    max_line: int = Field(
        2000, ge=10, description="longest id, URL, source, place or caption, characters (common URL limit)"
    )
    max_items: int = Field(1000, ge=1, description="most places, links, captions or images of one article")
    max_reports: int = Field(
        1000, ge=1, description="rejects and warnings kept in the summary; all are counted and stored"
    )


class LinkerSettings(_Group):
    """Places from an article's text. The numbers are own choices, by hand; `newsctx.evaluation.toponyms` measures them."""

    headline: float = Field(3.0, ge=0, description="weight of a mention in the headline (own choice)")
    dateline: float = Field(2.0, ge=0, description="weight of a dateline: often the bureau, not the scene (own choice)")
    lead: float = Field(2.0, ge=0, description="weight of a mention in the abstract or first paragraph (own choice)")
    body: float = Field(0.5, ge=0, description="weight of a mention further down (own choice)")
    repeats: int = Field(4, ge=1, description="mentions of one place that count per part of the article (own choice)")
    weak: float = Field(
        0.2, ge=0, le=1, description="share that a place inside an organisation or team name counts (own choice)"
    )
    part_of_name: float = Field(
        0.4, ge=0, le=1, description="share of a known place before a capital: `Dublin Arts Council`"
    )
    parent_share: float = Field(
        0.5, ge=0, le=1, description="share of a country's weight that its best place takes over (own choice)"
    )
    max_places: int = Field(5, ge=1, description="places kept per article")
    min_share: float = Field(0.05, ge=0, le=1, description="places with less of the evidence are left out (own choice)")
    body_characters: int = Field(
        6000, ge=0, description="text read from the body, characters: places come early in news"
    )
    lone_population: int = Field(
        50_000, ge=0, description="a city named without any context must be this large (own choice)"
    )
    known_population: int = Field(100_000, ge=0, description="a city known beyond its region (own choice)")
    dominance: float = Field(
        0.7, ge=0, description="lead in log10 population that makes a name's best place an anchor (own choice)"
    )
    candidates: int = Field(30, ge=1, description="candidates weighed per name, most probable first")
    same_region: float = Field(
        3.0, ge=0, description="bonus for a named place in the same region or near, log10 population"
    )
    same_country: float = Field(1.5, ge=0, description="bonus for a named place in the same country, log10 population")
    near_km: float = Field(161.0, gt=0, description="near: 161 km = 100 miles (Cheng et al. 2010, accuracy@161)")


class CaseSettings(_Group):
    """What the case store keeps. Nothing here changes a result."""

    kept_runs: int = Field(
        20, ge=3, description="runs of a case whose document is kept for comparison, about 50 KB each; three are compared at once (own choice)"
    )
    bundle_bytes: int = Field(
        500_000_000, ge=1, description="largest case bundle that is read, unpacked, bytes: ten times photo.max_bytes (own choice)"
    )


class BatchSettings(_Group):
    """Batches of photographs. Nothing here changes a result."""

    items: int = Field(2000, ge=1, le=100_000, description="most photographs of one batch (own choice: days of work on two cores)")
    waiting_of_guest: int = Field(
        20, ge=0, description="most photographs that a visitor without an account may have waiting, over all batches (own choice)"
    )
    list_bytes: int = Field(10_000_000, ge=1000, description="largest CSV of photographs that is read, bytes (own choice)")
    goes_on: bool = Field(
        True, description="whether the workbench goes on by itself with the batches that its last process ended in; false: it offers to"
    )
    patience: float = Field(
        30.0, ge=0, description="longest wait of a batch between two stages for analyses that analysts wait for, seconds; then it takes a stage of its own (own choice)"
    )
    poll: float = Field(
        0.1, gt=0, le=5, description="how often a waiting batch looks whether analysts' work is done, seconds (own choice)"
    )


class HostingSettings(_Group):
    """A workbench that anybody may use: a Space, or `--guests`. Nothing here changes a result."""

    guest_hours: float = Field(
        24.0, gt=0, le=720, description="a guest's case is deleted so many hours after its last change (own choice: a working day, and the next morning)"
    )
    guest_cases: int = Field(20, ge=1, description="most cases of one guest at a time (own choice)")
    analyses: int = Field(
        2, ge=1, description="guests' analyses that run at once, one of each guest; the others wait in a queue that shows their place (own choice: the cores of a free Space)"
    )
    sweep_minutes: float = Field(10.0, gt=0, description="how often expired cases are looked for, minutes (own choice)")
    gpu_seconds: int = Field(
        15, ge=1, description="GPU time that one batch of an encoder asks for on a ZeroGPU Space; less is given sooner (own choice)"
    )
    gpu_pause: float = Field(
        300.0, ge=0, description="for so long the encoders work on the CPU after a ZeroGPU Space could give no GPU, seconds (own choice)"
    )


class ReportSettings(_Group):
    """What a report shows. JSON and CSV hold all of it whatever stands here."""

    articles: int = Field(20, ge=1, le=500, description="articles of the evidence list that are printed (own choice: two pages)")
    matches: int = Field(6, ge=0, le=50, description="matched photographs that are shown side by side (own choice)")
    events: int = Field(15, ge=1, le=200, description="events that the table lists (own choice: those of the timeline)")
    photo_side: int = Field(1200, ge=200, le=4000, description="longest side of the photograph, pixels: 170 mm at 180 dpi")
    match_side: int = Field(1400, ge=200, le=4000, description="longest side of a match, both photographs, pixels")
    thumbnail_side: int = Field(240, ge=64, le=1000, description="longest side of an archived photograph in the list, pixels")
    jpeg_quality: int = Field(84, ge=30, le=95, description="of every photograph in a report (own choice)")
    font_folders: tuple[str, ...] = Field(
        ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts"),
        description="where fonts are looked for that the PDF needs beyond its own (DejaVu Sans: Latin, Cyrillic, Greek, Arabic, Hebrew and more); empty: nowhere",
    )
    kept_minutes: int = Field(60, ge=1, description="how long a file that was made for a download is kept, minutes (own choice)")


class FetchSettings(_Group):
    """Fetching an article by its address, when an analyst asks for it; nothing is ever fetched by itself."""

    enabled: bool = Field(True, description="whether pages can be fetched at all; false for a desk without internet")
    connect_seconds: float = Field(5.0, gt=0, le=60, description="longest wait for a connection (own choice)")
    total_seconds: float = Field(
        20.0, gt=0, le=300, description="longest time of a fetch, redirects and all (own choice: an analyst waits)"
    )
    read_seconds: float = Field(
        20.0, gt=0, le=300, description="longest time of reading the article off a page that was fetched (own choice)"
    )
    max_bytes: int = Field(
        5_000_000, ge=1000, description="largest page, bytes, unpacked: five times a heavy news page's HTML (own choice)"
    )
    redirects: int = Field(5, ge=0, le=20, description="redirects that are followed, each checked (own choice)")
    ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = Field(
        (80, 443), description="ports that are connected to: those of the web"
    )
    user_agent: str = Field(
        "newsctx (one page, at the request of an analyst)",
        pattern=r"^[ -~]{1,200}$",
        description="how the fetch names itself",
    )


ServiceName = Literal["reverse_search", "web_archive", "geocoder"]


def default_services() -> tuple[ServiceName, ...]:
    """All of them; on a Hugging Face Space (SPACE_ID is set there) those alone that a visitor's own browser asks."""
    own: tuple[ServiceName, ...] = ("reverse_search", "web_archive")
    return own if os.environ.get("SPACE_ID") else (*own, "geocoder")


class ServicesSettings(_Group):
    """Outside services that an analyst may choose for a case; until then nothing is asked of them."""

    allowed: tuple[ServiceName, ...] = Field(
        default_factory=default_services, description="services that may be chosen at all; `[]`: none, for good; on a Hugging Face Space by default without `geocoder`, which the machine itself would ask"
    )
    geocoder_url: str = Field(
        "https://nominatim.openstreetmap.org", max_length=500, description="of a Nominatim server, up to what stands before /search; one of your own keeps in the house what is asked"
    )
    geocoder_agent: str = Field(
        "newsctx (news photo verification; one place at a time, at the request of an analyst)", pattern=r"^[ -~]{8,200}$", description="how a request names itself: Nominatim's usage policy asks for the application's name"
    )
    geocoder_wait: float = Field(
        1.0, ge=0, le=60, description="seconds between two requests of this process, whoever asks (Nominatim's usage policy: at most one a second)"
    )
    geocoder_seconds: float = Field(
        10.0, gt=0, le=60, description="longest time of a request, all in all (own choice: an analyst waits)"
    )
    geocoder_bytes: int = Field(
        200_000, ge=1000, le=5_000_000, description="largest answer that is read, bytes: five places have some 5,000"
    )
    geocoder_answers: int = Field(5, ge=1, le=20, description="places that are asked for (own choice)")
    geocoder_chars: int = Field(
        200, ge=1, le=500, description="longest name that is sent, characters, as of a place set by hand"
    )
    copy_side: int = Field(
        1600, ge=256, le=4000, description="longest side of the copy without metadata, pixels: search engines scale pictures down further"
    )
    copy_quality: int = Field(90, ge=50, le=95, description="JPEG quality of that copy (own choice)")

    @field_validator("geocoder_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        """It is shown on a page: a user, a password or a key has no place here."""
        text = value.strip()
        try:
            parts = urlsplit(text)
            sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            sound = False
        if not sound or set("@?# ") & set(text) or not text.isascii() or not text.isprintable():
            raise ValueError(
                "expected an address such as https://HOST or https://HOST/PATH, without user, password, query or fragment"
            )
        return text.rstrip("/")


class ApiSettings(_Group):
    """What programs are answered through the API and MCP. Nothing here changes a result."""

    page: int = Field(50, ge=1, le=500, description="most articles or cases of one answer; further ones with offset (own choice)")
    reach: int = Field(
        500, ge=1, le=5000, description="articles of a search that can be reached with offset, filters applied (own choice)"
    )
    snippet_chars: int = Field(300, ge=40, le=2000, description="longest passage that a found article is shown with, characters (own choice)")
    articles: int = Field(10, ge=1, le=100, description="best articles that the answer of a case names (own choice)")
    pace: float = Field(0.5, ge=0, le=10, description="shortest time between two messages of progress of an analysis, seconds (own choice)")
    password_minutes: float = Field(
        5.0, ge=0, le=60, description="how long a right password that an MCP client sends with every request is not hashed again, minutes (own choice)"
    )
    mcp_wait: float = Field(
        50.0, ge=1, le=7200, description="longest time that a call of analyse over MCP waits, seconds: clients give up after 60 (the default of the protocol's TypeScript SDK)"
    )
    wait: float = Field(
        900.0, ge=1, le=7200, description="longest time that a call of analyse waits, seconds; the analysis goes on without it (own choice)"
    )


class AccessSettings(_Group):
    """Logging in, and from where the workbench can be reached. Nothing here changes a result."""

    argon2_time: int = Field(3, ge=1, description="passes of Argon2id over its memory (RFC 9106, second recommended option)")
    argon2_memory_kib: int = Field(
        65536, ge=8192, description="memory of one hash, KiB (RFC 9106, second recommended option: 64 MiB)"
    )
    argon2_lanes: int = Field(4, ge=1, le=16, description="lanes of Argon2id (RFC 9106)")
    min_password: int = Field(
        12, ge=8, description="shortest password, characters (OWASP ASVS 4.0, 2.1.1; NIST SP 800-63B asks for 8, its revision 4 for 15 where there is no second factor)"
    )
    max_password: int = Field(1024, ge=64, description="longest password, bytes (own choice: hashing must stay cheap)")
    idle_hours: float = Field(12.0, gt=0, description="hours without a request after which a login ends (own choice: a night)")
    session_hours: float = Field(
        72.0, gt=0, description="hours after which a login ends in any case (own choice; NIST SP 800-63B asks for 720 at most)"
    )
    window_minutes: float = Field(15.0, gt=0, description="minutes for which a failed login counts (own choice)")
    failures_name: int = Field(
        10, ge=1, description="failed logins of a name in that time after which only one try per pause_seconds is answered (own choice; NIST SP 800-63B allows 100 in a row)"
    )
    failures_address: int = Field(
        50, ge=1, description="the same for an address, whatever the names: a newsroom often has one address (own choice)"
    )
    pause_seconds: float = Field(30.0, ge=0, description="seconds between two tries after too many failures (own choice)")
    slow_seconds: float = Field(
        0.5, ge=0, le=10, description="wait before the answer to a failed login; it doubles with each, up to eight times (own choice)"
    )
    hosts: tuple[Annotated[str, Field(pattern=r"^[a-z0-9._:\[\]-]{1,255}$")], ...] = Field(
        (), description="host names, without a port, by which browsers reach the workbench, e.g. behind a proxy; none: for a workbench open to this machine only its own names, else any"
    )


def default_profile() -> str:
    """NEWSCTX_PROFILE, else `clip` on a Hugging Face Space (SPACE_ID is set there), else `embedded`."""
    return os.environ.get("NEWSCTX_PROFILE") or ("clip" if os.environ.get("SPACE_ID") else "embedded")


class LimitsSettings(_Group):
    """What one client may ask of the server, and how much of it at once. Nothing here changes a result."""

    enabled: bool = Field(True, description="whether requests are limited at all; false where a proxy in front does it")
    json_bytes: int = Field(2_000_000, ge=10_000, description="largest body of a request that is no upload, bytes: the longest article that can be pasted, several times (own choice)")
    upload_bytes: int = Field(1_000_000_000, ge=10_000, description="largest upload request, bytes, with all its files (own choice: a batch of 200 photographs of 5 MB); each file ends at photo.max_bytes")
    upload_files: int = Field(1000, ge=1, le=1000, description="most files of one upload request; Gradio's own page sends no more at once")
    waiting_bytes: int = Field(5_000_000_000, ge=10_000, description="uploads are refused while files of this size altogether lie there that no case has taken, bytes (own choice)")
    free_bytes: int = Field(200_000_000, ge=0, description="uploads are refused while the disk has less room than this, bytes (own choice)")
    upload_age: int = Field(3600, ge=60, description="seconds after which an upload that nobody took, or a download that was prepared, is removed (own choice)")
    wait_seconds: float = Field(30.0, gt=0, description="longest pause in a body that comes in, seconds (own choice)")
    body_seconds: float = Field(900.0, gt=0, description="longest time of a body that comes in, seconds (own choice: upload_bytes at 10 Mbit/s)")
    open_requests: int = Field(200, ge=4, description="requests and streams that a client may have open at once (own choice: a page has two streams and loads six things at a time)")
    requests_per_second: float = Field(100.0, gt=0, description="requests of a client over time, pictures and assets included (own choice)")
    requests_burst: int = Field(2000, ge=10, description="requests of a client at once: opening a page loads some hundred (own count)")
    calls_per_second: float = Field(10.0, gt=0, description="events and calls of a client over time (own choice: nobody clicks so fast)")
    calls_burst: int = Field(200, ge=5, description="events and calls of a client at once (own choice)")
    uploads_per_minute: float = Field(60.0, gt=0, description="upload requests of a client over time (own choice)")
    uploads_burst: int = Field(250, ge=1, description="upload requests of a client at once (own choice: a batch of 200 photographs through the API)")
    desk_factor: float = Field(25.0, ge=1, description="how many times as much this machine itself may ask: several analysts' pages, scripts and benches come from one address (own choice)")
    clients: int = Field(20_000, ge=100, description="clients that are remembered at once, about 1 KB each; those that were idle longest are forgotten first (own choice)")
    waiting_events: int = Field(2000, ge=10, description="events that may wait for a thread at once; more are answered with a refusal (own choice)")
    trusted_proxies: tuple[str, ...] = Field(
        default_factory=lambda: ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16") if os.environ.get("SPACE_ID") else (),
        description="addresses or networks of proxies whose X-Forwarded-For tells the client; on a Hugging Face Space by default its private networks, elsewhere none",
    )
    frame_ancestors: tuple[str, ...] = Field(
        default_factory=lambda: ("https://huggingface.co", "https://*.hf.space") if os.environ.get("SPACE_ID") else (),
        description="pages that may show the workbench in a frame; on a Hugging Face Space by default the Hub, elsewhere none",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ipaddress.ip_network(one)
            except ValueError as error:
                raise ValueError(f"{one!r} is no address or network (e.g. 10.0.0.0/8): {error}") from None
        return value


class ServingSettings(_Group):
    """How the server of the page shares its processor. Nothing here changes a result."""

    switch_seconds: float = Field(0.001, gt=0, le=1, description="after so long a thread that computes lets others answer pages, seconds (CPython's default 0.005 is waited for at each of the many steps of an answer)")
    collection_seconds: float = Field(0.05, gt=0, le=10, description="a full garbage collection that took longer, in processor time, does not look at the same objects again, seconds (while it runs nobody is answered; own choice)")
    give_way_seconds: float = Field(0.5, ge=0, le=10, description="so long at most an analysis that begins with a search waits before each stage while overrides are recomputed in other cases, seconds (own choice: ten stages, five seconds)")
    warm_photos: int = Field(1000, ge=0, description="archived photographs whose keypoints are computed ahead, while nobody waits for anything, once for each: about 0.2 s of processor time and 130 KB (own measurement, two cores: some three minutes for 1,000); 0: none")
    searches: int = Field(1, ge=1, description="analyses that begin with a search (of a new photograph, a new note or claim) and run at once; the others wait in a queue that shows their place, and overrides never wait (own choice: one computes on all cores)")


class AnalystSettings(_Group):
    """The simulated analysts of `bench analysts`. Nothing here changes a result."""

    think_least: float = Field(5.0, ge=0, description="least seconds between an answer and the next act: 20 words of a headline at 238 words a minute (Brysbaert 2019, J. Memory and Language 109)")
    think_most: float = Field(12.0, gt=0, description="most seconds: a headline with its abstract, 48 words at the same rate")
    watch: float = Field(5.0, gt=0, description="seconds between two questions of a page whether its case was changed elsewhere (what `cases.js` does)")
    shared: float = Field(1 / 3, ge=0, le=1, description="share of the cases that two or three analysts work in (own choice)")
    slowest: float = Field(1.0, gt=0, description="seconds that 95 of 100 overrides may take to the last update of the page")
    alone: int = Field(40, ge=1, description="acts of the baseline: one analyst alone, without pauses")
    sample: float = Field(1.0, gt=0, description="seconds between two looks at the server's memory")
    mix: dict[str, float] = Field(
        default_factory=lambda: {
            "pin": 22, "exclude": 14, "move": 14, "drop cluster": 12, "place": 10, "undo": 12, "approve": 6, "note": 8, "upload": 2,
        },
        description="how often an analyst does what, relative to one another; `note` is typing a note and analysing again (own choice)",
    )


class Settings(_Group):
    """Everything that changes a result; recorded with every analysis."""

    profile: str = Field(
        default_factory=default_profile,
        description="which models fill which slot, see `newsctx.profiles`; NEWSCTX_PROFILE, else `clip` on a Hugging Face Space, else `embedded`",
    )
    seed: int = Field(0, ge=0, description="of every random draw, RANSAC included")
    photo: PhotoSettings = PhotoSettings()
    tamper: TamperSettings = TamperSettings()
    copy_detection: CopySettings = CopySettings()
    index: IndexSettings = IndexSettings()
    linker: LinkerSettings = LinkerSettings()
    retrieve: RetrieveSettings = RetrieveSettings()
    structure: StructureSettings = StructureSettings()
    words: WordsSettings = WordsSettings()
    fusion: FusionSettings = FusionSettings()
    refine: RefineSettings = RefineSettings()
    verify: VerifySettings = VerifySettings()
    locate: LocateSettings = LocateSettings()
    events: EventSettings = EventSettings()
    relevance: RelevanceSettings = RelevanceSettings()
    chunks: ChunkSettings = ChunkSettings()
    context: ContextSettings = ContextSettings()
    caption: CaptionSettings = CaptionSettings()
    imports: ImportSettings = ImportSettings()
    fetch: FetchSettings = FetchSettings()
    hosting: HostingSettings = HostingSettings()
    services: ServicesSettings = Field(default_factory=ServicesSettings)
    cases: CaseSettings = CaseSettings()
    serving: ServingSettings = ServingSettings()
    analysts: AnalystSettings = AnalystSettings()
    report: ReportSettings = ReportSettings()
    access: AccessSettings = AccessSettings()
    api: ApiSettings = ApiSettings()
    batch: BatchSettings = BatchSettings()
    limits: LimitsSettings = LimitsSettings()
