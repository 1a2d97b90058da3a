"""What callers of the raw API can make the served app read or ask for: nothing outside its folders, nobody.

Every way that Gradio has to name a file or an address is tried against the real server; a file outside of its folders
holds a word that must stand in no answer, and no name of a foreign host may be looked up.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import gradio
import httpx
import pytest
from fault_child import light_models

from newsctx.errors import PhotoRefused
from newsctx.ui import uploads
from newsctx.ui.serving import serve
from newsctx.workbench import Workbench

SECRET = "the-word-that-nobody-may-read"
CANARY = "canary.example"


@dataclass
class Served:
    address: str
    folder: Path  # of uploads
    outside: Path  # holds SECRET
    bench: Workbench
    looked_up: list[str]
    http: httpx.Client
    dependencies: list[dict]

    def raw(self, target: str) -> str:
        """Status line, headers and body; the target is sent as it is, unlike a client library would."""
        host, port = self.address[7:-1].split(":")
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            parts = []
            try:
                while part := line.recv(65_536):
                    parts.append(part)
            except TimeoutError as error:
                raise AssertionError(f"{target} is not answered to its end") from error
        return b"".join(parts).decode("latin-1")

    def call(self, index: int, data: list, session: str = "s") -> str:
        """Everything that an event answers."""
        body = {"data": data, "fn_index": index, "session_hash": session, "event_data": None, "trigger_id": None}
        joined = self.http.post(self.address + "gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return joined.text
        said = []
        url = f"{self.address}gradio_api/queue/data?session_hash={session}"
        with self.http.stream("GET", url, timeout=30) as stream:
            for text in stream.iter_lines():
                said.append(text)
                if '"process_completed"' in text or '"unexpected_error"' in text or '"close_stream"' in text:
                    break
        return "\n".join(said)

    def upload(self) -> int:
        """The number of the event that takes an upload."""
        return next(d["id"] for d in self.dependencies if any(t[1] == "upload" for t in d["targets"]))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, outside = tmp_path_factory.mktemp("uploads"), tmp_path_factory.mktemp("outside") / "secret.jpg"
    outside.write_text(SECRET)
    state = tmp_path_factory.mktemp("state")
    looked_up: list[str] = []
    plain = socket.getaddrinfo

    def lookup(host, *args, **named):
        looked_up.append(str(host))
        if host not in ("127.0.0.1", "localhost", b"127.0.0.1"):
            raise socket.gaierror("no names are looked up in this test")
        return plain(host, *args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        patch.setattr(socket, "getaddrinfo", lookup)
        bench = Workbench(state / "none", state, light_models())
        (bench.media_dir / "seen.webp").write_bytes(b"a picture that is served")
        os.symlink(outside, bench.media_dir / "link.jpg")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        serve(bench, "127.0.0.1", port, prevent_thread_lock=True, quiet=True)
        address = f"http://127.0.0.1:{port}/"
        with httpx.Client(timeout=20) as http:
            dependencies = http.get(address + "config").json()["dependencies"]
            looked_up.clear()
            yield Served(address, folder, outside, bench, looked_up, http, dependencies)
        gradio.close_all()
        bench.close()


def test_a_picture_of_the_workbench_is_served(served: Served) -> None:
    """Else the refusals below would prove nothing."""
    assert "a picture that is served" in served.raw(f"/gradio_api/file={served.bench.media_dir}/seen.webp")


def ways(served: Served) -> list[str]:
    """Paths of a GET."""
    media, out = str(served.bench.media_dir), str(served.outside)
    up = "/".join([".."] * 12) + out
    named = [
        out, quote(out, safe=""), f"{media}/{up}", f"{media}/{quote(up, safe='')}", f"{media}/..%252f..%252f{out}",
        f"{media}/" + up.replace("..", "%2e%2e"), f"{media}/" + up.replace("/", "%2f"), f"{media}/%00{out}",
        f"{media}/" + up.replace("/", "\\"), f"{media}/....//....//{out}", f"//{out}", f"file://{out}", f"~{out}",
        f"{media}/seen.webp/../../..{out}", f"/proc/self/root{out}", "/proc/self/environ", "/etc/passwd", "/dev/stdin",
        f"{served.bench.media_dir.parent}/cases.duckdb", f"{media}/link.jpg", f"{media}/../link.jpg",
        f"{media}/seen.webp%00.png", f"http://{CANARY}/x", f"https://{CANARY}/x", f"//{CANARY}/x", f"ftp://{CANARY}/x",
        "http://169.254.169.254/latest", "http://[::ffff:127.0.0.1]:1/", "gopher://127.0.0.1:1/",
    ]  # fmt: skip
    found = [f"/gradio_api/{route}{one}" for one in named for route in ("file=", "file/", "proxy=", "stream/")]
    found += [
        f"/{route}/{'../' * 12}{out}"
        for route in ("static", "assets", "svelte", "gradio_api/custom_component/a/client")
    ]
    found += [
        f"/{route}/{'%2e%2e%2f' * 12}{quote(out, safe='')}" for route in ("static", "assets", "svelte", "theme.css")
    ]
    found += [
        f"/static//{out}",
        f"/assets//{out}",
        f"/gradio_api/custom_component/File/server/component/{'..%2f' * 9}{out}",
    ]
    found += [
        "/gradio_api/vibe-code",
        "/monitoring",
        "/monitoring/summary",
        "/gradio_api/dev/reload",
        "/gradio_api/token",
    ]
    return found


def test_no_way_of_naming_a_file_leads_out_of_the_folders(served: Served) -> None:
    for target in ways(served):
        if any(c in target for c in " \r\n"):
            continue
        answer = served.raw(target)
        assert SECRET not in answer, target
        assert "root:x:0:0" not in answer and "GRADIO_TEMP_DIR" not in answer, target
        assert "Traceback" not in answer, target
        head = answer.partition("\r\n")[0]
        ours = "/media/" in target and "link" not in target
        assert " 200 " not in head or ours or '<div id="root">' in answer or "{" in answer[:2000], (target, head)
    assert not set(served.looked_up) - {"127.0.0.1", "localhost"}, "a foreign host was looked up"


def test_the_store_of_cases_is_not_served(served: Served) -> None:
    for path in served.bench.media_dir.parent.rglob("*"):
        if path.is_file() and not path.is_relative_to(served.bench.media_dir):
            assert " 200 " not in served.raw(f"/gradio_api/file={path}").partition("\r\n")[0], path


def file_values(served: Served) -> list[object]:
    """What a caller can put in the place of an uploaded file."""
    meta = {"_type": "gradio.FileData"}
    paths = [
        str(served.outside), f"{served.folder}/../{served.outside.parent.name}/secret.jpg", "/etc/passwd",
        "/proc/self/environ", str(served.bench.media_dir / "seen.webp"), str(served.bench.media_dir / "link.jpg"),
        f"file://{served.outside}", f"http://{CANARY}/x.jpg", f"https://{CANARY}/x.jpg", f"HTTP://{CANARY}/x",
        "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/x", str(served.folder), "", "\x00", "x" * 5000,
    ]  # fmt: skip
    values: list[object] = []
    for path in paths:
        values.append({"path": path, "meta": meta})
        values.append({"path": path, "url": f"http://{CANARY}/u", "meta": meta, "is_stream": True, "orig_name": "a"})
    for path in paths[:2]:
        values += [{"path": path}, path, [{"path": path, "meta": meta}]]
    return [*values, {"url": f"http://{CANARY}/y", "meta": meta}, {"path": None, "meta": meta}, 7, True, {"meta": meta}]


def test_no_path_or_address_stands_for_an_uploaded_file(served: Served) -> None:
    index, before = served.upload(), len(served.bench.cases())
    media = {p: p.read_bytes() for p in served.bench.media_dir.iterdir() if p.is_file()}
    for i, value in enumerate(file_values(served)):
        answer = served.call(index, [value, "", "", "", "", "", None, True, 0], f"f{i}")
        assert SECRET not in answer and "root:x:0:0" not in answer and "Traceback" not in answer, value
        assert served.outside.read_text() == SECRET, f"read and removed: {value}"
    assert {p: p.read_bytes() for p in media} == media, "what the workbench serves is still there"
    assert len(served.bench.cases()) == before
    assert not set(served.looked_up) - {"127.0.0.1", "localhost"}, "a foreign host was looked up"


def test_no_other_input_of_any_event_is_read_or_fetched_as_a_file(served: Served) -> None:
    """Gradio takes anything that looks like a file for one, in the place of a text, too."""
    looks = {"path": f"http://{CANARY}/z", "meta": {"_type": "gradio.FileData"}}
    here = {"path": str(served.outside), "meta": {"_type": "gradio.FileData"}}
    values = (looks, here, {"a": [looks]}, {"value": here})
    for dependency in served.dependencies:
        number = dependency["id"]
        given = [values[(number + j) % len(values)] for j in range(len(dependency["inputs"]))]
        assert SECRET not in served.call(number, given, f"o{number}"), number
    assert served.outside.read_text() == SECRET
    assert not set(served.looked_up) - {"127.0.0.1", "localhost"}, "a foreign host was looked up"


@pytest.mark.parametrize(
    "name",
    ["../../../../escaped.jpg", "/tmp/escaped.jpg", "..\\..\\escaped.jpg", "a/../../escaped.jpg", "\x00escaped.jpg",
     "..", "%2e%2e%2fescaped.jpg", "....//escaped.jpg", "x" * 3000 + "escaped.jpg", "CON", "<script>.jpg",
     "\u202egpj.sh"],
)  # fmt: skip
def test_the_name_of_an_upload_leads_nowhere(served: Served, name: str) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="'
        + name.encode()
        + b'"\r\n\r\nabc\r\n--b--\r\n'
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = served.http.post(served.address + "gradio_api/upload", content=body, headers=headers)
    assert "Traceback" not in answer.text
    if answer.status_code == 200:
        for path in answer.json():
            assert Path(path).resolve().is_relative_to(served.folder.resolve())
    roots = (served.folder.parent, Path(tempfile.gettempdir()), Path.cwd())
    assert not any((root / "escaped.jpg").exists() for root in roots)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("component_server", {"data": "/etc/passwd", "component_id": 1, "fn_name": "ls", "session_hash": "s"}),
        ("component_server", {"data": ["/"], "component_id": 5, "fn_name": "__init__", "session_hash": "s"}),
        ("process_recording", {}), ("vibe-edit", {"prompt": "x"}), ("undo-vibe-edit", {}), ("vibe-code", {"code": "x"}),
        ("vibe-starter-queries", {}), ("run-history/connect", {}), ("stream/none", {"data": []}),
        ("run/upload", {"data": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]}),
        ("call/upload", {"data": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]}),
        ("queue/join", {"data": [], "fn_index": -1, "session_hash": "s"}), ("queue/join", {"fn_index": "x"}),
        ("queue/join", []), ("cancel", {"session_hash": "s", "fn_index": 0, "event_id": "../../x"}),
    ],
)  # fmt: skip
def test_the_other_doors_of_gradio_are_shut(served: Served, path: str, body: object) -> None:
    # a connection of its own: the server closes that of a call that ended in an error of Gradio's own
    answer = httpx.post(f"{served.address}gradio_api/{path}", json=body, timeout=30)
    assert SECRET not in answer.text and "root:x:0:0" not in answer.text and "Traceback" not in answer.text


def test_an_upload_is_read_once_and_only_from_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    inside, outside = folder / "a.jpg", tmp_path / "b.jpg"
    inside.write_bytes(b"abc")
    outside.write_bytes(b"xyz")
    (folder / "link.jpg").symlink_to(outside)
    (folder / "sub").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    assert uploads.taken(str(inside)) == b"abc" and not inside.exists()
    for wrong in (
        inside,
        outside,
        folder / "link.jpg",
        folder / "sub" / "b.jpg",
        folder / "pipe",
        folder,
        "",
        "a\x00b",
    ):
        with pytest.raises(PhotoRefused, match="not uploaded here"):
            uploads.taken(str(wrong))
    assert outside.read_bytes() == b"xyz"


def test_what_the_pages_config_tells_names_no_path_of_the_machine(served: Served) -> None:
    told = json.dumps(served.http.get(served.address + "config").json())
    assert str(served.bench.media_dir.parent) not in told and str(Path.home()) not in told
