"""The list of cases, the head of one, the toolbar and the stage rail, as HTML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from newsctx import trail_reading
from newsctx.audit import AuditEntry
from newsctx.case_records import CASE_STATUSES, CaseSummary, RunSummary
from newsctx.document import ArchiveInfo, ArticleCard, Document
from newsctx.overrides import first_stage, parse_override
from newsctx.records import STAGES, Inputs, StageStatus
from newsctx.ui import case_acts, cases_panel, paint, rail, toolbar, trail
from newsctx.ui.case_look import CaseHistory, CaseList, CasesLook
from newsctx.ui.page import Look, Page
from newsctx.workbench import CaseView

HOSTILE = "<script>alert(1)</script> ${alert(2)} \"'"
ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded")
PIN = parse_override({"action": "pin", "article_id": "a"})
DATE = parse_override({"action": "set_date", "date": "2021"})
LOOK = CasesLook()
APPROVE = parse_override({"action": "approve", "version": 1})


class Pictures:
    """One case's photograph is hidden, the others have one."""

    def preview(self, case_id: str) -> Path | None:
        return None if case_id == "hidden" else Path(f"/media/{case_id}.webp")

    def hides_photo(self, case_id: str) -> bool:
        return case_id == "hidden"


def one(case_id: str = "c1", **more) -> CaseSummary:
    return CaseSummary(**({"case_id": case_id, "title": "Flood", "updated": "2026-01-02T03:04:05+00:00"} | more))


def listing(*rows: CaseSummary, look: CasesLook = LOOK, more: bool = False, tags=(), total: int = 9) -> Page:
    found = CaseList(rows, more, total, tags)
    return Page(archive=ARCHIVE, pictures=Pictures(), look=Look(cases=look), cases=found)


def entry(number: int, what: str, override=None, which: int = 0, **more) -> AuditEntry:
    detail = {"number": which} | ({"override": override.model_dump(mode="json")} if override else {})
    values = {"case_id": "c1", "number": number, "made": "2026-01-02T03:04:05+00:00", "who": "Ana", "what": what}
    return AuditEntry(**(values | {"detail": detail} | more))


def case(states: dict[str, str] | None = None, overrides=(), entries=(), runs=(), automatic=True, **more) -> Page:
    status = tuple(StageStatus(name=n, state=(states or {}).get(n, "fresh"), seconds=0.5) for n in STAGES)
    cards = {"a": ArticleCard(article_id="a", headline="Flood in Paris")}
    doc = Document(version="0", archive=ARCHIVE, status=status, overrides=tuple(overrides), articles=cards)
    view = CaseView(
        **({"case_id": "c1", "title": "T", "created": "", "updated": "", "inputs": Inputs()} | more), document=doc
    )
    history = CaseHistory(tuple(entries), tuple(runs))
    return Page(archive=ARCHIVE, pictures=Pictures(), case=view, history=history, automatic=automatic)  # fmt: skip


STALE = dict.fromkeys(STAGES[1:], "stale")


# --- the list -----------------------------------------------------------------------------------------------------


def test_a_case_shows_its_answer_status_and_tags_and_texts_are_only_texts():
    row = one(title=HOSTILE, tags=(HOSTILE,), place=HOSTILE, date="2021-02", status="established")
    html = paint.html("cases", listing(row, tags=(HOSTILE,), look=CasesLook(query=HOSTILE, tag=HOSTILE)))
    assert "<script" not in html and html.count("&lt;script&gt;") > 5
    assert '<option value="established" selected>' in html and "2026-01-02 03:04 UTC" in html
    assert "gradio_api/file=/media/c1.webp" in html


def test_a_hidden_photograph_has_no_address_in_the_list():
    html = paint.html("cases", listing(one("hidden")))
    assert "/media/" not in html and ">hidden<" in html


def test_a_case_without_answers_says_so_and_one_answer_names_the_missing_other():
    assert "no answer yet" in paint.html("cases", listing(one()))
    html = paint.html("cases", listing(one(place="Paris")))
    assert "Paris" in html and "date not established" in html


def test_only_the_chosen_case_is_edited_or_asked_to_be_deleted():
    rows = one("c1"), one("c2")
    html = paint.html("cases", listing(*rows, look=CasesLook(editing="c2")))
    assert html.count('data-act="case-edit"') == 1 and 'data-focus="edit:c2"' in html
    html = paint.html("cases", listing(*rows, look=CasesLook(deleting="c1")))
    assert html.count('data-act="case-delete"') == 1 and f'pattern="\\s*{cases_panel.WORD}\\s*"' in html


@pytest.mark.parametrize(
    ("look", "total", "said"),
    [
        (CasesLook(), 0, "No case yet"),
        (CasesLook(query="x"), 3, "No case fits"),
        (CasesLook(archived=True), 3, "No case is archived"),
        (CasesLook(), 3, "All cases are archived"),
    ],
)
def test_an_empty_list_says_what_would_fill_it(look, total, said):
    html = paint.html("cases", listing(look=look, total=total))
    assert said in html
    assert ('type="search"' in html) == (total > 0), "there is nothing to search before the first case"


def test_a_chosen_tag_stays_in_the_filter_when_no_case_has_it_any_more():
    tags = cases_panel.view(listing(look=CasesLook(tag="old"), tags=("new",)))["tags"]
    assert [(t["name"], t["on"]) for t in tags] == [("new", False), ("old", True)]


def test_every_status_of_the_store_has_a_name():
    assert tuple(trail.STATUSES) == CASE_STATUSES


def test_more_cases_are_offered_where_there_are_more():
    assert "see-more-cases" in paint.html("cases", listing(one(), more=True))
    assert "see-more-cases" not in paint.html("cases", listing(one()))


def test_opening_another_case_keeps_the_search_and_drops_what_belonged_to_the_case():
    look = Look(who="Ana", cases=CasesLook(query="flood", archived=True, runs=("r",), editing="c", shown=50)).anew()
    assert look.who == "Ana" and look.cases == CasesLook(query="flood", archived=True)


def test_a_name_is_one_short_line_from_the_cookie():
    assert case_acts.signed(Look(), {case_acts.COOKIE: "Ana%20%C3%9Cnal%0Ax"}).who == "Ana Ünal x"
    assert case_acts.signed(Look(), {}).who == ""
    assert len(case_acts.signed(Look(), {case_acts.COOKIE: "x" * 999}).who) == case_acts.NAME


def test_the_head_edits_title_status_and_tags_of_the_open_case():
    html = paint.html("head", case(title=HOSTILE, tags=("a", HOSTILE), status="handed_over", archived=True))
    assert "<script" not in html
    assert '<option value="handed_over" selected>' in html and "Bring back" in html
    assert 'value="a, &lt;script&gt;' in html


# --- the rail -----------------------------------------------------------------------------------------------------


def test_each_state_has_its_own_sign_and_word_and_the_time_it_took():
    states = dict(zip(STAGES, ("fresh", "stale", "running", "failed", "pending"), strict=False))
    html = paint.html("rail", case(states))
    icons = {
        s: html.partition(f'data-state="{s}"')[2].partition("<svg")[2].partition("</svg>")[0] for s in states.values()
    }
    assert len(set(icons.values())) == 5, "not by colour alone"
    for word in ("done", "stale", "running", "failed", "not run"):
        assert f"<span>{word}" in html
    assert "would be recomputed (0.5 s the last time)" in html


def test_the_time_of_a_stage_that_was_read_is_the_time_it_took():
    status = StageStatus(name="photo", state="fresh", seconds=2.0, cached=True)
    shown = case()
    doc = shown.document.model_copy(update={"status": (status,)})
    found = rail.view(replace(shown, case=shown.case.model_copy(update={"document": doc})))["stages"][0]
    assert found["tip"] == "Done: read from the cache, 2.0 s when it was computed"


# --- the toolbar --------------------------------------------------------------------------------------------------


def test_undo_and_redo_say_what_they_would_do():
    entries = (entry(1, "override", PIN, 1), entry(2, "override", DATE, 2), entry(3, "undo", which=2))
    view = toolbar.view(case(overrides=(PIN,), entries=entries))
    assert view["undo"] == "Pinned: Flood in Paris" and view["redo"] == "Set the date to 2021"
    html = paint.html("toolbar", case(overrides=(PIN,), entries=entries))
    assert 'title="Take back: Pinned: Flood in Paris"' in html and 'title="Make again: Set the date to 2021"' in html


def test_redo_follows_the_trail():
    made = (entry(1, "override", PIN, 1), entry(2, "override", DATE, 2))
    undone = (*made, entry(3, "undo", which=2), entry(4, "undo", which=1))
    assert trail_reading.redoable(made) == 0
    assert trail_reading.redoable(undone) == 1, "the one that was taken back last comes first"
    assert trail_reading.redoable((*undone, entry(5, "redo", which=1))) == 2
    dropped = (*undone, entry(5, "override", PIN, 3))
    assert trail_reading.redoable(dropped) == 0 and trail_reading.states(dropped) == {
        1: "dropped",
        2: "dropped",
        3: "live",
    }


def test_what_became_stale_is_said_with_its_cause():
    assert first_stage(PIN) == "retrieve"
    ran = entry(1, "run_started")
    shown = case(STALE, (PIN,), (ran, entry(2, "override", PIN, 1)), automatic=False)
    assert toolbar.standing(shown) == "Pinned: Flood in Paris. Evidence and everything after it are stale."
    view = toolbar.view(shown)
    assert view["recompute"] and view["expected"] == "Would recompute: Evidence to Caption (4.0 s the last time)."
    assert "Would recompute" in paint.html("toolbar", shown)


def test_of_several_changes_the_last_is_named_and_the_first_stage_of_any_counts():
    entries = (entry(1, "run_started"), entry(2, "override", PIN, 1), entry(3, "override", DATE, 2))
    said = toolbar.standing(case(STALE, (PIN, DATE), entries))
    assert said == "Set the date to 2021 (and 1 change before it). Evidence and everything after it are stale."


def test_an_undo_and_a_typed_note_are_causes_too():
    entries = (entry(1, "override", PIN, 1), entry(2, "run_started"), entry(3, "undo", which=1))
    assert toolbar.standing(case(STALE, (), entries)).startswith("Took back: Pinned: Flood in Paris. Evidence")
    typed = entry(3, "inputs", before={"note": ""}, after={"note": "boats"})
    assert toolbar.standing(case(STALE, (), (*entries[:2], typed))).startswith(
        "Changed the claim or the note. Evidence"
    )


def test_what_nobody_changed_is_the_archives_or_the_models_doing():
    entries = (entry(1, "override", PIN, 1), entry(2, "run_started"))
    said = toolbar.standing(case(STALE, (PIN,), entries))
    assert said.startswith(
        "The archive, a model, a setting or newsctx itself is another than in the last run. Evidence"
    )


def test_while_it_runs_and_afterwards_the_sentence_goes_on():
    entries = (entry(1, "override", PIN, 1), entry(2, "run_started"))
    running = toolbar.standing(case({"retrieve": "running"}, (PIN,), entries, running=True))
    assert running == "Pinned: Flood in Paris. Evidence and everything after it are being recomputed."
    run = RunSummary(run_id="r", case_id="c1", number=1, started="", state="done", computed=("retrieve",), seconds=1.25)
    done = toolbar.standing(case({}, (PIN,), entries, (run,)))
    assert done == "Pinned: Flood in Paris. Evidence and everything after it were recomputed in 1.2 s."


def test_a_word_beside_the_results_makes_nothing_stale():
    assert toolbar.standing(case({}, (APPROVE,), (entry(1, "approved", APPROVE, 1),))).endswith("No result changes.")


def test_the_name_field_holds_the_name_as_text():
    shown = replace(case(), look=Look(who=HOSTILE))
    html = paint.html("toolbar", shown)
    assert "<script" not in html and "&lt;script&gt;" in html
