"""The five pillars on small documents, where every sentence can be checked by eye."""

from __future__ import annotations

import pytest

from newsctx.checklist import CONFIDENCE, LIMITS, QUESTIONS, SAID, WITNESSES, PillarView, answered, checklist
from newsctx.document import ArchiveInfo, ArticleCard, Document, Stages
from newsctx.override_types import PILLARS
from newsctx.overrides import parse_override
from newsctx.records import (
    Camera,
    Claim,
    ClaimCheck,
    Context,
    Corroboration,
    DateAnswer,
    Inputs,
    Match,
    Photo,
    Place,
    PlaceAnswer,
    VerifyResult,
    Witness,
)

ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=3, profile="embedded")
HOSTILE = "<script>alert(1)</script> %(n)s %s"


def match(article: str, **more) -> Match:
    values = {"image_id": "1" * 64, "inliers": 30, "confidence": 0.9, "accepted": True} | more
    return Match(article_id=article, **values)


def document(*matches: Match, camera: Camera | None = None, claim: Claim | None = None, **more) -> Document:
    cards = {
        "old": ArticleCard(article_id="old", headline="Flood in Paris", source="Le Quai", published="2016-06-03"),
        "new": ArticleCard(article_id="new", headline="Flood again", source="The Wire", published="2018-01-20"),
        "bare": ArticleCard(article_id="bare", headline=HOSTILE),
    }
    return Document(
        version="0", archive=ARCHIVE, articles=cards, inputs=Inputs(claim=claim or Claim()),
        photo=Photo(sha256="a" * 64, phash="0" * 16, format="JPEG", bytes=9, width=200, height=100,
                    camera=camera or Camera()),
        stages=Stages(verify=VerifyResult(matches=matches)), **more,
    )  # fmt: skip


def pillar(of: Document, name: str) -> PillarView:
    return next(p for p in checklist(of) if p.pillar == name)


def texts(of: Document, name: str) -> list[str]:
    one = pillar(of, name)
    return [f.text for f in (*one.contradictions, *one.findings)]


def test_five_pillars_in_their_order_and_none_answered_by_itself() -> None:
    found = checklist(document(match("old")))
    assert tuple(p.pillar for p in found) == PILLARS and answered(found) == 0
    assert all(p.question and p.limit for p in found)


def test_provenance_is_the_earliest_of_the_articles_that_show_it() -> None:
    found = pillar(document(match("new"), match("old"), match("bare")), "provenance")
    assert found.evidence == "supports" and found.findings[0].article_ids == ("new", "old", "bare")
    assert "3 archived articles; the earliest is “Flood in Paris” (Le Quai, 2016-06-03)" in found.findings[0].text


def test_one_article_is_not_told_in_the_plural() -> None:
    assert texts(document(match("old")), "provenance") == [
        "The photograph itself stands in an archived article: “Flood in Paris” (Le Quai, 2016-06-03)."
    ]


def test_neither_a_scene_nor_a_refused_match_is_the_photograph() -> None:
    found = document(match("old", relation="scene"), match("new", accepted=False))
    assert texts(found, "provenance") == [
        "Other photographs of the same scene in the archive: 1.", "No archived photograph was found in this one.",
    ]  # fmt: skip
    assert pillar(found, "provenance").evidence == "silent" == pillar(found, "source").evidence


def test_before_the_comparison_nothing_is_said_to_be_missing() -> None:
    bare = Document(version="0", archive=ARCHIVE)
    assert texts(bare, "provenance") == ["It has not been compared with archived photographs."]
    assert texts(bare, "date") == ["The evidence has not been weighed yet."] == texts(bare, "place")


def test_a_mirrored_copy_contradicts() -> None:
    found = pillar(document(match("old", mirrored=True)), "provenance")
    assert found.evidence == "contradicts" and found.contradictions[0].code == "mirrored"
    assert not pillar(document(match("old", mirrored=True), match("new")), "provenance").contradictions


def test_the_source_is_outlets_and_the_camera() -> None:
    found = document(match("new"), match("old"), match("bare"), camera=Camera(make="NIKON", model="D5"))
    assert texts(found, "source") == ["Published by The Wire, Le Quai.", "The file names a camera: NIKON D5."]
    assert texts(document(match("bare")), "source")[0] == "The archived articles that show it name no outlet."


def test_published_before_the_claimed_date_and_before_the_camera_s() -> None:
    """It stood in a paper of 3 June 2016: neither a claim of 2018 nor a camera of 2017 can be right."""
    late = document(match("old"), camera=Camera(time="2017-05-05T10:00:00"), claim=Claim(date="2018-01"))
    codes = [f.code for f in pillar(late, "date").contradictions]
    assert codes == ["published_before", "published_before_camera"]
    same = document(match("old"), camera=Camera(time="2016-06-03T23:59:00"), claim=Claim(date="2016"))
    assert not pillar(same, "date").contradictions  # the same day, and a year that holds it


def test_answers_claims_and_witnesses_stand_side_by_side() -> None:
    context = Context(
        place=PlaceAnswer(place=Place(name="Paris", level="city", country="France"), basis="evidence",
                          confidence="high", article_ids=("old",)),
        date=DateAnswer(date="2016-06", basis="analyst"),
        agreement=(
            ClaimCheck(item="place", claimed="Lyon", verdict="contradicted", found="Paris", km=390),
            ClaimCheck(item="text", claimed="A dam broke", verdict="not_addressed"),
        ),
        corroboration=(
            Corroboration(item="place", answer="Paris", witnesses=(
                Witness(channel="camera", says="Nantes", side="conflicts"),
                Witness(channel="claim", says="Lyon", side="conflicts"),  # said by the claim's own line already
                Witness(channel="copy", says="Paris", side="agrees"),
            )),
        ),
    )  # fmt: skip
    found = document(match("old"), claim=Claim(text="A dam broke", place="Lyon"), context=context)
    assert texts(found, "place") == [
        "Articles contradict what the claim says (Lyon): they have Paris.",
        "The camera contradicts: Nantes.",
        "The evidence says Paris, France (high confidence).",
    ]
    assert texts(found, "date") == ["You set it to 2016-06."] and pillar(found, "date").evidence == "supports"
    assert texts(found, "motivation") == [
        "The claim under check: “A dam broke”.",
        "The first to publish it in the archive: Le Quai, 2016-06-03.",
        "Articles do not speak of what the claim says (A dam broke).",
    ]


def test_a_weak_answer_does_not_support() -> None:
    context = Context(date=DateAnswer(date="2016", basis="evidence", confidence="low"))
    found = pillar(document(context=context), "date")
    assert found.evidence == "silent" and found.findings[0].text == "The evidence says 2016 (low confidence)."


def test_gps_and_clock_come_with_what_is_wrong_about_them() -> None:
    camera = Camera(lat=48.8566, lon=2.3522, gps_problem="old fix", time="2016-06-02T08:00:00", time_problem="unset")
    found = document(camera=camera, context=Context())
    assert "The file's GPS says 48.85660, 2.35220." in texts(found, "place")
    assert "About the file's GPS: old fix." in texts(found, "place")
    assert "The camera's clock says 2016-06-02 08:00:00." in texts(found, "date")


def test_the_analyst_s_word_is_the_last_one_given_and_can_be_taken_back() -> None:
    def say(status: str, note: str = "") -> object:
        return parse_override({"action": "pillar", "pillar": "date", "status": status, "note": note})

    found = checklist(document(overrides=(say("doubtful"), say("verified", HOSTILE))))
    assert answered(found) == 1 and (found[2].status, found[2].note) == ("verified", HOSTILE)
    assert answered(checklist(document(overrides=(say("unknown"),)))) == 1  # it was looked into
    assert answered(checklist(document(overrides=(say("verified"), say(""))))) == 0


def test_hostile_headlines_are_values_and_no_templates() -> None:
    assert HOSTILE in texts(document(match("bare")), "provenance")[0]


@pytest.mark.parametrize("table", [SAID, QUESTIONS, LIMITS, CONFIDENCE, WITNESSES])
def test_every_text_is_there(table: dict[str, str]) -> None:
    assert all(text.strip() for text in table.values())
