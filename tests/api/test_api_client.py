"""The named endpoints as `gradio_client` calls them, against a workbench that is served."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import httpx
import jsonschema
import pytest
from conftest import QUERIES
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from served import served

from newsctx.api.answers import CaseAnswer, CasesAnswer, FoundArticles
from newsctx.api.calls import Calls, Photograph
from newsctx.document import json_schema
from newsctx.records import STAGES
from newsctx.ui import uploads

NAMES = {"/analyse", "/get_case", "/list_cases", "/search_articles", "/export_report"}


@pytest.fixture(scope="module")
def place(demo_archive, models, tmp_path_factory):
    with served(demo_archive, tmp_path_factory.mktemp("state"), models) as found:
        yield found


@pytest.fixture(scope="module")
def client(place, tmp_path_factory):
    return Client(place[1], verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


@pytest.fixture(scope="module")
def analysed(client, tmp_path_factory):
    """What one call of analyse answered, every time."""
    photo = tmp_path_factory.mktemp("own") / "crop.jpg"
    shutil.copy(QUERIES / "q02-paris-crop.jpg", photo)
    job = client.submit(
        photo=handle_file(photo), note="Paris", claim="The Seine is in flood", claimed_place="Paris",
        claimed_date="2021-02", title="Seine", who="desk robot", api_name="/analyse",
    )  # fmt: skip
    job.result(timeout=300)
    return job.outputs()


def test_exactly_the_named_endpoints_are_open(client, place):
    told = client.view_api(return_format="dict", print_info=False)
    assert set(told["named_endpoints"]) == NAMES and told["unnamed_endpoints"] == {}
    config = httpx.get(place[1] + "config").json()
    assert {d["api_name"] for d in config["dependencies"] if d["api_visibility"] != "private"} == {n[1:] for n in NAMES}


def test_the_endpoints_say_what_they_take_and_give(client):
    told = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    for name, endpoint in told.items():
        assert len(endpoint["description"]) > 40, name
        assert all(p["type"] and p["python_type"]["description"] for p in endpoint["parameters"]), name
        assert len(endpoint["returns"]) == 1
    given = {p["parameter_name"]: p for p in told["/search_articles"]["parameters"]}
    assert list(given) == ["query", "after", "before", "place", "limit", "offset"]
    assert not given["query"]["parameter_has_default"] and given["limit"]["parameter_default"] == 10
    assert given["limit"]["python_type"]["type"] == "int"
    parts = next(p for p in told["/get_case"]["parameters"] if p["parameter_name"] == "part")
    assert "document" in parts["type"]["enum"] and "summary" in parts["type"]["enum"]
    answers = told["/search_articles"]["returns"][0]["type"]["properties"]
    assert {"articles", "found", "next_offset", "notices"} <= set(answers)
    assert "filepath" in told["/export_report"]["returns"][0]["python_type"]["type"]


def test_analyse_tells_how_far_it_is_and_ends_with_the_answer(analysed, place):
    answers = [CaseAnswer.model_validate(a) for a in analysed]
    first, last = answers[0], answers[-1]
    assert len({a.case_id for a in answers}) == 1 and len(answers) > 2
    assert first.running and not first.caption.text and not last.running
    assert [(s.name, s.state) for s in last.stages] == [(n, "fresh") for n in STAGES]
    assert last.title == "Seine" and last.page == f"{place[1]}?case={last.case_id}"
    assert "Paris" in last.place.place and last.place.basis == "evidence" and last.place.confidence
    assert last.date.date.startswith("2021-02")
    assert {c.item for c in last.claim} >= {"place", "date"}
    assert last.articles[0].article_id.startswith("paris-flood") and last.articles[0].tier == "matched"
    assert last.caption.text and all(s.evidence for s in last.caption.sentences)
    cited = {e.article_id for s in last.caption.sentences for e in s.evidence}
    assert cited == {"paris-flood-1"} and all(e.text for s in last.caption.sentences for e in s.evidence)
    trail = place[0].trail(last.case_id)
    assert {e.who for e in trail} == {"desk robot (API)"}


def test_a_call_that_is_given_up_leaves_the_case_which_goes_on(place):
    photo = Photograph((QUERIES / "q02-paris-crop.jpg").read_bytes(), "crop.jpg")
    steps = Calls(place[0]).analyse(photo, note="given up")
    case_id = next(steps).case_id
    steps.close()
    *_, view = place[0].run(case_id)  # waits for what is at work
    assert [s.state for s in view.document.status] == ["fresh"] * len(STAGES)
    assert len(place[0].runs(case_id)) == 1
    place[0].delete_case(case_id)


def test_a_case_is_told_with_its_document_or_a_part_of_it(client, analysed, place):
    case_id = analysed[-1]["case_id"]
    whole = CaseAnswer.model_validate(client.predict(case_id=case_id, api_name="/get_case"))
    jsonschema.validate(whole.document, json_schema())
    assert whole.document["photo"]["filename"] == "crop.jpg"
    part = client.predict(case_id=case_id, part="context", api_name="/get_case")
    assert set(part["document"]) == {"context"} and part["document"]["context"] == whole.document["context"]
    assert client.predict(case_id=case_id, part="summary", api_name="/get_case")["document"] is None
    place[0].override(case_id, {"action": "set_date", "date": "2021-01"})
    stale = client.predict(case_id=case_id, part="summary", api_name="/get_case")
    assert [s["name"] for s in stale["stages"] if s["state"] == "stale"] == ["context", "caption"]
    place[0].undo(case_id)


def test_cases_are_listed_a_page_at_a_time(client, analysed):
    found = CasesAnswer.model_validate(client.predict(query="seine", api_name="/list_cases"))
    assert [c.case_id for c in found.cases] == [analysed[-1]["case_id"]] and found.cases[0].page
    assert client.predict(query="nothing like it", api_name="/list_cases")["cases"] == []


def test_articles_are_searched(client):
    found = FoundArticles.model_validate(
        client.predict(query="ferry collision Istanbul", limit=2, api_name="/search_articles")
    )
    assert found.articles[0].article_id.startswith("istanbul-ferry") and len(found.articles) == 2
    assert found.next_offset == 2
    nothing = client.predict(query="ferry", after="2090", api_name="/search_articles")
    assert nothing["articles"] == [] and nothing["notices"]


def test_a_report_is_a_file_of_the_client(client, analysed, place):
    case_id = analysed[-1]["case_id"]

    def exported(name: str) -> bytes:
        path = Path(client.predict(case_id=case_id, format=name, who="robot", api_name="/export_report"))
        last = place[0].trail(case_id)[-1]
        assert (last.what, last.who) == ("exported", "robot (API)")
        return path.read_bytes()

    assert exported("html").lstrip()[:9].lower() == b"<!doctype" and b"paris-flood-1" in exported("csv")
    jsonschema.validate(json.loads(exported("document")), json_schema())
    with pytest.raises(AppError, match="approve"):
        exported("photo")
    place[0].override(case_id, {"action": "approve", "version": 1})
    with Image.open(io.BytesIO(exported("photo"))) as photo:
        assert photo.format == "JPEG"
    place[0].undo(case_id)


@pytest.mark.parametrize(
    ("endpoint", "arguments", "said"),
    [
        ("/get_case", {"case_id": "nobody"}, "No case has the address 'nobody'"),
        ("/get_case", {"case_id": 7}, "case_id: expected a text, got int"),
        ("/get_case", {"case_id": "nobody", "part": "pixels"}, "expected one of summary, document"),
        ("/search_articles", {"query": "ferry", "limit": 999}, "limit 999: expected a whole number from 1 to 50"),
        ("/search_articles", {"query": "ferry", "limit": [1]}, "expected a whole number"),
        ("/search_articles", {"query": "-ferry"}, "at least one word"),
        ("/list_cases", {"status": "lost"}, "no status of a case"),
        ("/export_report", {"case_id": "nobody"}, "No case has the address"),
        ("/export_report", {"case_id": "nobody", "format": "exe"}, "format 'exe'"),
    ],
)
def test_what_is_wrong_arrives_as_one_line(client, endpoint, arguments, said):
    with pytest.raises(AppError) as refused:
        client.predict(**arguments, api_name=endpoint)
    text = str(refused.value)
    assert said in text and "\n" not in text and "Traceback" not in text


def test_what_is_no_photograph_is_refused_in_one_line_and_leaves_no_case(client, place, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("no photograph")
    before = place[0].count_cases()
    with pytest.raises(AppError) as refused:
        client.predict(photo=handle_file(text), api_name="/analyse")
    assert "\n" not in str(refused.value) and str(tmp_path) not in str(refused.value)
    with pytest.raises(AppError, match="claimed_date 'yesterday' is no date"):
        client.predict(photo=handle_file(QUERIES / "q02-paris-crop.jpg"), claimed_date="yesterday", api_name="/analyse")
    assert place[0].count_cases() == before


def call(address: str, name: str, data: list) -> str:
    """A raw call; what its event stream says."""
    event = httpx.post(f"{address}gradio_api/call/{name}", json={"data": data}).json()["event_id"]
    return httpx.get(f"{address}gradio_api/call/{name}/{event}", timeout=60).text


META = {"_type": "gradio.FileData"}


@pytest.mark.parametrize(
    "photo",
    [
        "/etc/passwd",
        {"path": "/etc/passwd"},
        {"path": "/etc/passwd", "meta": META},
        {"path": "http://127.0.0.1:9/x.jpg", "meta": META},
        {"path": "http://169.254.169.254/latest/meta-data", "url": "http://169.254.169.254/", "meta": META},
        {"path": "../../../../etc/hostname"},
        {"path": 7},
        {"url": "file:///etc/passwd"},
        None,
        [],
    ],
    ids=str,
)
def test_no_caller_reads_files_of_the_server_or_makes_it_fetch(place, photo, monkeypatch):
    asked = []
    monkeypatch.setattr("gradio.processing_utils.async_ssrf_protected_get", lambda *a, **k: asked.append(a))
    said = call(place[1], "analyse", [photo, "", "", "", "", "", ""])
    assert said.startswith("event: error") and "root:" not in said and "/main/" not in said
    assert asked == [] and Path("/etc/passwd").exists()


def test_the_same_photograph_sent_by_many_is_everybodys_own_upload(place):
    data = (QUERIES / "q02-paris-crop.jpg").read_bytes()

    def sent() -> Path:
        files = {"files": ("crop.jpg", data, "image/jpeg")}
        return Path(httpx.post(f"{place[1]}gradio_api/upload", files=files).json()[0])

    first, second = sent(), sent()
    assert first != second and first.name == second.name == "crop.jpg"
    assert uploads.taken(str(first)) == data and not first.parent.exists()
    assert uploads.taken(str(second)) == data
