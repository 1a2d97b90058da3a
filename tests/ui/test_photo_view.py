"""The photograph, its viewer and what is hidden: no address of a covered picture stands anywhere on the page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from newsctx.audit import AuditEntry
from newsctx.document import ArchiveInfo, ArticleCard, Document, Stages
from newsctx.inspection import Inspection, SignPicture, Small
from newsctx.metadata import Metadata, Tag
from newsctx.overrides import parse_override
from newsctx.records import (
    STAGES,
    Hit,
    Inputs,
    Match,
    OcrLine,
    Photo,
    RetrieveResult,
    StageStatus,
    VerifyResult,
)
from newsctx.sensitive import PHOTO, hidden
from newsctx.tamper import JpegFacts, Quality
from newsctx.ui import paint, photo_acts
from newsctx.ui.case_look import CaseHistory
from newsctx.ui.looks import Looks
from newsctx.ui.page import Look, Page
from newsctx.workbench import CaseView

ARCHIVE = ArchiveInfo(name="small", version="1", articles=2, photos=2, profile="embedded")
HOSTILE = "<script>alert(1)</script> ${alert(2)} \" ' `x`"
COPY, OTHER = "1" * 64, "2" * 64
PANELS = [name for name in paint.PANELS if name not in ("profiles", "help")]


NOISE = SignPicture("noise", Path("/media/noise.webp"), 3)
HITS = (Hit(article_id="a", rank=1, score=1), Hit(article_id="b", rank=2, score=0.5))


class Drawn:
    """Every picture exists; its name tells what it shows."""

    def thumbnail(self, image_id: str) -> Path | None:
        return Path(f"/media/thumb-{image_id[0]}.webp")

    def archived(self, image_id: str) -> Path | None:
        return Path(f"/media/archived-{image_id[0]}.webp")

    def match_view(self, case_id: str, match: Match) -> Path | None:
        return Path(f"/media/lines-{match.image_id[0]}.webp")

    def match_overlay(self, case_id: str, match: Match) -> Path | None:
        return Path(f"/media/over-{match.image_id[0]}.webp")

    def preview(self, case_id: str) -> Path | None:
        return Path(f"/media/query-{case_id}.webp")

    def detail(self, case_id: str) -> Path | None:
        return Path(f"/media/detail-{case_id}.webp")

    def inspected(self, case_id: str) -> Inspection:
        small = Small(Path("/media/embedded.webp"), Path("/media/reduced.webp"), 0.4, False)
        jpeg = JpegFacts(Quality(87, False), 2, "4:2:0", False, ("Exif",), 0, (200, 100))
        tags = (Tag("EXIF", "Software", HOSTILE), Tag("Photograph", "BodySerialNumber", "SN-1"))
        return Inspection(
            "JPEG", (SignPicture("ela", Path("/media/ela.webp"), 12.0), NOISE), 90, 3, "",
            jpeg, small, Metadata(tags), (("software", HOSTILE),),
        )  # fmt: skip

    def hides_photo(self, case_id: str) -> bool:
        return case_id == "hidden-case"

    def article(self, article_id: str):
        return None


def match(image: str, **more) -> Match:
    values = {"article_id": "a", "inliers": 30, "confidence": 0.9, "accepted": True, "region": ((0, 0), (9, 0), (9, 9))}
    return Match(image_id=image, homography=(1.0, 0, 0, 0, 1, 0, 0, 0, 1), **(values | more))


def page(*marked: str, look: Look | None = None, matches: tuple[Match, ...] = (match(COPY),), **more) -> Page:
    line = OcrLine(text=HOSTILE, confidence=0.9, box=((0, 0), (9, 0), (9, 5), (0, 5)))
    document = Document(
        version="0", archive=ARCHIVE,
        photo=Photo(sha256="a" * 64, phash="0" * 16, format="JPEG", bytes=9, width=200, height=100, ocr=(line,)),
        stages=Stages(
            retrieve=RetrieveResult(hits=HITS),
            verify=VerifyResult(hits=HITS, matches=matches),
        ),
        articles={
            "a": ArticleCard(article_id="a", headline=f"Story {HOSTILE}", image_id=COPY),
            "b": ArticleCard(article_id="b", headline="Another", image_id=OTHER),
        },
        status=tuple(StageStatus(name=n, state="fresh") for n in STAGES),
        overrides=tuple(parse_override({"action": "sensitive", "image_id": m}) for m in marked),
    )  # fmt: skip
    case = CaseView(case_id="c", title=HOSTILE, created="2026-01-01", updated="", inputs=Inputs(), document=document)
    return Page(archive=ARCHIVE, pictures=Drawn(), case=case, look=look or Look(), **more)


def addresses(shown: Page) -> set[str]:
    """Names of all media files that any panel mentions."""
    html = "".join(paint.html(name, shown) for name in PANELS)
    assert "<script" not in html
    return set(re.findall(r"/media/([\w-]+)\.webp", html))


EVERYTHING = {"query-c", "thumb-1", "thumb-2", "lines-1", "over-1"}


def test_nothing_is_hidden_that_nobody_marked() -> None:
    assert addresses(page()) == EVERYTHING


def test_a_hidden_photograph_and_its_archived_copy_have_no_address() -> None:
    """The copy in the archive is the same photograph; the other article's picture is another."""
    assert addresses(page(PHOTO)) == {"thumb-2"} == addresses(page(COPY))
    looking = Look(detail=True, inspect=True)
    assert addresses(page(PHOTO, look=looking)) == {"thumb-2"}
    assert {"detail-c", "ela", "noise", "embedded", "reduced"} <= addresses(page(look=looking))


def test_another_picture_is_hidden_alone() -> None:
    assert addresses(page(OTHER)) == EVERYTHING - {"thumb-2"}
    scene = page(PHOTO, matches=(match(COPY, relation="scene"),))  # another photograph of the same scene
    assert addresses(scene) == {"thumb-1", "thumb-2"}


def test_what_was_chosen_is_shown_in_this_tab_and_what_is_not_stays() -> None:
    assert addresses(page(PHOTO, look=Look(revealed=("",)))) == {"query-c", "thumb-2"}
    assert addresses(page(PHOTO, look=Look(revealed=("", COPY)))) == EVERYTHING


def test_an_article_s_picture_is_marked_from_its_card_or_in_the_viewer() -> None:
    card, viewer = paint.html("retrieve", page(OTHER)), paint.html("photo", page(OTHER))
    assert f'data-act="sensitive" data-ids="{OTHER}" data-on=""' in card
    for html in (card, viewer):
        assert f'data-act="sensitive" data-ids="{COPY}" data-on="1"' in html


def test_covers_name_what_they_show() -> None:
    photo, matches = (paint.html(name, page(PHOTO)) for name in ("photo", "verify"))
    assert 'data-act="see-reveal" data-ids="photo"' in photo and "No longer sensitive" in photo
    assert f'data-act="see-reveal" data-ids="photo {COPY}"' in matches
    assert "data-viewer-open" not in photo  # there is nothing to open
    again = paint.html("photo", page(PHOTO, look=Look(revealed=("",))))
    assert "Cover again" in again and 'data-on=""' in again


def test_everything_can_be_hidden_by_the_setting_and_by_the_browser() -> None:
    assert addresses(page(hide_all=True)) == set() == addresses(page(look=Look(hide_all=True)))
    assert addresses(page(hide_all=True, look=Look(hide_all=False))) == EVERYTHING
    assert addresses(page(hide_all=True, look=Look(revealed=(OTHER,)))) == {"thumb-2"}
    start = Page(archive=ARCHIVE, pictures=Drawn(), examples=(("t", "n", "/media/example.webp"),), hide_all=True)
    assert addresses(start) == set() and not paint.html("photo", replace(start)).count("<img")


def test_the_list_of_cases_covers_what_its_cases_hide() -> None:
    shown = Page(archive=ARCHIVE, pictures=Drawn())
    assert shown.pictures.preview("hidden-case") is None and shown.pictures.preview("c") is not None
    assert replace(shown, hide_all=True).pictures.preview("c") is None


def test_an_export_names_what_is_to_be_hidden() -> None:
    assert hidden(page(PHOTO).document) == {PHOTO, COPY, "a" * 64}
    assert hidden(page(OTHER).document) == {OTHER} and hidden(page().document) == frozenset()


def test_the_viewer_loads_nothing_and_repeats_no_id_until_it_is_opened() -> None:
    html = paint.html("photo", page(look=Look(inspect=True, detail=True)))
    source = html[html.index("data-viewer ") :]
    assert " src=" not in source and not re.search(r"\sid=", source)
    for held in ("query-c", "detail-c", "lines-1", "over-1", "ela", "noise"):
        assert f'data-src="gradio_api/file=/media/{held}.webp"' in source
    assert "indication and never proof" in source and "SN-1" in source and "about 87" in source


def test_hostile_texts_are_text_in_the_viewer() -> None:
    html = paint.html("photo", page(look=Look(inspect=True)))
    assert "<script" not in html and html.count("&lt;script&gt;") >= 4  # title, text line, headline, tag, trace


def test_the_signs_say_where_they_do_not_apply() -> None:
    class Png(Drawn):
        def inspected(self, case_id: str) -> Inspection:
            return Inspection("PNG", (NOISE,), 90)

    html = paint.html("photo", replace(page(look=Look(inspect=True)), pictures=Png()))
    assert "Does not apply: this is a PNG file" in html and "has no metadata" in html


def test_empty_states_say_what_would_fill_them() -> None:
    html = paint.html("photo", page(matches=()))
    assert "None has been found so far." in html and "will stand here" in html
    assert "Five questions" in paint.html("checklist", Page(archive=ARCHIVE, pictures=Drawn()))


class Heard:
    """Handlers that only remember what they were asked to look at."""

    def looking(self, here):
        return here[1]


@pytest.mark.parametrize(
    ("before", "data", "after"),
    [
        ((), {"ids": "photo " + COPY}, ("", COPY)),
        (("", COPY), {"ids": "photo", "on": ""}, (COPY,)),
        ((COPY,), {"ids": COPY}, (COPY,)),
        ((), {"ids": "x" * 500}, ("x" * 64,)),
        ((), {}, ()),
    ],
)
def test_revealing_is_kept_in_the_look(before, data, after) -> None:
    (look,) = photo_acts.ACTS["see-reveal"](Heard(), ("c", Look(revealed=before), True), data)
    assert look.revealed == after


def test_the_browser_s_choice_is_known_before_the_first_picture() -> None:
    assert photo_acts.preferred(Look(), {"newsctx_hide": "1"}).hide_all is True
    assert photo_acts.preferred(Look(), {"newsctx_hide": "0"}).hide_all is False
    assert photo_acts.preferred(Look(hide_all=True), {"newsctx_hide": HOSTILE}).hide_all is None
    assert Look(hide_all=True, revealed=("x",)).anew() == replace(Look(hide_all=True), cases=Look().cases)


def test_work_that_began_earlier_paints_what_the_tab_looks_at_now() -> None:
    looks = Looks()
    first = looks.begin(Look())
    looks.note(now := replace(first, revealed=("",)))
    assert looks.newest(("c", first, True)) == ("c", now, True)
    other = looks.begin(Look())
    assert other.tab != first.tab and looks.newest(("c", other, True))[1] is other


def test_an_answer_is_signed_as_the_trail_has_it() -> None:
    """The word that was taken back in between is not the one that holds."""
    words = [
        {"action": "pillar", "pillar": "date", "status": status, "note": "", "reason": ""}
        for status in ("false", "verified")
    ]
    entries = [
        AuditEntry(case_id="c", number=n, made=f"2026-01-0{n}T10:00:00+00:00", who=who, what="override",
                   detail={"number": n, "override": word})
        for n, who, word in ((1, "ann", words[1]), (2, "bob", words[0]))
    ]  # fmt: skip
    shown = page(history=CaseHistory(trail=tuple(entries)))
    document = shown.document.model_copy(update={"overrides": (parse_override(words[1]),)})
    shown = replace(shown, case=shown.case.model_copy(update={"document": document}))
    html = paint.html("checklist", shown)
    assert "ann, 2026-01-01 10:00 UTC" in html and "bob" not in html and "1 of 5 answered" in html
