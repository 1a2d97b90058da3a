"""Overrides are typed, replayable and reversible."""

import pytest

from newsctx.errors import OverrideError
from newsctx.overrides import dump_overrides, first_stage, parse_override, parse_overrides, replay
from newsctx.ranking import RankEdits, arrange
from newsctx.records import Hit


def hits(*ids: str, tiers: dict[str, str] | None = None) -> list[Hit]:
    return [Hit(article_id=a, rank=i, score=1 / i, tier=(tiers or {}).get(a, "ranked")) for i, a in enumerate(ids, 1)]


def order(ranking) -> str:
    assert [h.rank for h in ranking] == list(range(1, len(ranking) + 1))
    return "".join(h.article_id for h in ranking)


def test_tiers_come_first_pins_in_the_order_they_were_made():
    found = arrange(hits("a", "b", "c", "d", tiers={"c": "matched"}), RankEdits(pinned=("d", "b"), excluded=("a",)))
    assert order(found) == "dbc"
    assert [h.tier for h in found] == ["pinned", "pinned", "matched"]


def test_a_pinned_article_outside_the_ranking_is_added():
    found = arrange(hits("a"), RankEdits(pinned=("z",)))
    assert order(found) == "za"
    assert found[0].score == 0 and not found[0].channels


def test_moves_are_applied_one_after_the_other_over_the_whole_list():
    # abcd -> d to 1: dabc -> a to 4: dbca; a rank past the end is the end
    moves = replay(
        parse_overrides('[{"action":"move","article_id":"d","rank":1},{"action":"move","article_id":"a","rank":9}]')
    )
    assert order(arrange(hits("a", "b", "c", "d"), moves.rank_edits("events"))) == "dbca"


def test_ranks_before_come_from_the_stage_before():
    found = arrange(hits("a", "b"), before={"b": 7})
    assert [h.rank_before for h in found] == [None, 7]


def test_a_move_counts_from_its_stage_on():
    edits = replay([parse_override({"action": "move", "article_id": "a", "rank": 2, "stage": "locate"})])
    assert not edits.rank_edits("retrieve").moves and not edits.rank_edits("verify").moves
    assert edits.rank_edits("locate").moves == edits.rank_edits("events").moves != ()


def test_later_actions_win_over_earlier_ones():
    actions = [
        {"action": "pin", "article_id": "a"},
        {"action": "exclude", "article_id": "a"},  # excluding unpins
        {"action": "chunk", "chunk_id": "x", "decision": "dropped"},
        {"action": "chunk", "chunk_id": "x", "decision": ""},
        {"action": "weight", "channel": "copy", "weight": 0},
        {"action": "weight", "channel": "words_note", "weight": 3},
        {"action": "weight", "channel": "words_note", "weight": None},
        {"action": "fusion", "method": "evidence"},
        {"action": "fusion", "method": "weighted"},
        {"action": "set_date", "date": "2017-12"},
        {"action": "set_place", "place": "Duisburg"},
    ]
    edits = replay([parse_override(a) for a in actions])
    assert (edits.pinned, edits.excluded, edits.chunks, edits.weights) == ((), ("a",), {}, {"copy": 0.0})
    assert str(edits.date) == "2017-12" and edits.place == "Duisburg"
    assert edits.fusion == "weighted"
    assert replay([*map(parse_override, actions), parse_override({"action": "fusion", "method": None})]).fusion is None


def test_the_list_survives_json():
    text = dump_overrides([parse_override({"action": "exclude", "article_id": "é", "reason": "another flood"})])
    assert dump_overrides(parse_overrides(text)) == text


@pytest.mark.parametrize(
    ("action", "stage"),
    [
        ({"action": "pin", "article_id": "a"}, "retrieve"),
        ({"action": "move", "article_id": "a", "rank": 1, "stage": "locate"}, "locate"),
        ({"action": "cluster", "cluster_id": "c", "decision": "kept"}, "events"),
        ({"action": "chunk", "chunk_id": "c", "decision": "kept"}, "chunks"),
        ({"action": "set_date", "date": None}, "context"),
        ({"action": "fusion", "method": "evidence"}, "retrieve"),
    ],
)
def test_an_override_names_the_first_stage_it_touches(action, stage):
    assert first_stage(parse_override(action)) == stage


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[{"action":"move","article_id":"a","rank":0}]', "rank"),
        ('[{"action":"explode"}]', "explode"),
        ('{"action":"pin"}', "list"),
        ("not json", "JSON"),
        ('[{"action":"set_date","date":"2017-02-30"}]', "date"),
        ('[{"action":"weight","channel":"copy","weight":-1}]', "weight"),
        ('[{"action":"fusion","method":"average"}]', "average"),
    ],
)
def test_a_wrong_list_is_refused_with_its_place_and_the_remedy(text, names):
    with pytest.raises(OverrideError, match="Expected a JSON list of actions") as refused:
        parse_overrides(text)
    assert names in str(refused.value)


@pytest.mark.parametrize(
    "action",
    [
        {"action": "pin", "article_id": "\ud800"},
        {"action": "exclude", "article_id": ""},
        {"action": "move", "article_id": "a\ud800", "rank": 1},
        {"action": "cluster", "cluster_id": "\ud800", "decision": "kept"},
        {"action": "chunk", "chunk_id": "\ud800", "decision": "kept"},
        {"action": "weight", "channel": "\ud800", "weight": 1},
        {"action": "set_place", "place": "\ud800"},
    ],
)
def test_an_id_that_no_store_can_be_asked_for_is_refused(action):
    with pytest.raises(OverrideError) as refused:
        parse_override(action)
    str(refused.value).encode()  # the message itself can be shown


def test_what_an_analyst_says_of_the_caption_and_that_choosing_a_writer_shows_what_it_writes():
    said = (
        '{"action":"edit_caption","text":"Mine."}',
        '{"action":"accept","text":"Aurora"}',
        '{"action":"allow_remote","base_url":"https://a.example/v1"}',
        '{"action":"prompt","step":"describe","text":"Short."}',
    )
    edits = replay(parse_overrides(f"[{','.join(said)}]"))
    assert (edits.accepted, edits.allowed, edits.prompts) == (
        (("Aurora", ""),),
        ("https://a.example/v1",),
        {"describe": "Short."},
    )
    assert edits.caption is None, "a prompt that is worded anew is there to be seen at work"
    edits = replay(parse_overrides(f'[{said[0]},{{"action":"accept","text":"Aurora","on":false}}]'))
    assert (edits.caption, edits.accepted) == ("Mine.", ())
    edits = replay(parse_overrides(f'[{said[0]},{{"action":"writer","writer":"transformers","run":2}}]'))
    assert (edits.caption, edits.writer, edits.run) == (None, "transformers", 2)
    edits = replay(parse_overrides(f'[{said[3]},{{"action":"prompt","step":"describe","text":null}}]'))
    assert edits.prompts == {}
