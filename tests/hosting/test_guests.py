"""Guests of a public demonstration: their cookies, how many cases they have, and that those come to an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from types import SimpleNamespace

import pytest
from conftest import QUERIES
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from newsctx.access import NOBODY, Visitor, guarded
from newsctx.errors import CaseError, CaseNotFound
from newsctx.guests import House, sweep
from newsctx.settings import Settings
from newsctx.ui.guest_gate import GuestCookies, GuestGate, guest
from newsctx.ui.health import Health
from newsctx.workbench import Example, Workbench

PHOTO = QUERIES / "q02-paris-crop.jpg"
TOKEN = "a" * 43
HTTPS = {"x-forwarded-proto": "https"}


def request(cookie: str = "", session: str | None = "abc", **headers: str) -> SimpleNamespace:
    """What a handler gets of Gradio, as far as the gate looks at it."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()} | ({"Cookie": cookie} if cookie else {})
    return SimpleNamespace(headers=sent, session_hash=session)


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/", lambda r: HTMLResponse("<p>page</p>")), Route("/data", lambda r: JSONResponse({}))]
    app = Starlette(routes=routes, middleware=[Middleware(GuestCookies, hours=24.0)])
    return TestClient(app)


def given(response) -> list[str]:
    return response.headers.get_list("set-cookie")


def test_a_page_gives_a_cookie_that_no_script_reads_and_no_neighbour_plants(client) -> None:
    (plain,) = given(client.get("/"))
    assert plain.startswith("newsctx-guest=") and "HttpOnly" in plain and "SameSite=Lax" in plain
    assert "Max-Age=86400" in plain and "Path=/" in plain and "Secure" not in plain
    client.cookies.clear()
    (framed,) = given(client.get("/", headers=HTTPS))
    assert framed.startswith("__Host-newsctx-guest=")
    for part in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"):
        assert f"; {part}" in framed, "a Space is framed by another site"
    assert "Domain" not in framed
    assert given(client.get("/data")) == [] and given(client.post("/")) == []


def test_a_browser_keeps_its_cookie_and_every_browser_has_another(client) -> None:
    first = client.get("/").cookies["newsctx-guest"]
    again = client.get("/").cookies["newsctx-guest"]
    client.cookies.clear()
    assert first == again != client.get("/").cookies["newsctx-guest"] and len(first) == 43


def test_a_tab_that_stays_open_keeps_its_guest(client) -> None:
    """Else its cases, which live on with every change, would outlive the cookie that opens them."""
    own = client.get("/").cookies["newsctx-guest"]
    (renewed,) = given(client.post("/data"))
    assert renewed.startswith(f"newsctx-guest={own};") and "Max-Age=86400" in renewed


@pytest.mark.parametrize("forged", ["", "short", "a" * 44, "a" * 42 + "!", '"' + "a" * 41 + '"'])
def test_what_the_server_could_not_have_made_is_replaced(client, forged) -> None:
    (new,) = given(client.get("/", headers={"cookie": f"newsctx-guest={forged}"}))
    assert len(SimpleCookie(new)["newsctx-guest"].value) == 43 and forged not in (new.split("=", 1)[1].split(";")[0],)


def test_the_gate_knows_a_guest_by_the_cookie_and_else_by_the_tab() -> None:
    gate = GuestGate()
    mine = gate.visitor(request(f"other=1; newsctx-guest={TOKEN}; bad name=2"))
    assert mine.kind == "guest" and TOKEN not in mine.name and mine == gate.visitor(request(f"newsctx-guest={TOKEN}"))
    assert mine != gate.visitor(request(f"newsctx-guest={'b' * 43}"))
    tab = gate.visitor(request(session="s1"))
    assert tab.name.startswith("tab-") and tab != gate.visitor(request(session="s2"))
    assert guest(tab, 24).by_tab and not guest(mine, 24).by_tab and guest(Visitor("desk"), 24) is None
    assert gate.visitor(None) == NOBODY == gate.visitor(request(session=None))
    over_https = request(f"newsctx-guest={TOKEN}", x_forwarded_proto="https")
    assert gate.visitor(over_https).name.startswith("tab-"), "over https a plain cookie may be a neighbour's"


@pytest.fixture
def bench(demo_archive, models, tmp_path):
    settings = Settings.model_validate({"hosting": {"guest_cases": 2, "guest_hours": 24.0}})
    examples = (Example(path=PHOTO, title="Flood"),)
    made = Workbench(demo_archive, tmp_path / "state", models, settings, examples)
    yield made
    made.close()


def test_a_guest_has_so_many_cases_and_no_more(bench) -> None:
    mine, other = guarded(bench, Visitor("guest", "m" * 40)), guarded(bench, Visitor("guest", "o" * 40))
    first = mine.create_case(PHOTO.read_bytes(), "a.jpg")
    bundle = mine.export_case(first)
    mine.create_case(PHOTO.read_bytes(), "b.jpg")
    with pytest.raises(CaseError, match="2 cases at a time"):
        mine.create_case(PHOTO.read_bytes(), "c.jpg")
    with pytest.raises(CaseError, match="2 cases at a time"):
        mine.import_case(bundle)
    other.create_case(PHOTO.read_bytes(), "d.jpg")
    for n in range(3):
        bench.create_case(PHOTO.read_bytes(), f"{n}.jpg")  # a desk has as many as it likes
    mine.delete_case(first)
    mine.create_case(PHOTO.read_bytes(), "c.jpg")


def files(folder) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_a_case_is_deleted_a_day_after_its_last_change_with_all_that_was_made_of_it(bench, tmp_path) -> None:
    state = tmp_path / "state"
    kept = bench.create_case(PHOTO.read_bytes(), "a desk's.jpg")
    mine = guarded(bench, Visitor("guest", "m" * 40))
    photo = (QUERIES / "q03-capetown-mirror.jpg").read_bytes()
    before = files(state)
    case = mine.create_case(photo, "secret.jpg", who="A Name")
    *_, view = mine.run(case, "A Name")
    assert view.document.caption, "a whole analysis"
    for make in (mine.preview, mine.detail, mine.export_json, mine.export_case):
        make(case)
    changed = datetime.fromisoformat(bench.view(case).updated)
    assert sweep(bench, changed + timedelta(hours=23, minutes=59)) == 0
    mine.rename(case, "kept a little longer")
    changed = datetime.fromisoformat(bench.view(case).updated)
    assert sweep(bench, changed + timedelta(hours=23, minutes=59)) == 0
    assert sweep(bench, changed + timedelta(hours=24, seconds=1)) == 1
    with pytest.raises(CaseNotFound):
        bench.view(case)
    assert bench.view(kept).title == "a desk's.jpg", "nobody's and accounts' cases do not expire"
    ours = "cache/photographs/"  # features of archived photographs
    left = {p for p in files(state) - before if not p.startswith(ours)} - {"cases.duckdb", "cases.duckdb.wal"}
    assert not left, "photograph, pictures, exports and stage results are gone"
    assert "A Name" not in str(bench.trail("")), "what stays of it names nobody"


def test_examples_are_analysed_ahead_and_no_guest_sees_the_houses_cases(bench) -> None:
    house = House(bench)
    house.start()
    assert house.warmed.wait(120)
    house.stop()
    (own,) = bench.cases(archived=None)
    mine = guarded(bench, Visitor("guest", "m" * 40))
    assert mine.cases() == () and own.owner == ""
    case = mine.create_case(PHOTO.read_bytes(), PHOTO.name)
    *_, view = mine.run(case)
    assert all(s.cached for s in view.document.status), [s.name for s in view.document.status if not s.cached]
    mine.delete_case(case)
    again = mine.create_case(PHOTO.read_bytes(), PHOTO.name)
    *_, view = mine.run(again)
    assert all(s.cached for s in view.document.status), "a guest who deletes the case leaves the house's results"
    later = datetime.now(UTC) + timedelta(hours=25)
    assert sweep(bench, later) == 1
    assert bench.cases(archived=None) == (), "what the house had of it went, too, and with it a guest's notes"


def test_health_is_told_to_anybody_and_only_where_the_archive_is_open() -> None:
    bench = SimpleNamespace(archive_problem="")
    app = Starlette(
        routes=[Route("/", lambda r: HTMLResponse("page"))],
        middleware=[Middleware(Health, workbench=bench, root_path="/newsctx")],
    )
    client = TestClient(app)
    assert client.get("/health").json() == {"status": "ok"} == client.get("/newsctx/health").json()
    assert client.get("/").text == "page" and client.get("/healthy").status_code == 404
    bench.archive_problem = "/secret/path is damaged"
    sick = client.get("/health")
    assert sick.status_code == 503 and "secret" not in sick.text
