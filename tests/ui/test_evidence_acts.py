"""Acts of the evidence that are more than one override: what reaches the workbench, and what is refused. No browser."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from newsctx.errors import NewsctxError, OverrideError
from newsctx.overrides import parse_override
from newsctx.preview import Preview
from newsctx.ui import evidence_acts
from newsctx.ui.adjust import Previewed
from newsctx.ui.page import Look

ADDED = {"action": "add_article", "article": {"article_id": "added-1", "headline": "H"}, "on": True}
WEIGHT = {"action": "weight", "channel": "copy", "weight": 2.0}


class Bench:
    """A workbench that writes down what it is asked."""

    def __init__(self, *overrides: dict[str, object]) -> None:
        self.asked: list[tuple[object, ...]] = []
        made = tuple(parse_override(o) for o in overrides)
        self.document = SimpleNamespace(overrides=made)

    def view(self, case_id: str) -> SimpleNamespace:
        return SimpleNamespace(document=self.document)

    def override(self, case_id: str, action: dict[str, object], who: str) -> None:
        self.asked.append((case_id, parse_override(action), who))

    def note_sent(self, case_id: str, service: str, host: str, what: str, who: str) -> None:
        self.sent = (case_id, service, host, what, who)

    def fetch_article(self, url: str) -> dict[str, object]:
        if not url.startswith("http"):
            raise OverrideError(f"{url!r} is no address")
        return ADDED | {"reason": f"fetched from {url}"}

    def added_article(self, **fields: str) -> dict[str, object]:
        return ADDED | {"article": ADDED["article"] | {"body": fields["text"]}}

    def preview_override(self, case_id: str, action: dict[str, object]) -> Preview:
        parse_override(action)
        return Preview(first_stage="retrieve")


class Handlers:
    """The parts of the page's handlers that acts use."""

    def __init__(self, bench: Bench) -> None:
        self.workbench, self.parts, self.messages = bench, SimpleNamespace(look="look"), []

    def change(self, here, change):
        try:
            change()
        except NewsctxError as error:
            self.messages.append(str(error))
        yield {}

    def painter(self) -> None: ...

    def paint(self, painter, here, message=None):
        self.messages.append(message.text)
        return {}

    def looking(self, here):
        return {"look": here[1]}


def run(act: str, bench: Bench, look: Look | None = None, **data: str) -> tuple[Handlers, list[dict]]:
    handlers = Handlers(bench)
    here = ("case1", look or Look(who="Ada"), True)
    return handlers, list(evidence_acts.ACTS[act](handlers, here, {"act": act, **data}))


def test_a_fetched_article_says_where_it_is_from_unless_the_analyst_gave_a_reason():
    bench = Bench()
    run("fetch_article", bench, url=" https://news.example/a ", reason="")
    run("fetch_article", bench, url="https://news.example/a", reason="seen there")
    assert [o.reason for _, o, _ in bench.asked] == ["fetched from https://news.example/a", "seen there"]
    assert {who for *_, who in bench.asked} == {"Ada"}
    assert bench.sent == ("case1", "fetch", "news.example", "https://news.example/a", "Ada")


def test_what_cannot_be_fetched_is_a_message_and_no_override():
    bench = Bench()
    handlers, _ = run("fetch_article", bench, url="file:///etc/passwd")
    assert not bench.asked and "is no address" in handlers.messages[0]


def test_pasted_text_keeps_its_lines():
    bench = Bench()
    run("added_article", bench, text=" One.\r\nTwo. ", places=None)
    assert bench.asked[0][1].article.body == "One.\nTwo."


def test_an_added_article_is_taken_out_and_only_such_a_one():
    bench = Bench(ADDED)
    run("remove_article", bench, id="added-1")
    _, made, _ = bench.asked[0]
    assert (made.action, made.article.article_id, made.on) == ("add_article", "added-1", False)
    handlers, _ = run("remove_article", bench, id="paris-1")
    assert len(bench.asked) == 1 and "'paris-1' was added to this case" in handlers.messages[0]


def test_a_preview_is_kept_with_the_page_and_stores_nothing():
    bench = Bench(WEIGHT)
    _, (update,) = run("preview", bench, kind="weight", channel="copy", value="0")
    shown = update["look"].preview
    assert (shown.case_id, shown.overrides, shown.action["weight"]) == ("case1", 1, "0") and not bench.asked
    _, (after,) = run("preview_discard", bench, update["look"])
    assert after["look"].preview is None and after["look"].who == "Ada"


@pytest.mark.parametrize("data", [{"kind": "weight", "value": "many"}, {"kind": "nonsense"}, {}, {"kind": "threshold"}])
def test_what_cannot_be_previewed_is_a_message(data):
    handlers, updates = run("preview", Bench(), **data)
    assert updates == [{}] and handlers.messages[0]


def test_applying_makes_the_change_that_was_previewed_and_forgets_it():
    bench = Bench()
    look = Look(preview=Previewed("case1", 0, WEIGHT | {"reason": ""}, Preview()))
    _, (update,) = run("preview_apply", bench, look, reason="too loud")
    assert (bench.asked[0][1].weight, bench.asked[0][1].reason) == (2.0, "too loud")
    assert update["look"].preview is None
    elsewhere = Look(preview=Previewed("case2", 0, WEIGHT, Preview()))
    run("preview_apply", bench, elsewhere)
    run("preview_apply", bench, Look())
    assert len(bench.asked) == 1, "a preview of another case, or none: nothing is applied"
