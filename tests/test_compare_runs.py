"""Runs side by side: every expected value is worked out by hand in the test."""

import pytest

from newsctx.compare_runs import compare, effective
from newsctx.document import ArchiveInfo, ArticleCard, Document, Stages
from newsctx.overrides import parse_override
from newsctx.records import (
    Caption,
    Chunk,
    Cluster,
    Context,
    DateAnswer,
    EventsResult,
    Hit,
    Inputs,
    LocateResult,
    ModelInfo,
    PartialDate,
    Place,
    PlaceAnswer,
    RetrieveResult,
    StageStatus,
)

ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded")
PIN_C = {"action": "pin", "article_id": "c"}


def hits(order: str) -> tuple[Hit, ...]:
    return tuple(Hit(article_id=a, rank=i, score=1 / i) for i, a in enumerate(order, 1))


def override(**values):
    return parse_override(values)


def run(order: str = "abc", *overrides: dict, **more) -> Document:
    values = {
        "version": "1",
        "archive": ARCHIVE,
        "stages": Stages(locate=LocateResult(hits=hits(order))),
        "articles": {"c": ArticleCard(article_id="c", headline="Flood in Paris")},
        "overrides": tuple(parse_override(o) for o in overrides),
    }
    return Document(**(values | more))


def two(first: Document, second: Document):
    return compare([("before", first), ("after", second)])


def cluster(name: str, place: str, **more) -> Cluster:
    return Cluster(
        id=name, place=place, atom=place.lower(), first="2021-02-03", last="2021-02-05", article_ids=("a",), text=place,
        representative="a", **more,
    )  # fmt: skip


# --- what came out ------------------------------------------------------------------------------------------------


def test_ranks_are_those_of_the_final_order_and_only_moved_articles_are_listed():
    # abc -> cab: c 3 -> 1, a 1 -> 2, b 2 -> 3; by best rank in any run: a and c have 1, b has 2
    found = two(run("abcd"), run("cabd"))
    assert [(m.article_id, m.ranks) for m in found.moved] == [("a", (1, 2)), ("c", (3, 1)), ("b", (2, 3))]
    assert found.unmoved == 1, "d is fourth in both"
    assert [m.headline for m in found.moved] == ["a", "Flood in Paris", "b"], "an id where no card has a headline"


def test_an_article_that_one_run_does_not_have_has_no_rank_there():
    found = two(run("ab"), run("bx"))
    assert {m.article_id: m.ranks for m in found.moved} == {"a": (1, None), "b": (2, 1), "x": (None, 2)}
    (effect,) = found.steps[0].effects
    assert (effect.gained, effect.lost, effect.moved) == (("x",), ("a",), ("b",))


def test_the_final_order_is_that_of_the_last_stage_that_ran():
    both = Stages(retrieve=RetrieveResult(hits=hits("abc")), events=EventsResult(hits=hits("bac")))
    found = two(run(stages=both), run("bac"))
    assert found.final == ("events", "locate") and found.moved == () and found.unmoved == 3


def test_events_that_an_analyst_is_not_shown_are_not_compared():
    one = Stages(events=EventsResult(clusters=(cluster("p", "Paris"), cluster("q", "Lyon", maximal=False))))
    other = Stages(events=EventsResult(clusters=(cluster("n", "Nice"), cluster("p", "Paris"))))
    found = two(run(stages=one), run(stages=other))
    assert [(i.id, i.text, i.there) for i in found.clusters] == [
        ("n", "Nice, 2021-02-03 to 2021-02-05", (False, True))
    ], "Paris is in both, the Lyon of the first is inside another"


def test_a_dropped_passage_is_out():
    def chunk(**more):
        return Chunk(chunk_id="a#body:0-4", article_id="a", start=0, end=4, text="One.", **more)

    found = two(run(stages=Stages(chunks=(chunk(),))), run(stages=Stages(chunks=(chunk(decision="dropped"),))))
    assert [(i.text, i.there) for i in found.chunks] == [("One.", (True, False))]
    assert [e.kind for e in found.steps[0].effects] == ["chunks"] and found.steps[0].effects[0].lost == ("a#body:0-4",)


def test_answers_captions_models_archive_and_times_stand_side_by_side():
    paris = Context(
        place=PlaceAnswer(place=Place(name="Paris", level="city", country="France"), basis="evidence", confidence="low")
    )
    day = Context(date=DateAnswer(date=PartialDate.model_validate("2021-02"), basis="analyst"))
    first = run(context=paris, caption=Caption(text="Water in Paris.", writer="w"))
    second = run(
        context=day,
        caption=Caption(text="Water in Lyon.", writer="w"),
        archive=ARCHIVE.model_copy(update={"version": "2"}),
        models=(ModelInfo(slot="image_text", name="clip", digest="0123456789abcdef"),),
        status=(StageStatus(name="photo", state="fresh", seconds=1.234), StageStatus(name="retrieve", state="pending")),
    )
    found = two(first, second)
    place, date = found.answers
    assert place.values == (f"{paris.place.label} (low)", "") and date.values == ("", "2021-02 (by hand)")
    assert [(p.kind, p.text) for p in found.caption_parts[0]] == [
        ("same", "Water in "), ("gone", "Paris"), ("new", "Lyon"), ("same", "."),
    ]  # fmt: skip
    assert found.archive.values == ("small 1", "small 2") and not found.archive.alike
    assert [(r.name, r.values) for r in found.models] == [("image_text", ("", "clip 0123456789ab"))]
    assert [(r.name, r.values) for r in found.seconds] == [("photo", ("", "1.23 s"))]


# --- the change responsible ---------------------------------------------------------------------------------------


def test_one_override_that_differs_is_the_cause_of_all_that_moved():
    found = two(run("abc"), run("cab", PIN_C))
    (step,) = found.steps
    assert step.cause and step.cause.override == override(**PIN_C) and step.cause.added
    assert step.effects[0].causes == (0,)
    back = two(run("cab", PIN_C), run("abc")).steps[0]
    assert back.cause and not back.cause.added, "the same override, taken back"


def test_of_several_overrides_all_that_come_early_enough_are_named():
    exclude, chunk = {"action": "exclude", "article_id": "b"}, {"action": "chunk", "chunk_id": "x", "decision": "kept"}
    wrote = Caption(text="New.", writer="w")
    (step,) = two(run("abc"), run("ca", PIN_C, exclude, chunk, caption=wrote)).steps
    assert step.cause is None
    causes = {e.kind: [step.changes[i].override.action for i in e.causes] for e in step.effects}
    # a chunk decision comes after the ranking and cannot have moved it; it can have changed the caption
    assert causes == {"ranking": ["pin", "exclude"], "caption": ["pin", "exclude", "chunk"]}


def test_an_answer_set_by_hand_has_the_hand_as_its_cause_alone():
    place, date = {"action": "set_place", "place": "Lyon"}, {"action": "set_date", "date": "2021"}
    lyon = PlaceAnswer(place=Place(name="Lyon", level="city"), basis="analyst")
    when = DateAnswer(date=PartialDate.model_validate("2021"), basis="analyst")
    (step,) = two(run(), run("cab", PIN_C, place, date, context=Context(place=lyon, date=when))).steps
    causes = {e.kind: [step.changes[i].override.action for i in e.causes] for e in step.effects}
    assert causes == {"ranking": ["pin"], "place": ["set_place"], "date": ["set_date"]}


def test_a_setting_can_be_the_cause_and_one_of_a_later_stage_cannot():
    first = run("abc", settings={"fusion": {"method": "rrf", "k": 60}, "caption": {"words": 5}})
    second = run("bac", settings={"fusion": {"method": "evidence", "k": 60}, "caption": {"words": 9}})
    found = two(first, second)
    assert [(r.name, r.values) for r in found.settings] == [
        ("fusion.method", ('"rrf"', '"evidence"')), ("caption.words", ("5", "9")),
    ]  # fmt: skip
    (step,) = found.steps
    assert step.cause and (step.cause.kind, step.cause.name) == ("setting", "fusion.method")


def test_a_note_or_an_archive_can_be_the_cause():
    assert two(run("abc"), run("bac", inputs=Inputs(note="flood"))).steps[0].cause.name == "note"
    newer = ARCHIVE.model_copy(update={"version": "2"})
    assert two(run("abc"), run("bac", archive=newer)).steps[0].cause.kind == "archive"


def test_what_moved_although_nothing_was_changed_has_no_cause():
    (step,) = two(run("abc"), run("bac")).steps
    assert step.changes == () and step.cause is None and step.effects[0].causes == ()


def test_a_word_of_the_analyst_beside_the_results_is_listed_and_moves_nothing():
    sensitive = {"action": "sensitive"}
    (step,) = two(run("abc"), run("bac", sensitive)).steps
    assert [c.override.action for c in step.changes] == ["sensitive"] and step.effects[0].causes == ()


def test_what_was_taken_back_or_only_explained_otherwise_is_no_difference():
    unpin = PIN_C | {"on": False}
    assert two(run("abc", PIN_C | {"reason": "seen"}), run("abc", PIN_C)).steps[0].changes == ()
    assert two(run("abc"), run("abc", PIN_C, unpin)).steps[0].changes == ()
    pins = [override(action="pin", article_id=i) for i in "aba"]
    assert [o.article_id for o in effective(pins)] == ["b", "a"], "the later pin of a stands behind b"


def test_the_same_pins_in_another_order_are_a_change_of_order():
    a, b = ({"action": "pin", "article_id": i} for i in "ab")
    (step,) = two(run("abc", a, b), run("bac", b, a)).steps
    assert step.cause and (step.cause.kind, step.cause.stage) == ("order", "retrieve")


def test_three_runs_are_two_steps_and_no_other_number_is_compared():
    found = compare([("1", run("abc")), ("2", run("cab", PIN_C)), ("3", run("cab", PIN_C))])
    assert [(s.first, s.second, len(s.effects)) for s in found.steps] == [(0, 1, 1), (1, 2, 0)]
    assert found.moved[0].ranks == (1, 2, 2)
    for wrong in ([("1", run())], [(str(i), run()) for i in range(4)]):
        with pytest.raises(ValueError, match="two or three"):
            compare(wrong)
