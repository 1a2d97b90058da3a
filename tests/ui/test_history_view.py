"""History: the trail of a real store in words, its check, runs side by side; the approval of a caption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from newsctx.audit import AuditEntry
from newsctx.case_records import RunSummary
from newsctx.cases import CaseStore
from newsctx.compare_runs import compare
from newsctx.document import ArchiveInfo, ArticleCard, Document, Stages
from newsctx.overrides import parse_override
from newsctx.records import (
    STAGES,
    Caption,
    CaptionVersion,
    Claim,
    Hit,
    Inputs,
    LocateResult,
    Mention,
    Sentence,
    StageStatus,
)
from newsctx.ui import approval, history_panel, paint, trail
from newsctx.ui.case_look import CaseHistory, CasesLook, Checked
from newsctx.ui.page import Look, Page
from newsctx.workbench import CaseView

HOSTILE = "<script>alert(1)</script> ${alert(2)} \"'"
ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded")
CARD = {"a": ArticleCard(article_id="a", headline="Flood in Paris")}


class Nothing:
    def preview(self, case_id: str) -> Path | None:
        return None

    def hides_photo(self, case_id: str) -> bool:
        return False


def shown(entries=(), runs=(), look: CasesLook | None = None, document: Document | None = None, **more) -> Page:
    status = tuple(StageStatus(name=n, state="fresh") for n in STAGES)
    document = document or Document(version="0", archive=ARCHIVE, status=status, articles=CARD)
    captions = more.pop("captions", ())
    view = CaseView(
        case_id="c", title="T", created="", updated="", inputs=Inputs(), document=document, captions=captions
    )
    history = CaseHistory(tuple(entries), tuple(runs), **more)
    return Page(
        archive=ARCHIVE, pictures=Nothing(), case=view, history=history, look=Look(cases=look or CasesLook())
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    found = CaseStore(tmp_path)
    yield found
    found.close()


def filled(store: CaseStore) -> tuple[AuditEntry, ...]:
    """A case with one of everything that the page can do to it."""
    case_id = store.create(b"x", "0" * 64, "boats.jpg", Inputs(), "Ana")
    pin = parse_override({"action": "pin", "article_id": "a", "reason": "the same banner"})
    store.append(case_id, pin, "Ana")
    store.undo(case_id, "Ben")
    store.redo(case_id, "")
    store.append(case_id, parse_override({"action": "approve", "version": 1}), "Ana")
    store.undo(case_id, "Ana")
    store.append(case_id, parse_override({"action": "exclude", "article_id": "a", "reason": HOSTILE}), HOSTILE)
    store.rename(case_id, HOSTILE, "Ana")
    store.set_tags(case_id, ("flood", "urgent"), "Ana")
    store.set_status(case_id, "handed_over", "Ana", "night shift")
    store.archive(case_id, True, "Ana")
    store.set_inputs(case_id, Inputs(claim=Claim(text="a boat")), "Ana")
    store.end_run(store.begin_run(case_id, 1, "Ana"), "cancelled", None, {})
    return store.trail(case_id)


def test_every_entry_of_a_real_trail_is_told_in_words_newest_first(store):
    view = history_panel.view(shown(filled(store)))
    told = [e["text"] for e in view["entries"]]
    assert told == [
        "Run 1 ended: cancelled",
        "Run 1 began",
        "Changed the claim or the note",
        "Archived the case",
        "Set the status: handed over",
        "Set the tags: flood, urgent",
        f"Renamed to: {' '.join(HOSTILE.split())}",
        "Excluded: Flood in Paris",
        "Took back: Approved version 1 of the caption",
        "Approved version 1 of the caption",
        "Made again: Pinned: Flood in Paris",
        "Took back: Pinned: Flood in Paris",
        "Pinned: Flood in Paris",
        "Opened the case with the photograph boats.jpg",
    ]
    by_text = {e["text"]: e for e in view["entries"]}
    assert by_text["Pinned: Flood in Paris"]["reason"] == "the same banner"
    assert by_text["Took back: Pinned: Flood in Paris"]["who"] == "Ben"
    assert by_text["Made again: Pinned: Flood in Paris"]["who"] == "", "no name was given"
    assert by_text["Set the status: handed over"]["reason"] == "night shift"


def test_what_was_taken_back_is_shown_as_such(store):
    entries = {e["text"]: e["state"] for e in history_panel.view(shown(filled(store)))["entries"]}
    assert entries["Pinned: Flood in Paris"] == "live", "it was made again"
    assert entries["Approved version 1 of the caption"] == "dropped", "another change was made after it was undone"
    html = paint.html("history", shown(filled(store)))
    assert 'data-undone="dropped"' in html and "taken back for good" in html


def test_before_and_after_are_unfolded_and_hostile_text_stays_text(store):
    entries = filled(store)
    html = paint.html("history", shown(entries))
    assert "<script" not in html and "&lt;script&gt;" in html
    named = next(e for e in entries if e.what == "status")
    assert trail.differences(named) == [{"name": "status", "before": "open", "after": "handed_over"}]
    pinned = next(e for e in entries if e.what == "override")
    assert {"name": "pinned", "before": "–", "after": '["a"]'} in trail.differences(pinned)


def test_long_trails_are_cut_and_the_hash_can_be_copied(store):
    entries = filled(store)
    html = paint.html("history", shown(entries, look=CasesLook(entries=3)))
    assert html.count('class="trail-line"') == 3 and f"({len(entries) - 3} more)" in html
    assert f'data-copy="{entries[-1].hash}"' in html and entries[-1].hash[:12] in html


def test_the_check_of_the_chain_is_told_and_belongs_to_this_trail(store):
    entries = filled(store)
    good = Checked(len(entries) - 2, entries[-3].hash, "2026-01-02T03:04:05+00:00")
    html = paint.html("history", shown(entries, look=CasesLook(checked=good)))
    assert "The chain holds" in html and "2 entries came since" in html
    bad = replace(good, problems=("case c, entry 2: it was altered",))
    assert "The chain is broken: case c, entry 2" in " ".join(
        paint.html("history", shown(entries, look=CasesLook(checked=bad))).split()
    ).replace("</span> ", "")
    other = replace(good, head="f" * 64)
    assert history_panel.check(shown(entries, look=CasesLook(checked=other)))["state"] == "", "of another trail"
    assert "not checked in this tab" in paint.html("history", shown(entries))


# --- runs ---------------------------------------------------------------------------------------------------------


def summary(number: int, kept: bool = True, state: str = "done", **more) -> RunSummary:
    began = "2026-01-02T03:04:05+00:00"
    return RunSummary(run_id=f"r{number}", case_id="c", number=number, started=began, state=state, kept=kept, **more)


def test_three_runs_at_most_can_be_chosen_and_only_those_that_are_kept():
    runs = [summary(n) for n in (5, 4, 3, 2)] + [summary(1, kept=False)]
    found = history_panel.view(shown(runs=runs, look=CasesLook(runs=("r5", "r3", "r2"))))["runs"]
    assert [(r["number"], r["chosen"], r["blocked"]) for r in found] == [
        (5, True, False), (4, False, True), (3, True, False), (2, True, False), (1, False, True),
    ]  # fmt: skip


def document(order: str, *overrides) -> Document:
    hits = tuple(Hit(article_id=a, rank=i, score=1 / i) for i, a in enumerate(order, 1))
    cards = {"a": ArticleCard(article_id="a", headline=HOSTILE)}
    stages = Stages(locate=LocateResult(hits=hits))
    made = tuple(parse_override(o) for o in overrides)
    return Document(version="1", archive=ARCHIVE, stages=stages, articles=cards, overrides=made)


def test_two_runs_side_by_side_name_the_override_responsible():
    pin = {"action": "pin", "article_id": "a", "reason": "seen before"}
    found = compare([("Run 1", document("bca")), ("Run 2", document("abc", pin))])
    html = paint.html("history", shown(runs=[summary(2), summary(1)], compared=found))
    assert "<script" not in html
    assert "Responsible: Pinned: Flood in Paris." in html and "seen before" in html, (
        "the name is the one of the case now"
    )
    assert "3 moved" in html and 'data-evidence="a"' in html


def test_several_changes_are_listed_with_what_each_can_have_moved():
    pin, date = {"action": "pin", "article_id": "a"}, {"action": "set_date", "date": "2021"}
    exclude = {"action": "exclude", "article_id": "c"}
    found = compare([("Run 1", document("bca")), ("Run 2", document("ab", pin, exclude, date))])
    html = " ".join(paint.html("history", shown(compared=found)).split())
    assert "Several things were changed at once" in html
    assert "can come from: Pinned: Flood in Paris; Excluded: c" in html, "a date set by hand moves no article"


def test_without_runs_and_entries_the_panel_says_what_will_stand_there():
    html = paint.html("history", shown())
    assert "Analyse makes the first" in html and "Every change, run and download" in html
    assert "Drop a photograph to open a case" in paint.html("history", replace(shown(), case=None))


# --- approval -----------------------------------------------------------------------------------------------------


def version(number: int, text: str) -> CaptionVersion:
    return CaptionVersion(number=number, made="2026", caption=Caption(text=text, writer="w"))


def captioned(text: str, approved: int | None = None, struck: bool = False, state: str = "fresh", entries=()) -> Page:
    mentions = (Mention(kind="name", start=0, end=3, text=text[:3]),) if struck else ()
    caption = Caption(
        text=text, writer="w", sentences=(Sentence(text=text, metadata_ids=("a#places",), mentions=mentions),)
    )
    made = (parse_override({"action": "approve", "version": approved}),) if approved else ()
    status = tuple(StageStatus(name=n, state=state if n == "caption" else "fresh") for n in STAGES)
    doc = Document(version="0", archive=ARCHIVE, status=status, caption=caption, overrides=made)
    return shown(entries, document=doc, captions=(version(1, "Boats in Paris."), version(2, "Boats in Lyon.")))


def test_the_version_shown_is_the_one_that_is_approved():
    html = paint.html("caption", captioned("Boats in Lyon."))
    assert 'data-act="approve" data-version="2"' in html and "Not approved yet." in html


def test_what_is_struck_or_stale_cannot_be_approved_and_says_why():
    assert "1 detail is struck through" in approval.view(captioned("Boats in Lyon.", struck=True))["blocked"]
    assert "not up to date" in approval.view(captioned("Boats in Lyon.", state="stale"))["blocked"]
    assert "not up to date" in approval.view(captioned("Unknown words."))["blocked"], "no version has these words"
    html = paint.html("caption", captioned("Boats in Lyon.", struck=True))
    assert 'data-key="approve" disabled' in html


def test_an_approval_names_who_and_when_and_a_change_is_shown_word_by_word(store):
    case_id = store.create(b"x", "0" * 64, "boats.jpg", Inputs())
    store.append(case_id, parse_override({"action": "approve", "version": 1, "reason": "checked"}), "Ana")
    entries = store.trail(case_id)
    html = " ".join(paint.html("caption", captioned("Boats in Paris.", 1, entries=entries)).split())
    assert "Approved by Ana, 20" in html and "(version 1)" in html and "checked" in html
    assert "Withdraw approval" in html and "Approve this caption" not in html
    later = " ".join(paint.html("caption", captioned("Boats in Lyon.", 1, entries=entries)).split())
    assert "Changed since approval:" in later and "version 1 was approved by Ana" in later
    assert "<del>Paris</del><ins>Lyon</ins>" in later and 'data-version="2"' in later


def test_an_approved_caption_that_lost_its_evidence_is_not_shown_as_approved():
    assert approval.view(captioned("Boats in Lyon.", 2))["state"] == "approved"
    assert approval.view(captioned("Boats in Lyon.", 2, struck=True))["state"] == "changed"
