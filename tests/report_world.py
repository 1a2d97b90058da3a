"""A small case for reports, made by hand: two floods, a match, an approved caption, and texts that try everything."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from newsctx import imaging
from newsctx.audit import AuditEntry
from newsctx.case_records import OverrideMade
from newsctx.document import ArchiveInfo, ArticleCard, Document, PlacePoint, Stages
from newsctx.overrides import Override, parse_override
from newsctx.records import (
    STAGES,
    Assessment,
    Caption,
    CaptionVersion,
    ChannelScore,
    ChannelStatus,
    Chunk,
    Claim,
    ClaimCheck,
    Cluster,
    Context,
    DateAnswer,
    EventsResult,
    Hit,
    Inputs,
    Match,
    Mention,
    ModelInfo,
    Photo,
    Place,
    PlaceAnswer,
    PromptSent,
    RelevanceResult,
    RetrieveResult,
    Sentence,
    StageStatus,
    VerifyResult,
)
from newsctx.report.build import Sources, analysed
from newsctx.report.pictures import expected, pictures
from newsctx.settings import Settings
from newsctx.workbench import CaseView

STAMP = "2026-11-21T16:34:00+00:00"
LATER = "2027-01-02T03:04:05+00:00"
SETTINGS = Settings(profile="embedded")
#: A headline that would be a script, a link, a heading, a picture, a formula and a line of its own.
HOSTILE = (
    "<script>alert(1)</script> [x](javascript:alert(2)) ![y](http://e.vil/p.png) <img src=x onerror=alert(3)>\n# h"
)
FORMULA = '=HYPERLINK("http://e.vil","x")'
WORLD = "Афины Αθήνα مدينة باريس 東京 서울 ไทย"
PARIS = Place(name="Paris", level="city", region="Île-de-France", country="France", country_code="FR",
              continent="Europe", lat=48.853, lon=2.349)  # fmt: skip
LYON = Place(name="Lyon", level="city", country="France", country_code="FR", lat=45.749, lon=4.848)


def picture(seed: int = 0, size: tuple[int, int] = (120, 80), kind: str = "JPEG", **more) -> bytes:
    """A photograph of noise."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 255, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **more)
    return stream.getvalue()


QUERY, ARCHIVED = picture(1), picture(2)
IMAGE = imaging.sha256(ARCHIVED)


def document(*overrides: Override, **more) -> Document:
    cards = {
        "paris-flood-1": ArticleCard(
            article_id="paris-flood-1", headline="Seine spills over", source="Seine Courier", published="2021-02-01",
            url="https://seine.example/1", image_id=IMAGE,
            places=(PlacePoint(label="Paris", level="city", lat=48.853, lon=2.349),),
        ),
        "hostile-article": ArticleCard(
            article_id="hostile-article", headline=HOSTILE, source=FORMULA, url="javascript:alert(4)",
            published="2020-05",
        ),
        "world-article": ArticleCard(article_id="world-article", headline=WORLD, source="@outlet", published="2019"),
    }  # fmt: skip
    hits = tuple(
        Hit(article_id=a, rank=i, score=1 / i, channels={"image_text": ChannelScore(score=0.5, rank=i)},
            tier="matched" if i == 1 else "ranked", reason=f"{a} stands here.")
        for i, a in enumerate(cards, 1)
    )  # fmt: skip
    match = Match(article_id="paris-flood-1", image_id=IMAGE, inliers=30, confidence=0.9, accepted=True)
    cluster = Cluster(
        id="c1", place="Paris", atom="paris", first="2021-02-01", last="2021-02-04", article_ids=("paris-flood-1",),
        text="", representative="paris-flood-1", lat=48.853, lon=2.349,
    )  # fmt: skip
    rated = Assessment(probability=0.9, level="strong", basis="Its photograph matches by geometry.")
    chunk = Chunk(chunk_id="paris-flood-1#body:0-5", article_id="paris-flood-1", start=0, end=5, text="Seine")
    values = dict(
        version="0.1.0", archive=ArchiveInfo(name="small", version="7", articles=3, photos=1, profile="embedded"),
        photo=Photo(sha256=imaging.sha256(QUERY), phash="0" * 16, filename="quay.jpg", format="JPEG",
                    bytes=len(QUERY), width=120, height=80, ocr_unavailable="no reader of text is installed"),
        inputs=Inputs(note="quay", claim=Claim(text=HOSTILE, place="Lyon", date="2019-06-01")),
        articles=cards, overrides=overrides,
        stages=Stages(
            retrieve=RetrieveResult(hits=hits, channels=(
                ChannelStatus(name="visual", state="unavailable", reason="the archive has no vectors of photographs"),
            )),
            verify=VerifyResult(hits=hits, matches=(match,)),
            events=EventsResult(hits=hits, clusters=(cluster,)),
            relevance=RelevanceResult(articles={"paris-flood-1": rated}, gate=0.3), chunks=(chunk,),
        ),
        context=Context(
            place=PlaceAnswer(place=PARIS, basis="evidence", confidence="high", article_ids=("paris-flood-1",)),
            date=DateAnswer(date="2021-02-01", basis="evidence", confidence="low", note="coverage only"),
            agreement=(ClaimCheck(item="place", claimed="Lyon", verdict="contradicted", found="Paris", km=393.0),),
            conflicts=("paris-flood-1 and world-article say another year.",),
        ),
        caption=CAPTION, status=tuple(StageStatus(name=s, state="fresh") for s in STAGES),
        models=(ModelInfo(slot="image_text", name="small clip", digest="d" * 64),
                ModelInfo(slot="second_image", unavailable="not installed")),
        settings=Settings(profile="embedded", seed=3).model_dump(mode="json"),
    )  # fmt: skip
    return Document(**(values | more))


CAPTION = Caption(
    text="Paris: The Seine rose in Rome.", writer="small model", kind="generated",
    sentences=(Sentence(
        text="Paris: The Seine rose in Rome.", chunk_ids=("paris-flood-1#body:0-5",),
        metadata_ids=("paris-flood-1#published",), mentions=(Mention(kind="place", start=25, end=29, text="Rome"),),
    ),),
    sent=(
        PromptSent(step="synthesise", template="synthesise@1", text=f"Prompt ``` {HOSTILE}", answer="```\n# Answer"),
    ),
)  # fmt: skip


def view(doc: Document | None = None, **more) -> CaseView:
    versions = (CaptionVersion(number=1, made="2026-11-20T10:00:00+00:00", caption=CAPTION),)
    values = dict(
        case_id="CaseCaseCaseCaseCase22", title=f"{WORLD} {HOSTILE}", created="2026-11-20T09:00:00+00:00",
        updated="2026-11-20T10:00:00+00:00", inputs=(doc or document()).inputs, document=doc or document(),
        captions=versions,
    )  # fmt: skip
    return CaseView(**(values | more))


def made(*actions: dict[str, object], who: str = "Ada", state: str = "live") -> tuple[OverrideMade, ...]:
    return tuple(
        OverrideMade(number=i, made="2026-11-20T11:00:00+00:00", who=who, state=state, override=parse_override(a))
        for i, a in enumerate(actions, 1)
    )  # fmt: skip


def entry(number: int, what: str = "override", who: str = "Ada") -> AuditEntry:
    return AuditEntry(
        case_id="CaseCaseCaseCaseCase22", number=number, made="2026-11-20T11:00:00+00:00", who=who, what=what,
        hash=f"{number:064x}",
    )  # fmt: skip


def sources(tmp_path, *actions: dict[str, object], sensitive: bool = False, **more) -> Sources:
    """The case with these overrides in force."""
    overrides = made(*actions)
    doc = document(*(o.override for o in overrides), **more)
    shown = view(doc)
    of, path = analysed(shown), tmp_path / f"{IMAGE}.jpg"
    path.write_bytes(ARCHIVED)

    def find(image_id: str):
        return path if image_id == IMAGE else None

    drawn = pictures(of, QUERY, find, LYON, SETTINGS.report, SETTINGS.photo, sensitive)
    return Sources(
        view=shown, photo=QUERY, trail=(entry(1, "created"), entry(2)), overrides=overrides, claimed=LYON,
        pictures=drawn, sensitive=sensitive, expected=expected(of, SETTINGS.report, sensitive),
    )  # fmt: skip


APPROVE = {"action": "approve", "version": 1, "reason": "Checked with the desk"}
HIDE = {"action": "sensitive", "image_id": "", "on": True}
