"""What a report says of a case: who decided, what was approved, what was changed, what was missing."""

from __future__ import annotations

import pytest
from report_world import (
    APPROVE,
    CAPTION,
    IMAGE,
    LYON,
    QUERY,
    SETTINGS,
    STAMP,
    document,
    entry,
    made,
    sources,
    view,
)

from newsctx.errors import CaseError
from newsctx.overrides import parse_override
from newsctx.records import Caption, CaptionVersion, DateAnswer, PlaceAnswer, StageStatus
from newsctx.report import answers, build, charts, pictures
from newsctx.report.build import Sources, report
from newsctx.report.facts import EventFacts, Report
from newsctx.report.outline import Figure, Heading, Opening, Paragraph, Table, outline
from newsctx.report.words import CHANNELS, link


def of(tmp_path, *actions, **more) -> Report:
    return report(sources(tmp_path, *actions, **more), STAMP)


def texts(found: Report) -> str:
    """All that stands in the report."""
    from newsctx.report.pdf import texts as every

    return "\n".join(every(outline(found, SETTINGS.report, ())))


# --- who decided ------------------------------------------------------------------------------------------------


def test_an_answer_of_the_evidence_says_so_and_how_sure(tmp_path):
    found = of(tmp_path)
    assert (found.place.value, found.place.level) == ("Paris, Île-de-France, France", "to the city")
    assert found.place.decided == "newsctx, from the evidence" and found.place.confidence_words == "high confidence"
    assert found.date.value == "1 Feb 2021" and found.date.note == "coverage only"


def test_an_answer_of_the_analyst_says_who_when_and_why(tmp_path):
    place = {"action": "set_place", "place": "Lyon", "reason": "the quay is in Lyon"}
    other = {"action": "set_place", "place": "Nice", "reason": "first thought"}
    context = document().context.model_copy(update={"place": PlaceAnswer(place=LYON, basis="analyst")})
    found = of(tmp_path, other, place, context=context)
    assert found.place.decided == "Ada, 2026-11-20 11:00 UTC" and found.place.reason == "the quay is in Lyon"


def test_no_answer_is_not_established_and_says_why(tmp_path):
    context = document().context.model_copy(update={"date": DateAnswer(note="Two stories share the evidence.")})
    found = of(tmp_path, context=context)
    assert found.date.value == "" and found.date.decided == "nobody: not established"
    (opening,) = [b for b in outline(found, SETTINGS.report, ()) if isinstance(b, Opening)]
    assert ("Date", "Not established", "Two stories share the evidence.", "none") in opening.verdict
    assert ("Claim", "Contradicted", "place contradicted", "bad") in opening.verdict


def test_a_stage_that_has_not_run_is_no_abstention(tmp_path):
    found = of(tmp_path, context=None)
    assert found.place.note == "The evidence has not been weighed: this stage has not run."


# --- the caption ------------------------------------------------------------------------------------------------


def test_an_approved_caption_names_who_approved_it(tmp_path):
    found = of(tmp_path, APPROVE).caption
    assert (found.state, found.version, found.approved_by) == ("approved", 1, "Ada")
    assert found.approved_at == "2026-11-20T11:00:00+00:00" and found.reason == "Checked with the desk"
    (sentence,) = found.sentences
    assert [s.text for s in sentence.sources] == ["Seine", "date of publication: 1 Feb 2021"]
    assert sentence.unsupported == ("Rome",), "the cited evidence does not have it, approved or not"


def test_without_an_approval_it_is_a_draft_in_every_format(tmp_path):
    found = of(tmp_path)
    assert found.caption.state == "draft" and found.caption.text == CAPTION.text
    assert "Draft: nobody has approved this caption." in texts(found)


def test_the_approved_wording_stands_where_another_one_was_written_since(tmp_path):
    base = sources(tmp_path, APPROVE)
    new = Caption(text="Another wording.", writer="the analyst", kind="edited", sentences=())
    versions = (*base.view.captions, CaptionVersion(number=2, made=STAMP, caption=new))
    doc = base.view.document.model_copy(update={"caption": new})
    found = report(Sources(**vars(base) | {"view": view(doc, captions=versions)}), STAMP)
    assert (found.caption.state, found.caption.text, found.caption.draft) == ("changed", CAPTION.text, new.text)
    assert "this one is not approved" in texts(found)


def test_an_accepted_detail_is_told_apart_from_one_that_holds(tmp_path):
    (sentence,) = CAPTION.sentences
    accepted = sentence.model_copy(update={"mentions": (sentence.mentions[0].model_copy(update={"accepted": True}),)})
    found = of(tmp_path, caption=CAPTION.model_copy(update={"sentences": (accepted,)}))
    assert found.caption.sentences[0].accepted == ("Rome",) and "Accepted by the analyst: Rome" in texts(found)


# --- what people did --------------------------------------------------------------------------------------------


def test_overrides_stand_with_who_when_why_and_whether_they_count(tmp_path):
    base = sources(tmp_path)
    exclude = made({"action": "exclude", "article_id": "world-article", "reason": "Another year"}, state="undone")
    found = report(Sources(**vars(base) | {"overrides": exclude}), STAMP)
    (one,) = found.overrides
    assert (one.who, one.state, one.reason) == ("Ada", "undone", "Another year")
    assert one.text.startswith("Excluded “Афины")
    assert "(taken back)" in texts(found)


def test_excluded_articles_are_named_also_those_that_the_archive_has_lost(tmp_path):
    found = of(
        tmp_path, {"action": "exclude", "article_id": "gone"}, {"action": "exclude", "article_id": "world-article"}
    )
    assert found.excluded == ("gone", "world-article") and found.articles["gone"].headline == ""
    assert "Excluded articles" in texts(found)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"action": "pin", "article_id": "paris-flood-1"}, "Pinned “Seine spills over”"),
        ({"action": "move", "article_id": "paris-flood-1", "rank": 2}, "Moved “Seine spills over” to rank 2 (events)"),
        ({"action": "weight", "channel": "image_text", "weight": 0.5}, "Weight of “image to text” set to 0.5"),
        ({"action": "threshold", "name": "relevance.gate", "value": 0.2}, "Threshold “relevance gate” set to 0.2"),
        ({"action": "cluster", "cluster_id": "c1", "decision": "dropped"}, "Dropped the event Paris, 1 Feb 2021"),
        ({"action": "chunk", "chunk_id": "paris-flood-1#body:0-5", "decision": "kept"}, "Kept the passage “Seine”"),
        ({"action": "pillar", "pillar": "date", "status": "doubtful", "note": "x"}, "Answered date: doubtful (x)"),
        ({"action": "set_date", "date": None}, "Took the set date back"),
        (APPROVE, "Approved version 1 of the caption"),
    ],
)  # fmt: skip
def test_an_override_is_told_in_words(action, said):
    from newsctx.report.words import Told

    assert Told(document()).sentence(parse_override(action)) == said


def test_every_kind_of_override_has_words():
    """None falls through to its bare name."""
    from typing import get_args

    from newsctx.overrides import Override
    from newsctx.report.words import Told

    kinds = {k for k in get_args(get_args(Override)[0])}
    samples = {
        "article_id": "paris-flood-1", "rank": 1, "place": "x", "date": "2020", "cluster_id": "c", "chunk_id": "c",
        "decision": "kept", "channel": "image_text", "weight": 1, "method": "rrf", "writer": "w", "step": "repair",
        "text": "t", "base_url": "http://x", "article": {"article_id": "added-1"}, "places": ("x",),
        "cluster_ids": ("a", "b"), "article_ids": ("a",), "name": "relevance.gate", "value": 1.0, "pillar": "date",
        "status": "verified", "image_id": "", "version": 1, "published": "2020",
    }  # fmt: skip
    for kind in kinds:
        values = {n: v for n, v in samples.items() if n in kind.model_fields}
        said = Told(document()).sentence(parse_override(kind(**values).model_dump(mode="json")))
        assert said != kind.model_fields["action"].default.replace("_", " "), kind


# --- the machine ------------------------------------------------------------------------------------------------


def test_what_did_not_work_is_said_and_why(tmp_path):
    rows = {m.part: m.why for m in of(tmp_path).unavailable}
    assert rows["Legible text"] == "no reader of text is installed"
    assert rows["Channel “image to image”"] == "the archive has no vectors of photographs"
    assert rows["Model: second image encoder"] == "not installed"


def test_archived_photographs_that_are_gone_are_counted(tmp_path):
    base = sources(tmp_path)
    found = report(Sources(**vars(base) | {"pictures": {}}), STAMP)
    assert ("Pictures", "2 archived photographs could not be read from the archive") in [
        (m.part, m.why) for m in found.unavailable
    ]
    assert not any(i.shown for i in found.images)


def test_settings_that_differ_stand_with_their_defaults(tmp_path):
    found = {s.name: (s.value, s.default) for s in of(tmp_path).settings}
    assert found == {"profile": ("embedded", "embedded"), "seed": ("3", "0")}


def test_prompts_and_answers_stand_word_for_word(tmp_path):
    found = of(tmp_path)
    assert CAPTION.sent[0].text in texts(found) and CAPTION.sent[0].answer in texts(found)


def test_hashes_are_of_the_bytes_themselves(tmp_path):
    import hashlib

    base = sources(tmp_path)
    found = report(base, STAMP)
    assert found.hashes.photo == hashlib.sha256(QUERY).hexdigest()
    assert found.hashes.document == hashlib.sha256(found.document.to_json().encode()).hexdigest()
    assert set(found.hashes.pictures) == {"photo", "map", "timeline", f"match-{IMAGE}", f"archive-{IMAGE}"}


def test_a_download_changes_no_later_report(tmp_path):
    base = sources(tmp_path)
    downloaded = (*base.trail, entry(3, "exported", who="Reader"))
    assert report(Sources(**vars(base) | {"trail": downloaded}), STAMP) == report(base, STAMP)
    assert report(base, STAMP).trail.entries == 2 and report(base, STAMP).trail.head == f"{2:064x}"


def test_what_is_older_than_the_last_change_is_said_at_the_top(tmp_path):
    status = (StageStatus(name="caption", state="stale"),)
    found = of(tmp_path, status=status)
    (opening,) = [b for b in outline(found, SETTINGS.report, ()) if isinstance(b, Opening)]
    assert (
        "Not up to date: the case, the archive or newsctx has changed since these were computed: caption."
        in opening.warnings
    )


@pytest.mark.parametrize("more", [{"running": True}, {"document": None}])
def test_there_is_no_report_of_what_is_not_there_yet(more):
    with pytest.raises(CaseError):
        build.analysed(view(**more))


def test_sections_stand_in_the_order_of_reading(tmp_path):
    found = outline(of(tmp_path), SETTINGS.report, ())
    keys = [b.key for b in found if isinstance(b, Heading) and b.key]
    assert keys == ["caption", "claim", "checklist", "answers", "matches", "events", "articles", "overrides", "missing",
                    "machine", "file", "hashes"]  # fmt: skip
    assert all(len(r) == len(t.columns) == len(t.widths) for t in found if isinstance(t, Table) for r in t.rows)
    assert all(isinstance(b.parts[0], str) for b in found if isinstance(b, Paragraph))


@pytest.mark.parametrize(
    "url", ["javascript:x", "data:text/html,x", "//x", "https:///x", "http://a b", "http://a\nb", "ftp://x"]
)
def test_only_an_address_of_the_web_is_a_link(url):
    assert link(url) == "" and link("https://x.example/ü?a=1") == "https://x.example/ü?a=1"


def test_every_channel_has_a_name():
    from newsctx.channel_names import WEIGHTS

    assert set(WEIGHTS) <= set(CHANNELS)


# --- charts -----------------------------------------------------------------------------------------------------


def events(count: int) -> tuple[EventFacts, ...]:
    return tuple(
        EventFacts(number=i, place="x", first=f"20{i:02d}-01-01", last=f"20{i:02d}-01-03", article_ids=("a",),
                   lat=-80.0 + i, lon=170.0)
        for i in range(1, count + 1)
    )  # fmt: skip


@pytest.mark.parametrize("draw", [charts.world, charts.timeline])
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_chart_is_the_same_bytes_each_time_and_nothing_without_events(draw, kind):
    first = draw(events(3), (), kind)
    assert first == draw(events(3), (), kind) and draw((), (), kind) == b""
    assert first.startswith(b"<?xml" if kind == "svg" else b"\x89PNG")
    assert first != draw(events(2), (), kind)


def test_map_timeline_and_table_are_of_the_same_events(tmp_path, monkeypatch):
    """Three events, of which the table lists two: a number on the map has its row."""
    three = tuple(e.model_copy(update={"lat": 40.0 + e.number, "lon": 2.0}) for e in events(3))
    two = SETTINGS.report.model_copy(update={"events": 2})
    monkeypatch.setattr(build, "events", lambda document: three)
    shown = document()
    drawn = pictures.pictures(shown, QUERY, lambda i: None, None, two, SETTINGS.photo)
    marks = answers.marks(shown, None)
    assert drawn["map"] == charts.world(three[:2], marks, "svg") != charts.world(three, marks, "svg")
    assert drawn["timeline"] == charts.timeline(three[:2], marks, "svg") != charts.timeline(three, marks, "svg")
    told = outline(of(tmp_path), two, ("map", "timeline"))
    table = next(b for b in told if isinstance(b, Table) and b.columns[0] == "No." and "Days" in b.columns)
    assert [row[0] for row in table.rows] == ["1", "2"]
    gists = [b.alt for b in told if isinstance(b, Figure)]
    assert "Map of 2 events." in gists[-2] and "Timeline of 2 events." in gists[-1]
    assert any("2 of 3 events" in str(b.parts[0]) for b in told if isinstance(b, Paragraph))


@pytest.mark.parametrize(
    ("verdicts", "answer", "tone"),
    [
        (("supported", "contradicted"), "Contradicted", "bad"), (("supported", "supported"), "Supported", "good"),
        (("supported", "not_addressed"), "Not settled", "warn"), (("not_addressed",), "Not settled", "none"),
    ],
)  # fmt: skip
def test_only_a_claim_that_holds_in_all_its_items_is_green(tmp_path, verdicts, answer, tone):
    (check,) = document().context.agreement
    context = document().context.model_copy(
        update={"agreement": tuple(check.model_copy(update={"verdict": v}) for v in verdicts)}
    )
    (head,) = [b for b in outline(of(tmp_path, context=context), SETTINGS.report, ()) if isinstance(b, Opening)]
    (claim,) = [v for v in head.verdict if v[0] == "Claim"]
    assert (claim[1], claim[3]) == (answer, tone)


def test_a_wording_that_is_no_version_has_no_number(tmp_path):
    other = CAPTION.model_copy(update={"text": "Written this moment."})
    said = texts(of(tmp_path, caption=other))
    assert "Written by a language model, small model." in said and "Version 0" not in said


def test_a_map_stays_on_the_world_and_holds_every_point():
    west, east, south, north = charts._window([(179.0, 89.0), (-179.0, -89.0)])
    assert (west, east) == (-180, 180) and (south, north) == (-90, 90)
    west, east, south, north = charts._window([(2.3, 48.9)])
    assert west < 2.3 < east and south < 48.9 < north and east - west == charts.LEAST
