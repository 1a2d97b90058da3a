"""The page of outside services: what stands there, what it asks, and that nothing of a case is in what would leave."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from newsctx.audit import AuditEntry
from newsctx.document import ArchiveInfo, ArticleCard, Document, Stages
from newsctx.errors import ServiceRefused
from newsctx.overrides import parse_override
from newsctx.records import (
    STAGES,
    Context,
    DateAnswer,
    Hit,
    Inputs,
    Place,
    PlaceAnswer,
    RetrieveResult,
    StageStatus,
)  # fmt: skip
from newsctx.services.geocoder import ATTRIBUTION, GeoAnswer, Lookup, geocoder
from newsctx.services.registry import ORDER, services
from newsctx.settings import Settings
from newsctx.ui import paint, service_acts, trail
from newsctx.ui.case_look import CaseHistory
from newsctx.ui.page import Look, Page
from newsctx.ui.services_panel import Asked
from newsctx.workbench import CaseView

ARCHIVE = ArchiveInfo(name="small", version="1", articles=1, photos=0, profile="embedded")
HOSTILE = "<script>alert(1)</script> ${alert(2)} \" onmouseover='x' `y`"
ZOLLVEREIN = Place(name="Zeche Zollverein", level="venue", country="Germany", country_code="DE", lat=51.5, lon=7.0)


def entry(number: int, kind: str, **detail: Any) -> AuditEntry:
    return AuditEntry(
        case_id="c1", number=number, made="2026-11-21T10:00:00+00:00", who="Ada", what=kind, detail=detail
    )


def chose(service: str, on: bool = True) -> AuditEntry:
    return entry(1, "leave", service=service, on=on)


class Pictures:
    def upload_copy(self, case_id: str) -> Path:
        return Path("/media/copy-x/photograph.jpg")

    def __getattr__(self, name: str):
        return lambda *args: None


def page(*entries: AuditEntry, asked: Asked | None = None, settings: Settings | None = None, **more: Any) -> Page:
    document = Document(
        version="0", archive=ARCHIVE,
        stages=Stages(retrieve=RetrieveResult(hits=(Hit(article_id="a", rank=1, score=1),))),
        articles={"a": ArticleCard(article_id="a", headline=HOSTILE, url="https://news.example/a?b=c")},
        status=tuple(StageStatus(name=n, state="fresh") for n in STAGES), overrides=more.pop("overrides", ()),
    )  # fmt: skip
    case = CaseView(
        case_id="c1secret", title="secret.jpg", created="", updated="", inputs=Inputs(note="secret note"),
        document=document,
    )  # fmt: skip
    look = Look(service=asked, **more)
    found = services(settings or Settings(), {})
    return Page(
        archive=ARCHIVE, pictures=Pictures(), case=case, look=look, services=found, history=CaseHistory(trail=entries)
    )  # fmt: skip


def outside(html: str) -> list[str]:
    """Every anchor of a panel that leads away from this machine."""
    return [a for a in re.findall(r"<a [^>]*>", html) if re.search(r'href="https?:', a)]


def test_every_service_has_a_card_and_none_is_on_by_itself():
    html = paint.html("services", page())
    assert re.findall(r'<li data-service="(\w+)"', html) == list(ORDER)
    assert html.count('data-act="service-leave"') == 3 and "see-service-ask" not in html
    assert "chosen for this case" not in html and "nominatim.openstreetmap.org" in html


def test_without_a_case_nothing_can_be_chosen():
    empty = replace(page(), case=None, history=CaseHistory())
    html = paint.html("services", empty)
    assert "data-act" not in html and "Open a case to choose" in html


def test_who_may_only_read_the_case_is_offered_nothing():
    waiting = Asked("web_archive", "web.archive.org", "https://web.archive.org/web/*/https://news.example/a")
    shown = replace(answered(page(chose("web_archive"), asked=waiting)), right="read")
    html = "".join(paint.html(name, shown) for name in ("services", "context", "retrieve"))
    assert "service-leave" not in html and "see-service" not in html and waiting.url not in html


def test_what_the_settings_rule_out_has_no_button():
    html = paint.html("services", page(settings=Settings.model_validate({"services": {"allowed": []}})))
    assert "service-leave" not in html and html.count("switched off here") == 3 and "services.allowed" in html
    waiting = Asked("web_archive", "web.archive.org", "https://web.archive.org/web/*/https://news.example/a")
    ruled_out = page(asked=waiting, settings=Settings.model_validate({"services": {"allowed": []}}))
    assert "web.archive.org/web" not in paint.html("services", ruled_out)


def test_a_link_is_there_only_with_leave_and_takes_nothing_along():
    asked = Asked(
        "web_archive",
        "web.archive.org",
        "https://web.archive.org/web/*/https://news.example/a",
        "https://news.example/a",
    )
    before = paint.html("services", page(asked=asked))
    assert f'href="{asked.url}"' not in before and asked.url in before  # it is shown, and cannot be followed yet
    after = paint.html("services", page(chose("web_archive"), asked=asked))
    (link,) = [a for a in outside(after) if f'href="{asked.url}"' in a]
    assert 'data-tells="see-service-opened"' in link
    for anchor in outside(after):  # privacy policies, too
        assert 'target="_blank"' in anchor and 'referrerpolicy="no-referrer"' in anchor
        assert 'rel="noopener noreferrer' in anchor and "secret" not in anchor


def test_the_copy_to_upload_is_offered_with_leave_and_never_of_a_covered_photograph():
    assert "photograph.jpg" not in paint.html("services", page())
    assert 'download="photograph.jpg"' in paint.html("services", page(chose("reverse_search")))
    assert "photograph.jpg" not in paint.html("services", page(chose("reverse_search"), hide_all=True))
    assert "photograph.jpg" not in paint.html("services", page(chose("reverse_search", False)))


def test_who_chose_and_what_went_last_is_told():
    went = entry(2, "sent", service="geocoder", host="geo.example", what=HOSTILE)
    shown = page(chose("geocoder"), went)
    html = paint.html("services", shown)
    assert "Ada, 2026-11-21 10:00 UTC" in html and "geo.example: &lt;script&gt;" in html and "<script" not in html
    told = [trail.told(shown, e, {}) for e in shown.history.trail]
    assert told == ["Chose the outside service: Geocoder", f"Asked geo.example for: {' '.join(HOSTILE.split())}"]


def test_the_geocoder_shows_all_that_goes_before_it_goes():
    question = geocoder(Settings().services).question(HOSTILE)
    asked = Asked("geocoder", question.host, question.url, question.text, agent=question.agent)
    html = paint.html("context", answered(page(asked=asked)))
    assert question.url in unescape(html) and question.text in unescape(html) and question.agent in html
    assert "Choose it for this case and send" in html and "<script" not in html
    assert "Choose it" not in paint.html("context", answered(page(chose("geocoder"), asked=asked)))


def test_what_a_geocoder_says_is_text_and_its_credit_stands_beside_it():
    place = ZOLLVEREIN.model_copy(update={"name": HOSTILE})
    found = Lookup(text="x", host="geo.example", asked="2026-11-21", answers=(GeoAnswer(title=HOSTILE, place=place),))
    html = paint.html(
        "context", answered(page(asked=Asked("geocoder", "geo.example", "https://geo.example/", found=found)))
    )
    assert "<script" not in html and ATTRIBUTION in html and "https://www.openstreetmap.org/copyright" in html
    assert 'data-act="service-place" data-index="0"' in html
    action = {"action": "set_place", "place": place.model_dump(mode="json"), "reason": found.origin()}
    html = paint.html("context", answered(page(overrides=(parse_override(action),))))
    assert f"Place from Nominatim (geo.example), {ATTRIBUTION}" in html


def test_a_geocoder_that_is_ruled_out_leaves_no_field():
    html = paint.html("context", answered(page(settings=Settings.model_validate({"services": {"allowed": []}}))))
    assert "geocode" not in html


def answered(shown: Page) -> Page:
    context = Context(place=PlaceAnswer(), date=DateAnswer())
    document = shown.document.model_copy(update={"context": context})
    return replace(shown, case=shown.case.model_copy(update={"document": document}))


# --- acts -----------------------------------------------------------------------------------------------------------


class Handlers:
    """What the acts ask of the page's handlers, noting what the workbench is asked."""

    parts = SimpleNamespace(look="look")

    def __init__(self, refuse: str = "") -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refuse = refuse
        self.workbench = self

    def _note(self, *what: Any) -> None:
        if what[0] == self.refuse:
            raise ServiceRefused(f"{what[0]} refused")
        self.asked.append(what)

    def allow_service(self, *args: Any) -> None:
        self._note("allow", *args)

    def note_sent(self, *args: Any) -> None:
        self._note("sent", *args)

    def override(self, case_id: str, action: dict[str, Any], who: str) -> None:
        self._note("override", case_id, action["place"]["name"], action["reason"], who)

    def geocoder_question(self, text: str):
        return geocoder(Settings().services).question(text)

    def look_up_place(self, case_id: str, text: str, who: str) -> Lookup:
        self._note("look up", case_id, text, who)
        return Lookup(text=text, host="h", asked="2026-11-21", answers=(GeoAnswer(title="t", place=ZOLLVEREIN),))

    def painter(self) -> None: ...
    def paint(self, painter: None, here: Any, message: Any) -> dict[str, Any]:
        return {"message": message.text}

    def looking(self, here: Any) -> dict[str, Any]:
        return {"look": here[1]}

    def seen(self, look: Look) -> None: ...
    def change(self, here: Any, change: Any):
        try:
            change()
        except Exception as error:
            yield {"message": str(error)}
            return
        yield {}


def act(handlers: Handlers, name: str, look: Look | None = None, **data: str) -> dict[str, Any]:
    here = ("c1", look or Look(who="Ada"), True)
    return list(service_acts.ACTS[name](handlers, here, {"act": name, **data}))[-1]


def test_a_name_is_shown_then_sent_then_set_as_it_was_shown():
    on = Handlers()
    look = act(on, "see-service-ask", service="geocoder", value=" Zeche\u202e Zollverein ")["look"]
    assert on.asked == [] and look.service.what == "Zeche Zollverein"
    look = act(on, "see-service-send", look, value="something else")[
        "look"
    ]  # what the page sends with it counts nothing
    assert on.asked == [("allow", "c1", "geocoder", True, "Ada"), ("look up", "c1", "Zeche Zollverein", "Ada")]
    done = act(on, "service-place", look, index="0", reason="seen on the sign")
    kind, case, name, reason, who = on.asked[-1]
    assert (kind, case, name, who) == ("override", "c1", "Zeche Zollverein", "Ada")
    assert reason.startswith("seen on the sign Place from Nominatim (h)") and done["look"].service is None
    for index in ("1", "-1", "x", ""):
        assert "not on the list" in act(on, "service-place", look, index=index)["message"]


def test_nothing_is_sent_that_was_not_shown():
    on = Handlers()
    act(on, "see-service-send", Look(who="Ada"), value="Paris")
    browser = Asked("web_archive", "web.archive.org", "https://web.archive.org/web/*/https://news.example/")
    act(on, "see-service-send", Look(who="Ada", service=browser))
    act(on, "see-service-opened", Look(who="Ada"))
    assert on.asked == []


def test_a_refusal_stands_where_it_was_asked():
    look = Look(who="Ada", service=Asked("geocoder", "h", "https://h/search?q=x", "x"))
    done = act(Handlers("look up"), "see-service-send", look)["look"].service
    assert done.problem == "look up refused" and not done.going
    for data in (
        {"service": "fax"}, {"service": "web_archive", "url": "http://10.0.0.1/"},
        {"service": "reverse_search", "engine": "altavista"}, {"service": "geocoder", "value": " "},
    ):  # fmt: skip
        asked = act(Handlers(), "see-service-ask", **data)["look"].service
        assert asked.problem and not asked.url


@pytest.mark.parametrize(("url", "sent"), [("", ""), ("https://news.example/p.jpg", "https://news.example/p.jpg")])
def test_a_link_that_is_followed_is_written_down(url, sent):
    on = Handlers()
    look = act(on, "see-service-ask", service="reverse_search", engine="tineye", url=url)["look"]
    assert on.asked == []
    act(on, "see-service-opened", look)
    assert on.asked == [("sent", "c1", "reverse_search", "tineye.com", sent, "Ada")]


def test_letting_go_of_a_service_takes_its_waiting_step_away():
    look = Look(who="Ada", service=Asked("geocoder", "h", "https://h/", "x"))
    on = Handlers()
    assert act(on, "service-leave", look, service="geocoder", on="")["look"].service is None
    assert act(on, "service-leave", look, service="web_archive", on="1")["look"].service is look.service
    assert "allow refused" in act(Handlers("allow"), "service-leave", look, service="geocoder", on="1")["message"]
