"""The openai-compatible writer against a server on loopback that fails in every way that servers do."""

from __future__ import annotations

import base64
import io
import json
import socket
import threading
import time
from email.utils import formatdate

import pytest
from asked_world import JPEG, Handler, article, chunk, evidence, refuses, says, serving, wrote
from PIL import Image
from pydantic import ValidationError

from newsctx.errors import ModelUnavailable, SettingsError
from newsctx.settings import CaptionSettings
from newsctx.writers import make_writer, sse
from newsctx.writers.completion import retry_after
from newsctx.writers.openai_writer import is_loopback

GOOD = wrote(("Mayor Anna Keller opened the Westside bridge in Lyon.", ["c1"]))
REMOTE = "https://models.example.org/v1"


def written(settings: CaptionSettings, **more: object):
    *_, last = make_writer(settings).write(evidence(**more), settings)
    return last


# --- what is sent ---------------------------------------------------------------------------------------------


def test_the_photograph_and_the_prompt_are_sent_and_the_answer_is_kept():
    with serving(says(GOOD)) as server:
        caption = written(server.settings(seed=7, image_side=80))
    ((path, headers, body),) = server.requests
    assert path == "/v1/chat/completions" and "Authorization" not in headers
    assert {k: body[k] for k in ("model", "temperature", "seed", "stream", "max_tokens")} == {
        "model": "m", "temperature": 0.0, "seed": 7, "stream": True, "max_tokens": 512,
    }  # fmt: skip
    image, text = body["messages"][1]["content"]
    sent = image["image_url"]["url"].partition("data:image/jpeg;base64,")[2]
    with Image.open(io.BytesIO(base64.b64decode(sent))) as seen:
        assert max(seen.size) == 80 and not seen.getexif()  # the longest side, and no metadata
    (kept,) = caption.sent
    assert (kept.step, kept.template, kept.photograph, kept.answer) == ("synthesise", "synthesise@1", True, GOOD)
    assert kept.text == text["text"] and kept.system == body["messages"][0]["content"]
    assert caption.text == "Mayor Anna Keller opened the Westside bridge in Lyon." and caption.kind == "generated"
    mentions = caption.sentences[0].mentions
    assert mentions and not any(m.struck for m in mentions)


def test_drafts_grow_sentence_by_sentence():
    answer = wrote(("Anna Keller opened it.", ["c1"]), ("Lyon cheered.", ["m1"]))
    with serving(says(answer, piece=1)) as server:
        settings = server.settings(draft_seconds=1e-9, repair=False)
        drafts = [c.text for c in make_writer(settings).write(evidence(), settings)]
    assert list(dict.fromkeys(drafts)) == ["", "Anna Keller opened it.", "Anna Keller opened it. Lyon cheered."]


def test_the_key_comes_from_the_environment_and_shows_nowhere(monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "s3cr3t-value")
    echo = '{"error": {"message": "bad key s3cr3t-value"}}'
    with serving(says(GOOD), refuses(401, echo)) as server:
        settings = server.settings(api_key_env="SOME_API_KEY")
        caption = written(settings)
        with pytest.raises(
            ModelUnavailable, match=r"answers 401 \(bad key \*\*\*\); set the environment variable"
        ) as error:
            written(settings)
    assert server.requests[0][1]["Authorization"] == "Bearer s3cr3t-value"
    for text in (
        caption.model_dump_json(),
        settings.model_dump_json(),
        str(error.value),
        repr(make_writer(settings).info),
    ):
        assert "s3cr3t" not in text


@pytest.mark.parametrize("piece", [1, 7, 5000])
def test_a_key_that_the_server_echoes_in_its_answer_is_not_kept(monkeypatch, piece):
    monkeypatch.setenv("SOME_API_KEY", "sk-secret-123456")
    echo = wrote(("Mayor Anna Keller opened the Westside bridge Bearer sk-secret-123456 in Lyon.", ["c1"]))
    with serving(says(echo, piece=piece)) as server:
        settings = server.settings(api_key_env="SOME_API_KEY", draft_seconds=1e-9, repair=False)
        drafts = list(make_writer(settings).write(evidence(), settings))
    assert "bridge Bearer *** in Lyon." in drafts[-1].text
    assert all("sk-se" not in draft.model_dump_json() for draft in drafts)


@pytest.mark.parametrize("said", ["  sk-secret-\n123456", "x" * 150 + " sk-secret-123456"])
@pytest.mark.parametrize("status", [200, 400])
def test_a_key_that_an_error_parts_or_cuts_does_not_show(monkeypatch, said, status):
    """Of an answer that is no JSON 200 characters are shown: no half of the key may be left at the cut."""
    monkeypatch.setenv("SOME_API_KEY", "sk-secret-123456")

    def fails(handler: Handler) -> None:
        handler.begin(status, "application/json" if status != 200 else "text/event-stream")
        handler.raw((json.dumps({"error": {"message": said}}) if status != 200 else f"data: {said[2:]}\n\n").encode())

    with serving(fails) as server, pytest.raises(ModelUnavailable) as error:
        written(server.settings(api_key_env="SOME_API_KEY", retries=0))
    assert "sk-se" not in str(error.value) and "123456" not in str(error.value)


def test_a_missing_key_is_said_before_anything_is_sent(monkeypatch):
    monkeypatch.delenv("SOME_API_KEY", raising=False)
    with serving(says(GOOD)) as server, pytest.raises(ModelUnavailable, match=r"variable SOME_API_KEY .* is not set"):
        written(server.settings(api_key_env="SOME_API_KEY"))
    assert server.requests == []


def test_nothing_leaves_the_machine_before_the_analyst_allowed_it(monkeypatch):
    """Any connection at all would raise here."""
    monkeypatch.setattr(socket, "socket", None)
    settings = CaptionSettings(writer="openai-compatible", base_url=REMOTE, model="m")
    for allowed in (frozenset(), frozenset({"https://models.example.org", "https://other.example.org/v1"})):
        (caption,) = make_writer(settings).write(evidence(allowed=allowed, note="n"), settings)
        assert caption.awaiting == REMOTE and not caption.text and not caption.sent
        assert "Nothing has been sent" in caption.note and "; 1 passage of articles; " in caption.note


def test_consent_names_all_that_the_prompts_send():
    """NewsRECON's questions send abstracts and leads; an own wording sends what it holds and no more."""
    names = (
        "the photograph",
        "legible",
        "your note",
        "the claim",
        "passage",
        "headline",
        "outlet",
        "abstract and lead",
    )
    supports, own = "the archive supports", "your own wording"

    def asked(preset: str, **more: object) -> str:
        settings = CaptionSettings(writer="openai-compatible", base_url=REMOTE, model="m", preset=preset, repair=False)
        (caption,) = make_writer(settings).write(evidence(**more), settings)
        return caption.note

    news = asked("newsrecon")
    assert all(name in news for name in (*names, supports)) and own not in news
    plain = asked("eventa_h")
    assert all(name in plain for name in (*names[:-1], supports)) and "abstract" not in plain
    little = asked("eventa_h", preview=None, prompts={"synthesise": "Caption it: {chunks}"})
    assert "passage" in little and own in little
    assert not any(name in little for name in (*names[:4], "outlet", supports))


def test_an_allowed_server_is_asked(monkeypatch):
    """The port is closed, so that the attempt itself shows; 192.0.2.0/24 is reserved for documentation."""
    settings = CaptionSettings(
        writer="openai-compatible", base_url="https://localhost.invalid/v1", model="m", retries=0, connect_seconds=2
    )
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(ModelUnavailable, match="no server answers at https://localhost.invalid/v1/chat/completions"):
        list(make_writer(settings).write(evidence(allowed=frozenset({"https://localhost.invalid/v1/"})), settings))


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("LOCALHOST", True),
     ("localhost.example.org", False), ("127.0.0.1.example.org", False), ("2130706433", False), ("0.0.0.0", False),
     ("192.168.0.1", False), ("", False)],
)  # fmt: skip
def test_only_this_machine_itself_needs_no_confirmation(host, here):
    assert is_loopback(host) is here


def test_an_unencrypted_connection_elsewhere_has_to_be_allowed():
    settings = CaptionSettings(writer="openai-compatible", base_url="http://192.168.0.9:8000/v1", model="m")
    with pytest.raises(SettingsError, match="is not encrypted: use https, or set caption.allow_http"):
        make_writer(settings)
    assert make_writer(settings.model_copy(update={"allow_http": True})).info.device == "http://192.168.0.9:8000/v1"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a/v1",
        "models.example.org",
        "https://",
        "https://u:p@a/v1",
        "https://a/v1?key=k",
        "https://a/#x",
        "http://a:b",
    ],
)
def test_a_base_url_has_no_place_for_secrets(url):
    with pytest.raises(ValidationError, match="expected a base URL"):
        CaptionSettings(base_url=url)


@pytest.mark.parametrize("name", ["PATH", "AWS_SECRET_ACCESS_KEY", "sk-123", "my_api_key", "_API_KEY"])
def test_no_other_variable_of_the_environment_is_sent_as_a_key(name):
    with pytest.raises(ValidationError):
        CaptionSettings(api_key_env=name)
    assert CaptionSettings(api_key_env="HF_TOKEN").api_key_env == "HF_TOKEN"


def test_a_model_has_to_be_named():
    with pytest.raises(SettingsError, match="caption.model is empty"):
        make_writer(CaptionSettings(writer="openai-compatible"))


def test_without_evidence_no_server_is_asked():
    with serving(says(GOOD)) as server:
        caption = written(server.settings(), chunks=[])
        nobody = written(server.settings(), articles=[])
    assert server.requests == [] and caption.text == "" and caption.sentences == () and caption.sent == ()
    assert caption.note.startswith("not established: 1 article found") and "No model was asked." in caption.note
    assert nobody.note.startswith("not established: no channel found an article")


def test_without_a_photograph_the_model_is_told_nothing_of_one():
    with serving(says(GOOD)) as server:
        caption = written(server.settings(describe=True), preview=None)
    ((_, _, body),) = server.requests  # no description was asked for
    assert isinstance(body["messages"][1]["content"], str) and not caption.sent[0].photograph
    assert "did not see the photograph" in caption.note


# --- how it fails ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status):
    with serving(refuses(status), refuses(status, Retry_After="0"), says(GOOD)) as server:
        assert written(server.settings()).text
    assert len(server.requests) == 3 and server.requests[0][2] == server.requests[2][2]


def test_waits_double_and_a_longer_one_is_followed_or_refused(monkeypatch):
    """0.01, 0.02, then `backoff_most`; what the server asks for goes first, as seconds or as a date."""
    waits: list[float] = []
    real = sse.wait_before
    monkeypatch.setattr(sse, "wait_before", lambda *a: waits.append(real(*a)) or 0.0)
    long = refuses(503, Retry_After="7")
    with serving(refuses(503), refuses(503), refuses(503), long, says(GOOD)) as server:
        written(server.settings(backoff_seconds=0.01, backoff_most=8, retries=4))
    assert waits == [0.01, 0.02, 0.04, 7.0]
    with serving(refuses(429, Retry_After="3600")) as server:
        with pytest.raises(ModelUnavailable, match="asks to wait 3,600 s, longer than caption.backoff_most = 8"):
            written(server.settings(backoff_most=8))
        assert len(server.requests) == 1
    assert retry_after(formatdate(time.time() - 60, usegmt=True)) == 0.0  # already over
    assert retry_after(formatdate(time.time() + 600, usegmt=True)) == pytest.approx(600, abs=30)
    assert retry_after("soon") is None and retry_after("") is None


def test_retries_end():
    refused = pytest.raises(ModelUnavailable, match=r"answers 500 \(no GPU\); asked 3 times; try again later")
    with serving(refuses(500, '{"detail": "no GPU"}')) as server, refused:
        written(server.settings(retries=2))
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(401, "api_key_env"), (403, "api_key_env"), (404, "has the model 'm'"), (413, "lower caption.image_side"),
     (400, "check caption.model")],
)  # fmt: skip
def test_a_refusal_names_the_url_and_the_remedy_and_is_not_repeated(status, remedy):
    with serving(refuses(status, "<html>\x1b[31mno</html>")) as server, pytest.raises(ModelUnavailable) as error:
        written(server.settings())
    assert remedy in str(error.value) and f"{server.url}/chat/completions answers {status}" in str(error.value)
    assert "\x1b" not in str(error.value) and len(server.requests) == 1


def test_a_redirect_is_not_followed():
    with serving(says(GOOD)) as other:
        there = refuses(307, "", Location=f"{other.url}/chat/completions")
        with serving(there) as server, pytest.raises(ModelUnavailable, match="redirects are not followed"):
            written(server.settings())
        assert other.requests == []


def test_nobody_at_the_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    settings = CaptionSettings(writer="openai-compatible", base_url=url, model="m", retries=1, backoff_seconds=0)
    with pytest.raises(ModelUnavailable, match=rf"no server answers at {url}/chat.*tried 2 times.*; start it"):
        written(settings)


def test_a_silent_server_times_out():
    done = threading.Event()

    def silent(handler: Handler) -> None:
        handler.begin()
        handler.event("{")
        done.wait(20)

    with serving(silent) as server:
        with pytest.raises(ModelUnavailable, match="was silent for 0.2 s; .* raise caption.read_seconds"):
            written(server.settings(read_seconds=0.2))
        done.set()
    assert len(server.requests) == 1  # it may still be working: it is not asked twice


def test_a_server_that_only_keeps_the_connection_open_ends_too():
    def drips(handler: Handler) -> None:
        handler.begin()
        while True:
            handler.raw(b": keep-alive\n\n")
            time.sleep(0.02)

    with serving(drips) as server:
        with pytest.raises(ModelUnavailable, match="was not done after 1 s; raise caption.answer_seconds"):
            written(server.settings(answer_seconds=1.0))
        assert server.hung_up.wait(10)


def test_a_connection_that_drops_in_the_middle_is_an_error():
    def drops(handler: Handler) -> None:
        handler.begin()
        handler.event(GOOD[:40])

    with (
        serving(drops, says(GOOD)) as server,
        pytest.raises(ModelUnavailable, match=rf"to {server.url}/chat/completions was lost in the middle"),
    ):
        written(server.settings())
    assert len(server.requests) == 1  # words were shown already: the analyst decides


def test_a_connection_that_drops_before_a_word_is_tried_again():
    with serving(lambda handler: handler.begin(), lambda handler: None, says(GOOD)) as server:
        assert written(server.settings()).text
    assert len(server.requests) == 3


def test_a_broken_chunk_is_a_dropped_connection():
    def drops(handler: Handler) -> None:
        handler.begin(Transfer_Encoding="chunked")
        handler.raw(b"ff\r\ndata: {")

    with serving(drops) as server, pytest.raises(ModelUnavailable, match="was lost"):
        written(server.settings(retries=0))


@pytest.mark.parametrize(
    "data",
    [b"data: {not json}\n\n", b"data: [1, 2]\n\n", b'data: {"choices": 3}\n\n', b"data: \xff\xfe\n\n",
     b"data: " + b"[" * 100_000 + b"\n\n"],
)  # fmt: skip
def test_malformed_events_are_an_error(data):
    def answer(handler: Handler) -> None:
        handler.begin()
        handler.raw(data)

    with serving(answer) as server, pytest.raises(ModelUnavailable, match="check that caption.base_url is"):
        written(server.settings())


def test_odd_events_are_read_as_far_as_they_go():
    """No choices, a null, a thought, parts instead of a text, Windows line ends, a comment; no [DONE] but a reason."""

    def answer(handler: Handler) -> None:
        handler.begin()
        for delta in ({"role": "assistant"}, {"content": None}, {"reasoning_content": "hm"}):
            handler.raw(f"data: {json.dumps({'choices': [{'delta': delta}]})}\r\n\r\n".encode())
        handler.raw(b': comment\r\nevent: x\r\ndata: {"choices": []}\r\n\r\n')
        parts = {"content": [{"type": "text", "text": GOOD}]}
        handler.raw(f"data:{json.dumps({'choices': [{'delta': parts, 'finish_reason': 'stop'}]})}\n\n".encode())

    with serving(answer) as server:
        assert written(server.settings()).text == "Mayor Anna Keller opened the Westside bridge in Lyon."


def test_an_error_in_the_stream_is_told():
    def answer(handler: Handler) -> None:
        handler.begin()
        handler.event("{")
        handler.raw(b'data: {"error": {"message": "out of memory"}}\n\n')

    with serving(answer) as server, pytest.raises(ModelUnavailable, match="broke off: out of memory; see its log"):
        written(server.settings())


def test_a_server_that_does_not_stream_is_read_too():
    def answer(handler: Handler) -> None:
        handler.begin(200, "application/json; charset=utf-8")
        handler.raw(json.dumps({"choices": [{"message": {"content": GOOD}}]}).encode())

    with serving(answer) as server:
        assert written(server.settings()).sent[0].answer == GOOD


@pytest.mark.parametrize(
    ("kind", "message"),
    [("application/json", "sent something that is no chat completion"), ("text/html", "answers with a web page")],
)
def test_a_page_instead_of_an_answer(kind, message):
    def answer(handler: Handler) -> None:
        handler.begin(200, kind)
        handler.raw(b"<html>welcome</html>")

    with serving(answer) as server, pytest.raises(ModelUnavailable, match=message):
        written(server.settings())


def test_an_answer_without_end_is_cut_and_the_connection_closed():
    def endless(handler: Handler) -> None:
        handler.begin()
        handler.event('{"sentences": [{"text": "Anna Keller opened it.", "chunks": ["c1"]}, {"text": "')
        while True:
            handler.event("x" * 50)

    with serving(endless) as server:
        caption = written(server.settings(max_answer_chars=300, repair=False))
        assert server.hung_up.wait(10)
    assert caption.text == "Anna Keller opened it." and len(caption.sent[0].answer) == 300
    assert "was cut at caption.max_answer_chars = 300 characters" in caption.note and "breaks off" in caption.note


def test_a_flood_that_is_no_answer_is_not_read_to_its_end():
    def flood(handler: Handler) -> None:
        handler.begin()
        while True:
            handler.raw(b"x" * 65_536)  # one line without end

    with serving(flood) as server:
        with pytest.raises(ModelUnavailable, match="sent more than an answer of 8,000 characters can need"):
            written(server.settings())
        assert server.hung_up.wait(10)


# --- how it is cancelled --------------------------------------------------------------------------------------


def test_closing_the_drafts_closes_the_connection():
    """The server goes on until it sees that nobody listens any more."""

    def endless(handler: Handler) -> None:
        handler.begin()
        while True:
            handler.event("x")
            time.sleep(0.005)

    with serving(endless) as server:
        settings = server.settings()
        drafts = make_writer(settings).write(evidence(), settings)
        while not server.requests:
            next(drafts)
        drafts.close()
        assert server.hung_up.wait(10)
    assert not [t for t in threading.enumerate() if t.name == "caption-server"]


def test_a_silent_server_can_be_left_at_once():
    """It sends nothing, not even a header; drafts come all the same, so that the caller can stop."""
    arrived, done = threading.Event(), threading.Event()

    def silent(handler: Handler) -> None:
        arrived.set()
        handler.connection.settimeout(20)
        if handler.connection.recv(1) == b"":  # the client's end of the connection
            done.set()

    with serving(silent) as server:
        settings = server.settings(read_seconds=500.0)
        drafts = make_writer(settings).write(evidence(), settings)
        next(drafts)
        assert arrived.wait(10)
        assert next(drafts).text == ""
        drafts.close()
        assert done.wait(10)


def test_a_wait_before_another_attempt_can_be_left_at_once():
    with serving(refuses(503)) as server:
        settings = server.settings(backoff_seconds=30.0)
        drafts = make_writer(settings).write(evidence(), settings)
        while not server.requests:
            next(drafts)
        drafts.close()
    assert not [t for t in threading.enumerate() if t.name == "caption-server"]


def test_a_preview_of_the_photograph_that_is_large_is_sent_small():
    assert len(JPEG) > 1000
    one = article()
    with serving(says(GOOD)) as server:
        settings = server.settings(image_side=56)
        list(make_writer(settings).write(evidence([one], [chunk(one)]), settings))
    sent = server.requests[0][2]["messages"][1]["content"][0]["image_url"]["url"]
    with Image.open(io.BytesIO(base64.b64decode(sent.partition(",")[2]))) as seen:
        assert seen.size == (56, 42)  # 160 x 120


def test_a_sentence_on_what_is_visible_cites_the_photograph_which_vouches_for_no_name():
    answer = wrote(("A crowd holds banners on a bridge.", ["m5"]), ("Ana Silva waves.", ["m5"]))
    with serving(says(answer)) as server:
        caption = written(server.settings(repair=False))
    seen, named = caption.sentences
    assert (seen.metadata_ids, seen.problem) == (("photo#seen",), "") and not any(m.struck for m in seen.mentions)
    assert [m.text for m in named.mentions if m.struck] == ["Ana Silva"]
