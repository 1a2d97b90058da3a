"""Concurrent edits of a case: merged where they are on different things, refused where one would overwrite unseen."""

from __future__ import annotations

import random
from typing import Any, get_args

import pytest
from conftest import QUERIES

from newsctx.case_conflicts import (
    FIELDS,
    QUIET,
    STACK,
    Seen,
    differing,
    fields,
    inputs_of,
    merged,
    slots,
    unseen,
    written,
)  # fmt: skip
from newsctx.errors import CaseNotFound, EditConflict, NewsctxError
from newsctx.overrides import Override, parse_override, replay
from newsctx.records import Claim, Inputs
from newsctx.workbench import Workbench

PHOTO = (QUERIES / "q02-paris-crop.jpg").read_bytes()
ARTICLE = {"article_id": "added-1", "headline": "H", "body": "A text.", "places": []}

#: Every override type -> the things that it writes, by hand: what replaying a second one of the kind would replace.
TABLE: list[tuple[dict[str, Any], set[tuple[str, ...]]]] = [
    ({"action": "pin", "article_id": "a"}, {("article", "a")}),
    ({"action": "exclude", "article_id": "a", "on": False}, {("article", "a")}),  # excluding unpins
    ({"action": "move", "article_id": "a", "rank": 3, "stage": "locate"}, {("rank", "locate", "a")}),
    ({"action": "set_place", "place": "Paris"}, {("place",)}),
    ({"action": "set_date", "date": "2017-12"}, {("date",)}),
    ({"action": "cluster", "cluster_id": "c", "decision": "kept"}, {("event", "c")}),
    ({"action": "merge_clusters", "cluster_ids": ["c", "d"]}, {("event", "c"), ("event", "d")}),
    ({"action": "split_cluster", "cluster_id": "c", "article_ids": ["a"]}, {("event", "c")}),
    ({"action": "chunk", "chunk_id": "p", "decision": "dropped"}, {("passage", "p")}),
    ({"action": "edit_chunk", "chunk_id": "p", "text": "words"}, {("passage", "p")}),
    ({"action": "add_chunk", "article_id": "a", "text": "words"}, {("own passage", "a", "words")}),
    ({"action": "weight", "channel": "copy", "weight": 2}, {("weight", "copy")}),
    ({"action": "fusion", "method": None}, {("fusion",)}),
    ({"action": "threshold", "name": "relevance.gate", "value": 0.5}, {("threshold", "relevance.gate")}),
    ({"action": "writer", "writer": "extractive"}, {("writer",), ("caption",)}),  # its words replace the wording
    ({"action": "prompt", "step": "draft", "text": "Write."}, {("prompt", "draft"), ("caption",)}),
    ({"action": "edit_caption", "text": "Words."}, {("caption",)}),
    ({"action": "approve", "version": 1}, {("caption",)}),  # what is approved must have been seen
    ({"action": "accept", "text": "Paris", "sentence": "s"}, {("mention", "Paris", "s")}),
    ({"action": "allow_remote", "base_url": "http://x"}, {("service", "http://x")}),
    ({"action": "add_article", "article": ARTICLE}, {("article", "added-1"), ("added", "added-1")}),
    ({"action": "correct_article", "article_id": "a", "places": []}, {("correction", "a")}),
    ({"action": "pillar", "pillar": "date", "status": "verified"}, {("pillar", "date")}),
    ({"action": "sensitive", "image_id": ""}, {("sensitive", "")}),
]


def _step() -> str:
    from newsctx.records import PromptStep

    return get_args(PromptStep)[0]


@pytest.mark.parametrize(("action", "expected"), TABLE, ids=[a["action"] for a, _ in TABLE])
def test_what_an_override_writes(action, expected):
    if action["action"] == "prompt":
        action = action | {"step": _step()}
        expected = {("prompt", _step()), ("caption",)}
    assert slots(parse_override(action)) == expected


def test_the_table_names_every_override_there_is():
    union, *_ = get_args(Override)
    known = {t.model_fields["action"].default for t in get_args(union)}
    assert known == {a["action"] for a, _ in TABLE} and len(known) == len(TABLE)


# --- note and claim -------------------------------------------------------------------------------------------------


def typed(note="", claim="", place="", date="") -> Inputs:
    return inputs_of({"note": note, "claim": claim, "place": place, "date": date})


def test_fields_of_note_and_claim_are_merged_one_by_one():
    base = typed("n", "c", "p", "2017")
    assert fields(base) == {"note": "n", "claim": "c", "place": "p", "date": "2017"}
    assert differing(base, typed("n", "c2", "p", "")) == ("claim", "date")
    now = typed("N", "c", "p", "2017")  # somebody else changed the note
    assert merged(base, typed("n", "c", "P", ""), now) == typed("N", "c", "P", "")


@pytest.fixture
def bench(demo_archive, models, tmp_path):
    made = Workbench(demo_archive, tmp_path / "state", models)
    yield made
    made.close()


@pytest.fixture
def case(bench) -> str:
    return bench.create_case(PHOTO, "crop.jpg", Inputs(note="tram", claim=Claim(text="a flood")))


def test_what_others_changed_in_another_field_stays_and_the_same_field_is_refused(bench, case):
    anna, bo = Seen(bench.entries(case)), Seen(bench.entries(case))
    bench.set_inputs(case, typed("tram, night", "a flood"), "anna", anna)
    bench.set_inputs(case, typed("tram", "a flood in Paris"), "bo", bo)  # bo's note field is older: it is not written
    assert bench.view(case).inputs == typed("tram, night", "a flood in Paris")
    with pytest.raises(EditConflict, match="bo changed the same thing") as refused:
        bench.set_inputs(case, typed("tram, night", "a burst pipe"), "anna", anna)
    assert refused.value.mine == {"claim": "a burst pipe"} and refused.value.entries == bench.entries(case)
    assert bench.view(case).inputs.claim.text == "a flood in Paris"
    bench.set_inputs(case, typed("tram, night", "a burst pipe"), "anna", Seen(refused.value.entries))
    assert bench.view(case).inputs.claim.text == "a burst pipe" and bench.verify(case) == ()


# --- the trail ------------------------------------------------------------------------------------------------------


def pin(article: str, on: bool = True) -> dict[str, Any]:
    return {"action": "pin", "article_id": article, "on": on}


def test_the_same_article_is_refused_another_one_is_merged(bench, case):
    anna, bo = Seen(bench.entries(case)), Seen(bench.entries(case))
    bench.override(case, pin("paris-flood-1"), "anna", anna)
    bench.override(case, pin("kyoto-fire-1"), "bo", bo)
    assert [(e.who, e.detail["override"]["article_id"]) for e in bench.news(case, bo)] == [("anna", "paris-flood-1")]
    before = bench.entries(case)
    with pytest.raises(EditConflict) as refused:
        bench.override(case, {"action": "exclude", "article_id": "paris-flood-1"}, "bo", bo)
    (entry,) = refused.value.others
    assert entry.who == "anna" and refused.value.mine.action == "exclude" and "anna" in str(refused.value)
    assert bench.entries(case) == before  # nothing was written
    bench.override(case, pin("paris-flood-1"), "bo", bo)  # the very same: nobody's edit is lost
    bench.override(case, pin("paris-flood-1", on=False), "bo", Seen(bench.entries(case)))
    assert bench.verify(case) == ()


def test_a_second_act_of_the_same_tab_is_no_conflict_with_its_first(bench, case):
    anna = Seen(bench.entries(case))
    bench.override(case, {"action": "set_place", "place": "Paris (France)"}, "anna", anna)
    bench.override(case, {"action": "set_place", "place": "Kyoto"}, "anna", anna)  # before its page was painted again
    bench.undo(case, "anna", None, anna)
    bench.redo(case, "anna", anna)
    bench.rename(case, "Tram", "anna", anna)
    bench.rename(case, "Night tram", "anna", anna)
    assert bench.view(case).title == "Night tram" and bench.news(case, anna) == ()


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda b, c, s: b.rename(c, "One", "x", s), lambda b, c, s: b.rename(c, "Two", "y", s)),
        (lambda b, c, s: b.tag(c, ["a"], "x", s), lambda b, c, s: b.tag(c, ["b"], "y", s)),
        (
            lambda b, c, s: b.set_status(c, "established", "x", "", s),
            lambda b, c, s: b.set_status(c, "handed_over", "y", "", s),
        ),
        (lambda b, c, s: b.archive(c, True, "x", s), lambda b, c, s: b.archive(c, False, "y", s)),
        (lambda b, c, s: b.share(c, "ben", "read", "x", s), lambda b, c, s: b.share(c, "ben", "edit", "y", s)),
        (lambda b, c, s: b.give(c, "ben", "x", s), lambda b, c, s: b.give(c, "carl", "y", s)),
        (lambda b, c, s: b.override(c, pin("paris-flood-1"), "x", s), lambda b, c, s: b.undo(c, "y", None, s)),
        (lambda b, c, s: b.undo(c, "x", None, s), lambda b, c, s: b.undo(c, "y", None, s)),
        (lambda b, c, s: b.undo(c, "x", None, s), lambda b, c, s: b.redo(c, "y", s)),
    ],
    ids=["title", "tags", "status", "archived", "share", "owner", "undo of another's", "undo twice", "redo of undone"],
)  # fmt: skip
def test_two_tabs_on_the_same_thing(bench, case, change, again):
    bench.override(case, pin("kyoto-fire-1"), "x")
    bench.override(case, pin("istanbul-ferry-1"), "x")
    one, other = Seen(bench.entries(case)), Seen(bench.entries(case))
    change(bench, case, one)
    before = bench.entries(case)
    with pytest.raises(EditConflict):
        again(bench, case, other)
    assert bench.entries(case) == before
    again(bench, case, Seen(before))  # once it was seen
    assert bench.entries(case) == before + 1 and bench.verify(case) == ()


def test_an_edit_of_a_deleted_case_says_that_there_is_none(bench, case):
    seen = Seen(bench.entries(case))
    bench.delete_case(case, "anna")
    with pytest.raises(CaseNotFound):
        bench.override(case, pin("paris-flood-1"), "bo", seen)


def test_what_was_not_committed_is_nobodys_own(bench, case):
    anna = Seen(bench.entries(case))
    with pytest.raises(NewsctxError):
        bench.override(case, pin("no such article"), "anna", anna)
    assert anna.own == set()
    bench.rename(case, "Bo's", "bo")  # takes the number that the refused one would have had
    with pytest.raises(EditConflict):
        bench.rename(case, "Anna's", "anna", anna)


def test_entries_of_all_kinds_are_either_quiet_or_write_something(bench, case):
    bench.override(case, pin("kyoto-fire-1"))
    bench.undo(case)
    bench.rename(case, "x")
    known = {o.number: o.override for o in bench.overrides_made(case)}
    found = {e.what: written(e, known) for e in bench.trail(case)}
    assert found["undo"] == {("article", "kyoto-fire-1"), STACK} == found["override"]
    assert found["renamed"] == {("title",)} and set(FIELDS) & set(QUIET) == set()
    assert [e.what for e in unseen(bench._cases, case, Seen(0))] == ["override", "undo", "renamed"]


# --- any interleaving -----------------------------------------------------------------------------------------------

ARTICLES = ("paris-flood-1", "kyoto-fire-1")
PLACES = ("Paris (France)", "Kyoto", None)


def state(bench: Workbench, case: str) -> dict[tuple[str, ...], Any]:
    """Every value that an analyst can set, by its name: written without `slots`, from what the case comes to."""
    stored = bench._cases.get(case)
    edits = replay(stored.overrides)
    found: dict[tuple[str, ...], Any] = {("place",): edits.place, ("date",): edits.date, ("fusion",): edits.fusion}
    for a in ARTICLES:
        found["standing", a] = "pinned" if a in edits.pinned else "excluded" if a in edits.excluded else ""
    found |= {("rank", m.stage, m.article_id): m.rank for m in edits.moves}
    found |= {("weight", n): w for n, w in edits.weights.items()}
    found |= {("pillar", p): (a.status, a.note) for p, a in edits.pillars.items()}
    found |= {("title",): stored.title, ("tags",): stored.tags, ("status",): stored.status}
    return found | {("input", n): v for n, v in fields(stored.inputs).items()}


class Tab:
    """A page that shows what it saw when it looked last, and what it did itself."""

    def __init__(self, bench: Workbench, case: str, name: str, rng: random.Random) -> None:
        self.bench, self.case, self.name, self.rng = bench, case, name, rng
        self.seen = Seen(0)
        self.acknowledged = 0
        self.look()

    def look(self) -> None:
        self.seen = Seen(self.bench.entries(self.case), self.seen.own)
        self.shows = state(self.bench, self.case)
        self.typed = self.bench.view(self.case).inputs

    def act(self) -> str:
        """One random edit: "refused", "nothing" or "done", checked against what this tab has seen."""
        before, length = state(self.bench, self.case), self.bench.entries(self.case)
        try:
            self.edit()
        except EditConflict as error:
            assert self.bench.entries(self.case) == length and state(self.bench, self.case) == before
            assert all(e.who != self.name and e.number > self.seen.entries for e in error.others) and error.others
            return "refused"
        after = state(self.bench, self.case)
        changed = [k for k in {*before, *after} if before.get(k) != after.get(k)]
        for key in changed:  # nothing that this tab has not seen was overwritten
            assert before.get(key) == self.shows.get(key), (self.name, key)
            self.shows[key] = after.get(key)
        for name, value in fields(self.typed).items():  # the page fills its fields with what an edit of them came to
            self.shows["input", name] = value
        grown = self.bench.entries(self.case) - length
        self.acknowledged += grown
        return "done" if grown else "nothing"

    def edit(self) -> None:
        rng, bench, case, since = self.rng, self.bench, self.case, self.seen
        article = rng.choice(ARTICLES)
        match rng.randrange(11):
            case 0:
                bench.override(case, pin(article, rng.random() < 0.7), self.name, since)
            case 1:
                bench.override(case, {"action": "exclude", "article_id": article}, self.name, since)
            case 2:
                action = {"action": "move", "article_id": article, "rank": rng.randint(1, 3), "stage": "retrieve"}
                bench.override(case, action, self.name, since)
            case 3:
                bench.override(case, {"action": "set_place", "place": rng.choice(PLACES)}, self.name, since)
            case 4:
                action = {"action": "weight", "channel": rng.choice(("copy", "coverage")), "weight": rng.randint(0, 3)}
                bench.override(case, action, self.name, since)
            case 5:
                action = {
                    "action": "pillar",
                    "pillar": rng.choice(("date", "place")),
                    "status": "verified",
                    "note": self.name,
                }
                bench.override(case, action, self.name, since)
            case 6:
                bench.undo(case, self.name, None, since)
            case 7:
                bench.redo(case, self.name, since)
            case 8:
                bench.rename(case, f"{self.name} {rng.randint(0, 2)}", self.name, since)
            case 9:
                bench.set_status(case, rng.choice(("open", "established")), self.name, "", since)
            case 10:
                field = rng.choice(("note", "claim", "place"))
                wanted = inputs_of(fields(self.typed) | {field: f"{self.name} {rng.randint(0, 2)}"})
                whole = Seen(since.entries, since.own, self.typed)
                self.typed = bench.set_inputs(case, wanted, self.name, whole).inputs


@pytest.mark.parametrize("tabs", [2, 3])
def test_no_interleaving_of_tabs_overwrites_what_one_has_not_seen(bench, case, tabs):
    told = {"refused": 0, "nothing": 0, "done": 0}
    for seed in range(3):
        rng = random.Random(seed * 10 + tabs)
        pages = [Tab(bench, case, f"tab{seed}{i}", rng) for i in range(tabs)]
        for _ in range(40):
            page = rng.choice(pages)
            if rng.random() < 0.25:
                page.look()
            else:
                told[page.act()] += 1
        by = [e.who for e in bench.trail(case)]
        assert {p.name: p.acknowledged for p in pages} == {p.name: by.count(p.name) for p in pages}
        assert bench.verify(case) == ()  # the trail, replayed, is the case as it is stored
    assert told["refused"] > 5 and told["done"] > 30  # both happen
