"""The calls themselves, over a small hand-made archive: hostile arguments, covered photographs, pages of cases."""

from __future__ import annotations

import pytest

from newsctx.api.calls import Calls, Photograph
from newsctx.errors import CallRefused, CaseError, CaseNotFound, PhotoRefused
from newsctx.workbench import Workbench

ROWS = [
    {"id": "flood", "headline": "River floods old town", "body": "The river rose by four metres.", "published": "2017"},
    {"id": "fire", "headline": "Fire in the port", "body": "A ferry burned. Nobody was hurt.", "published": "2018"},
]
LONE = "\ud800"


@pytest.fixture(scope="module")
def bench(make_archive, models, tmp_path_factory):
    bench = Workbench(make_archive(ROWS), tmp_path_factory.mktemp("state"), models)
    yield bench
    bench.close()


@pytest.fixture
def calls(bench):
    return Calls(bench, lambda case_id: f"page of {case_id}")


def finished(calls: Calls, photo: bytes, **how):
    *_, answer = calls.analyse(Photograph(photo, "a.jpg"), **how)
    return answer


def test_any_text_can_be_sent(calls, noise):
    assert calls.search_articles(f"{LONE} river").articles[0].article_id == "flood"
    assert calls.search_articles("river", place=LONE).notices
    with pytest.raises(CallRefused):
        calls.search_articles("river", after=LONE)
    for case_id in (LONE, "x\0", "x" * 100_000, ""):
        with pytest.raises(CaseNotFound):
            calls.get_case(case_id)
        with pytest.raises(CaseNotFound):
            calls.export_report(case_id)
    answer = finished(calls, noise, note=f"fire{LONE}", title=LONE + "T", who=LONE)
    assert answer.title == "\ufffdT" and not answer.running
    assert [c.case_id for c in calls.list_cases(query=LONE + "t\0").cases] == [answer.case_id], "as U+FFFD"


def test_what_is_refused_leaves_no_case(calls, bench, noise):
    before = bench.count_cases()
    for how in ({"title": "x" * 300}, {"who": "x" * 300}):
        with pytest.raises(CaseError):
            finished(calls, noise, **how)
    with pytest.raises(CallRefused):
        finished(calls, noise, claimed_date="some day")
    with pytest.raises(PhotoRefused):
        finished(calls, b"no photograph")
    assert bench.count_cases() == before


def test_an_answer_says_why_it_is_empty(calls, noise):
    answer = finished(calls, noise)
    assert answer.place.place == "" and answer.place.note and answer.date.date == "" and answer.date.note
    assert answer.caption.text == "" and answer.caption.note
    assert answer.page == f"page of {answer.case_id}"


def test_a_covered_photograph_is_marked(calls, bench, noise):
    answer = finished(calls, noise)
    assert not answer.sensitive
    bench.override(answer.case_id, {"action": "sensitive", "image_id": "", "on": True})
    told = calls.get_case(answer.case_id, "document")
    assert told.sensitive and told.document["sensitive"] == ["", told.document["photo"]["sha256"]]


def test_the_document_shows_what_hides_in_texts(calls, noise):
    answer = finished(calls, noise, note="ferry burned\u202e port", title="A\u202etitle")
    assert calls.get_case(answer.case_id, "inputs").document == {
        "inputs": {"note": "ferry burned\ufffd port", "claim": {"text": "", "place": "", "date": None}}
    }
    assert answer.title == "Atitle" and answer.articles[0].headline == "Fire in the port"


def test_a_list_of_cases_is_read_page_by_page(calls, bench, noise):
    made = [bench.create_case(noise, f"{n}.jpg") for n in range(3)]
    for case_id in made:
        bench.tag(case_id, ["pages"])
    first = calls.list_cases(tag="pages", limit=2)
    rest = calls.list_cases(tag="pages", limit=2, offset=first.next_offset)
    assert (first.found, len(first.cases), len(rest.cases), rest.next_offset) == (3, 2, 1, None)
    assert {c.case_id for c in (*first.cases, *rest.cases)} == set(made)
    bench.archive(made[0])
    assert [c.case_id for c in calls.list_cases(tag="pages", archived=True).cases] == [made[0]]
    with pytest.raises(CallRefused, match="limit 0"):
        calls.list_cases(limit=0)
