"""What a tab holds is not sent again; what it may not hold is."""

from __future__ import annotations

import gradio as gr

from newsctx.ui import html
from newsctx.ui.held import Held, new_event
from newsctx.ui.language import use

TAB = "a"


def sent(held: Held, event: int, tab: str = TAB, **parts: object) -> dict:
    return held.differing(tab, event, parts)[0]


def test_only_what_the_tab_has_told_of_is_left_out():
    held = Held()
    first = new_event()
    assert sent(held, first, hits="1", map="1") == {"hits": "1", "map": "1"}
    assert sent(held, first, hits="1", map="2") == {"map": "2"}, "the same event: its updates arrive in their order"
    second = new_event()
    held.received(TAB, 1)
    assert sent(held, second, hits="1", map="2") == {"map": "2"}, "update 2 may still be on its way"
    held.received(TAB, 3)
    assert sent(held, new_event(), hits="1", map="2") == {}
    assert held.differing(TAB, new_event(), {"hits": "1"}, every=True)[0] == {"hits": "1"}
    assert sent(held, new_event(), tab="b", hits="1") == {"hits": "1"}, "another tab holds nothing of it"


def test_a_change_that_is_taken_back_before_it_arrived_is_sent_again():
    held = Held()
    sent(held, new_event(), hits="before")
    held.received(TAB, 1)
    sent(held, new_event(), hits="after")  # update 2, and before it arrives the analyst takes the change back:
    held.received(TAB, 1)
    assert sent(held, new_event(), hits="before") == {"hits": "before"}


def test_two_events_that_run_at_once_both_end_with_what_holds():
    held = Held()
    one, two = new_event(), new_event()
    sent(held, one, hits="1")
    sent(held, two, hits="2")
    assert sent(held, one, hits="2") == {"hits": "2"}, "its own update 1 may arrive after the other's"
    assert sent(held, two, hits="2") == {"hits": "2"}, "and the other's after that"


def test_an_update_that_was_overtaken_is_in_doubt():
    held = Held()
    sent(held, new_event(), hits="1")
    held.received(TAB, 1)
    assert not held.doubtful(TAB)
    sent(held, new_event(), hits="2")
    assert held.doubtful(TAB), "nobody has told of it"
    held.received(TAB, 2)
    assert not held.doubtful(TAB)
    held.received(TAB, 1)  # the page came back from 2 to 1: 1 arrived last
    assert held.doubtful(TAB) and sent(held, new_event(), hits="2") == {"hits": "2"}
    held.received(TAB, None)
    assert held.doubtful(TAB) and not held.doubtful("never seen")


def test_updates_of_components_are_compared_by_what_they_hold():
    held = Held()
    sent(held, new_event(), map=gr.update(value="x", visible=True))
    held.received(TAB, 1)
    assert sent(held, new_event(), map=gr.update(value="x", visible=True)) == {}
    assert sent(held, new_event(), map=gr.update(value="x", visible=False))


def test_a_rendering_is_remembered_by_its_view_and_language():
    view = {"text": "<b>", "kind": "info", "english": False}
    plain = html.render("message.html", view)
    assert html.render("message.html", dict(view)) is plain and "&lt;b&gt;" in plain
    assert html.render("message.html", view | {"text": "c"}) != plain
    with use("de"):
        assert html.render("message.html", view) is not plain
    assert html.render("message.html", view) == plain


def test_values_that_are_equal_and_read_differently_are_rendered_apart():
    texts = {html.render("message.html", {"text": t, "kind": "info", "english": False}) for t in (1, 1.0, True)}
    assert len(texts) == 3
    odd = {"text": "x", "kind": "info", "english": False, "more": object()}  # no plain data: rendered, not remembered
    assert html.render("message.html", odd) == html.render("message.html", odd)
