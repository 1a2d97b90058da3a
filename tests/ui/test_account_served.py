"""A served workbench with two accounts: what is answered without a login, and what raw API calls of one reach of the
other's: every registered event, every act of the page, every override.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import gradio
import httpx
import pytest
from account_world import PASSWORD, accounts, many_calls, serve_accounts
from conftest import QUERIES

from newsctx.imaging import sha256
from newsctx.records import Claim, Inputs
from newsctx.ui import actions
from newsctx.ui.handlers import ACTS
from newsctx.workbench import Workbench

PHOTO = (QUERIES / "q02-paris-crop.jpg").read_bytes()
TITLE, NOTE, CLAIM = "Zebrafink secret title", "Quastenflosser secret note", "Hellebarde secret claim"
BATCH = "Wiedehopf secret batch"
SECRETS = (TITLE, NOTE, CLAIM, BATCH, sha256(PHOTO))
#: What answers without a login, and what it says.
ANSWERED = {"/login", "/health", "/favicon.ico", "/robots.txt", "/gradio_api/startup-events"}
#: The page's own acts beside the tables (`Handlers._answer`).
OWN = ("home", "open", "example", "run", "undo", "redo", "dismiss", "order", "more", "select", "compare")


@pytest.fixture(scope="module")
def bench(demo_archive, models, tmp_path_factory) -> Iterator[Workbench]:
    made = Workbench(demo_archive, tmp_path_factory.mktemp("state"), models, many_calls())
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(bench, tmp_path_factory) -> Iterator[tuple[Any, str]]:
    yield serve_accounts(bench, accounts(tmp_path_factory.mktemp("auth")))
    gradio.close_all()


@pytest.fixture(scope="module")
def case_id(bench) -> str:
    """Anna's case."""
    said = Inputs(note=NOTE, claim=Claim(text=CLAIM))
    case_id = bench.create_case(PHOTO, "a.jpg", said, "anna", owner="anna")
    bench.rename(case_id, TITLE, "anna")
    bench.preview(case_id)
    return case_id


class Caller:
    """Somebody who is logged in and calls the API by hand."""

    def __init__(self, address: str, name: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=60)
        if name:
            said = self.http.post("/login", data={"username": name, "password": PASSWORD})
            assert said.json() == {"success": True}
        self.session = f"session-{name}-{time.monotonic_ns()}"

    def join(self, fn: int, data: list[Any], event: Any = None, session: str = "") -> httpx.Response:
        body = {"fn_index": fn, "data": data, "session_hash": session or self.session, "event_data": event}
        return self.http.post("/gradio_api/queue/join", json=body)

    def call(self, fn: int, data: list[Any], event: Any = None, session: str = "") -> str:
        """Everything that the call answers, errors included."""
        said = self.join(fn, data, event, session)
        if said.status_code != 200:
            return said.text
        lines = []
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                lines.append(line)
                if '"close_stream"' in line or "process_completed" in line:
                    break
        return "\n".join(lines)


@pytest.fixture(scope="module")
def anna(served):
    return Caller(served[1], "anna")


@pytest.fixture(scope="module")
def ben(served):
    return Caller(served[1], "ben")


# --- without a login -------------------------------------------------------------------------------------------


def routes(app: Any) -> list[tuple[str, str]]:
    """(method, path) of everything that the server routes, with something in place of every parameter."""
    found = []

    def walk(all_: Any) -> None:
        for route in all_:
            inner = getattr(getattr(route, "original_router", route), "routes", None)  # newer FastAPI nests routers
            if inner:
                walk(inner)
            elif path := getattr(route, "path", ""):
                methods = getattr(route, "methods", None) or {"GET", "POST"}
                found.extend((method, re.sub(r"\{[^}]*\}", "x", path)) for method in sorted(methods))

    walk(app.routes)
    return found


def test_without_a_login_few_addresses_answer(served, case_id):
    app, address = served
    known = [*routes(app), ("GET", "/login"), ("GET", "/health")]
    assert len(known) > 60 and ("POST", "/gradio_api/queue/join") in known and ("POST", "/gradio_api/upload") in known
    answered = set()
    with httpx.Client(base_url=address, timeout=20) as http:
        for method, path in known:
            for one in (path, path + "/"):
                with http.stream(method, one) as answer:
                    if answer.status_code == 303:
                        assert answer.headers["location"].split("?")[0] == "/login"
                    elif answer.status_code not in (401, 404):
                        answered.add(path)
                    if answer.status_code != 200:
                        continue
                    text = "".join(itertools.islice(answer.iter_text(), 5))
                    assert not any(s in text for s in (*SECRETS, case_id, "anna")), one
    assert answered <= ANSWERED and "/login" in answered, answered - ANSWERED


def test_a_login_takes_a_fraction_of_a_second(served):
    begun = time.perf_counter()
    Caller(served[1], "anna")
    assert time.perf_counter() - begun < 20  # no target: it is printed
    print(f"login: {time.perf_counter() - begun:.3f} s")


# --- another's case --------------------------------------------------------------------------------------------


def dependencies(caller: Caller) -> dict[int, dict[str, Any]]:
    config = caller.http.get("/config").json()
    assert config["username"] is None or config["username"] == "ben"
    return {d["id"]: d for d in config["dependencies"] if d["backend_fn"]}


def filler(config: dict[str, Any], case_id: str) -> dict[int, Any]:
    """A value for every component: the case for the hidden field that would name it, and wherever text is taken."""
    values: dict[int, Any] = {}
    for one in config["components"]:
        values[one["id"]] = {"number": 1, "checkbox": True, "file": None}.get(one["type"], case_id)
    return values


def events(case_id: str) -> Iterator[dict[str, Any]]:
    """What a page could send, aimed at the case."""
    aimed = {
        "id": case_id, "case": case_id, "case_id": case_id, "on": "1", "value": "1", "title": "taken", "tags": "taken",
        "name": "ben", "right": "edit", "owner": "ben", "word": "delete", "query": "secret", "format": "bundle",
        "number": "1", "stage": "retrieve", "rank": "1", "who": "anna",
    }  # fmt: skip
    for act in (*OWN, *ACTS, *actions._OVERRIDES, "export", "profile-switch", "profile-cancel", "profile-check"):
        yield {"act": act, **aimed, "name": "clip" if act == "profile-switch" else "ben"}


def test_every_registered_event_keeps_to_its_own_cases(bench, ben, anna, case_id):
    config = ben.http.get("/config").json()
    found, values = dependencies(ben), filler(config, case_id)
    assert len(found) > 20
    trail = bench.trail(case_id)
    assert TITLE in anna.call(*_act(anna, config, "open"), event={"act": "open", "id": case_id}), "the test can see it"
    for fn, one in found.items():
        data = [values.get(i) for i in one["inputs"]]
        said = ben.call(fn, data, {"act": "open", "id": case_id})
        assert not [s for s in SECRETS if s in said], (fn, one["targets"])
        said = ben.http.post(f"/gradio_api/run/x?fn_index={fn}", json={"fn_index": fn, "data": data}).text
        assert not [s for s in SECRETS if s in said], (fn, one["targets"])
    assert bench.trail(case_id) == trail


def _act(caller: Caller, config: dict[str, Any], act: str) -> tuple[int, list[Any]]:
    """The event of a panel that sends `act`, or `export`."""
    kind = "export" if act == "export" else "profile" if act.startswith("profile-") else "act"
    one = next(d for d in config["dependencies"] if d["targets"] and d["targets"][0][1] == kind)
    return one["id"], [None] * len(one["inputs"])


def test_every_act_and_override_aimed_at_anothers_case_is_refused(bench, ben, anna, case_id):
    batch = bench.create_batch(BATCH, "anna", owner="anna")
    config = ben.http.get("/config").json()
    trail, listed = bench.trail(case_id), [c.case_id for c in bench.cases(viewer="anna", archived=None)]
    see = {"act": "see-batch", "id": batch}
    anna.call(*_act(anna, config, "home"), event={"act": "home"})
    assert BATCH in anna.call(*_act(anna, config, "see-batch"), event=see), "the test can see it"
    known = bench.batch(batch)
    for event in events(case_id):
        fn, data = _act(ben, config, event["act"])
        event |= {"id": batch, "batch": batch} if "batch" in event["act"] else {}
        said = ben.call(fn, data, event)
        assert not [s for s in SECRETS if s in said], event["act"]
        assert "Traceback" not in said and "process_completed" in said, (event["act"], said[:500])
    assert bench.batch(batch) == known
    assert bench.trail(case_id) == trail and bench.shares(case_id) == {} and bench.owner_of(case_id) == "anna"
    assert [c.case_id for c in bench.cases(viewer="anna", archived=None)] == listed
    assert bench.switch is None, "nobody but an administrator changes the profile"


def test_the_session_of_anothers_tab_is_refused_before_anything_is_done(bench, ben, anna, case_id):
    config = ben.http.get("/config").json()
    fn, data = _act(anna, config, "open")
    assert TITLE in anna.call(fn, data, {"act": "open", "id": case_id})
    trail = bench.trail(case_id)
    for event in events(case_id):
        fn, data = _act(ben, config, event["act"])
        assert ben.join(fn, data, event, session=anna.session).status_code == 403
        run = {"fn_index": fn, "data": data, "session_hash": anna.session, "event_data": event}
        assert ben.http.post("/gradio_api/run/x", json=run).status_code == 403
    for path in ("queue/data?session_hash=", "heartbeat/"):
        assert ben.http.get(f"/gradio_api/{path}{anna.session}").status_code == 403
    assert ben.http.post(
        "/gradio_api/cancel", json={"session_hash": anna.session, "fn_index": 1, "event_id": "x"}
    ).is_error
    assert bench.trail(case_id) == trail
    case_edit = {"act": "case-edit", "title": TITLE}
    assert TITLE in anna.call(*_act(anna, config, "case-edit"), event=case_edit), "her tab still holds her case"


def test_pictures_and_exports_only_for_who_may_read_the_case(bench, ben, anna, served, case_id):
    files = [bench.preview(case_id), bench.detail(case_id), bench.export_case(case_id)]
    files.append(bench._media.export(f"newsctx-{case_id}.json", b"{}"))
    chief = Caller(served[1], "chief")

    def answers(caller: Caller) -> list[int]:
        return [caller.http.get(f"/gradio_api/file={file}").status_code for file in files]

    assert answers(anna) == answers(chief) == [200] * 4 and answers(ben) == [404] * 4
    bench.share(case_id, "ben", "read", "anna")
    assert answers(ben) == [200] * 4
    bench.share(case_id, "ben", "none", "anna")
    assert answers(ben) == [404] * 4, "also by an address that was kept"
    around = f"{bench.media_dir}/../media/{files[0].name}"
    assert ben.http.get(f"/gradio_api/file={around}").status_code in (403, 404)
    assert httpx.get(f"{served[1]}/gradio_api/file={files[0]}").status_code == 401


def test_a_reader_reads_and_changes_nothing(bench, ben, case_id):
    bench.share(case_id, "ben", "read", "anna")
    config = ben.http.get("/config").json()
    said = ben.call(*_act(ben, config, "open"), event={"act": "open", "id": case_id})
    assert TITLE in said
    trail, left = bench.trail(case_id), False
    for event in events(case_id):
        if event["act"] == "export":
            continue  # a reader may take a copy, which the trail tells
        if left:
            ben.call(*_act(ben, config, "open"), event={"act": "open", "id": case_id})  # each is done in the open case
        left = event["act"] in ("home", "open", "example")
        fn, data = _act(ben, config, event["act"])
        said = ben.call(fn, data, event)
        assert "Traceback" not in said, event["act"]
    said = ben.call(*_act(ben, config, "case-edit"), event={"act": "case-edit", "title": "mine"})
    assert TITLE in said and "to read, not to change" in said, "each was done in the open case"
    assert bench.trail(case_id) == trail
    bench.share(case_id, "ben", "edit", "anna")
    ben.call(*_act(ben, config, "open"), event={"act": "open", "id": case_id})
    ben.call(*_act(ben, config, "case-edit"), event={"act": "case-edit", "tags": "river"})
    assert bench.trail(case_id)[-1].who == "ben", "the same calls do something where they may"
    bench.share(case_id, "ben", "none", "anna")


def test_gradios_own_client_logs_in(served):
    from gradio_client import Client

    client = Client(served[1] + "/", auth=("ben", PASSWORD), verbose=False)
    assert client.config["dependencies"] and json.dumps(client.view_api(return_format="dict"))


def test_a_page_of_another_site_gets_nothing_and_changes_nothing(served, anna):
    evil = {"origin": "https://evil.example"}
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    preflight = anna.http.options("/gradio_api/queue/join", headers=evil | asked)
    assert "access-control-allow-origin" not in preflight.headers
    assert anna.http.post("/gradio_api/queue/join", json={"session_hash": "s"}, headers=evil).status_code == 403
    assert anna.http.post("/gradio_api/upload", files={"files": b"x"}, headers=evil).status_code == 403
    assert anna.http.post("/logout", headers=evil).status_code == 403
    assert anna.http.get("/config", headers={"host": "evil.example"}).status_code == 421
    assert anna.http.get("/config").status_code == 200, "she is logged in all the same"
