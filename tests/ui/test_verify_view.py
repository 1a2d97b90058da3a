"""The matches panel: pictures, the region, the slider, and why others were refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from newsctx.document import ArchiveInfo, ArticleCard, Document, Stages
from newsctx.localfeatures.draw import laid_over
from newsctx.records import STAGES, Hit, Inputs, Match, Photo, StageStatus, VerifyResult
from newsctx.ui import paint, verify_panel
from newsctx.ui.page import Page
from newsctx.workbench import CaseView

ARCHIVE = ArchiveInfo(name="small", version="1", articles=2, photos=2, profile="embedded")
HOSTILE = "<script>alert(1)</script>"
SQUARE = ((20.0, 10.0), (60.0, 10.0), (60.0, 50.0), (20.0, 50.0))


class Drawn:
    """Every picture exists, but no overlay without a homography."""

    def thumbnail(self, image_id: str) -> Path | None:
        return Path(f"/media/thumb-{image_id[0]}.webp")

    def match_view(self, case_id: str, match: Match) -> Path | None:
        return Path(f"/media/lines-{match.image_id[0]}.webp")

    def match_overlay(self, case_id: str, match: Match) -> Path | None:
        return Path(f"/media/over-{match.image_id[0]}.webp") if match.homography else None

    def preview(self, case_id: str) -> Path | None:
        return Path("/media/query.webp")

    def article(self, article_id: str):
        return None


def a_match(article: str, image: str, **more) -> Match:
    values = {"inliers": 30, "confidence": 0.9, "accepted": True, "homography": (1.0, 0, 0, 0, 1, 0, 0, 0, 1)}
    return Match(article_id=article, image_id=image * 64, **(values | {"region": SQUARE} | more))


def page(*matches: Match) -> Page:
    document = Document(
        version="0",
        archive=ARCHIVE,
        photo=Photo(sha256="a" * 64, phash="0" * 16, format="JPEG", bytes=9, width=200, height=100),
        stages=Stages(verify=VerifyResult(hits=(Hit(article_id="x", rank=1, score=1),), matches=matches)),
        articles={a: ArticleCard(article_id=a, headline=f"Story {a}") for a in "xyz"},
        status=tuple(StageStatus(name=n, state="fresh") for n in STAGES),
    )
    case = CaseView(case_id="c", title="t", created="2026-01-01", updated="", inputs=Inputs(), document=document)
    return Page(archive=ARCHIVE, pictures=Drawn(), case=case, channels={})


def test_a_match_has_its_lines_its_region_and_a_slider_for_the_keyboard() -> None:
    shown = page(a_match("x", "1", method="sift", agreement=0.957, mirrored=True))
    html = paint.html("verify", shown)
    assert 'src="gradio_api/file=/media/lines-1.webp"' in html and 'src="gradio_api/file=/media/over-1.webp"' in html
    assert 'points="20,10 60,10 60,50 20,50"' in html and 'viewBox="0 0 200 100"' in html
    # a range input is what arrow keys move; it starts in the middle of the region: x = 40 of 200
    assert '<input type="range" min="0" max="100" value="20" data-wipe aria-label=' in html and "--cut: 20%" in html
    assert "(SIFT)" in html and "the photograph" in html and "96%" in html and "mirrored" in html
    assert "8% of the photograph" in html  # 40 x 40 of 200 x 100


def test_two_views_without_a_plane_have_a_region_and_no_overlay() -> None:
    html = paint.html("verify", page(a_match("x", "1", homography=(), relation="scene", method="sift")))
    assert "data-wipe" not in html and 'class="edge"' in html and "same scene, another photograph" in html


def test_the_same_photo_twice_is_two_places() -> None:
    view = verify_panel.view(page(a_match("x", "1"), a_match("x", "1", region=())))
    assert [(m["key"], m["nth"]) for m in view["matches"]] == [("x", 1), ("x:2", 2)]
    html = paint.html("verify", page(a_match("x", "1"), a_match("x", "1")))
    assert html.count('data-key="match:x"') == 1 and "place 2 in the query" in html
    assert html.count("<details") == 2 and html.count(" open>") == 1  # only the first overlay is unfolded


def test_refused_candidates_say_why() -> None:
    no = a_match("y", "2", accepted=False, confidence=0.0, note=f"lettering, a logo {HOSTILE}", method="sift", lines=())
    nothing = a_match("z", "3", accepted=False, confidence=0.0, inliers=0, note="no points", homography=(), region=())
    html = paint.html("verify", page(no, nothing))
    assert "No archived photograph was found in this one. 2 photographs were compared" in html
    assert "lettering, a logo" in html and "30 inliers (SIFT), confidence 0.00" in html and "no inliers" in html
    assert "<script" not in html and "/media/thumb-2.webp" in html
    below = a_match("y", "2", accepted=False, confidence=0.2)
    assert "below the limits of the settings" in paint.html("verify", page(below))


def test_the_archived_photo_lies_where_the_homography_puts_it() -> None:
    # query 100 x 80; archived 40 x 20 lies at (30, 10): query (x, y) = archived (x - 30, y - 10)
    archived = np.full((20, 40, 3), 200, np.uint8)
    archived[:, 20:] = (10, 20, 30)
    match = a_match("x", "1", homography=(1.0, 0, -30, 0, 1, -10, 0, 0, 1))
    over = laid_over(archived, match, (100, 80), 1000)
    assert over.shape == (80, 100, 4)
    assert over[15, 35].tolist() == [200, 200, 200, 255] and over[15, 60].tolist() == [10, 20, 30, 255]
    assert over[5, 35, 3] == over[15, 25, 3] == over[40, 60, 3] == 0
    half = laid_over(archived, match, (100, 80), 50)  # at half the size
    assert half.shape == (40, 50, 4) and half[8, 20].tolist() == [200, 200, 200, 255] and half[2, 20, 3] == 0
    with pytest.raises(ValueError, match="without a homography"):
        laid_over(archived, match.model_copy(update={"homography": ()}), (100, 80), 50)


def test_a_mirrored_photo_is_laid_over_unmirrored() -> None:
    archived = np.zeros((20, 40, 3), np.uint8)
    archived[:, :10] = 255  # its left edge is on the right in the query
    match = a_match("x", "1", mirrored=True, homography=(-1.0, 0, 39, 0, 1, 0, 0, 0, 1))
    over = laid_over(archived, match, (40, 20), 100)
    assert over[10, 35].tolist() == [255] * 4 and over[10, 5].tolist() == [0, 0, 0, 255]
