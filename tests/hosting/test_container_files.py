"""The container's files, read as they stand: no rights, no moving targets, only files that exist."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".container"


def instructions() -> list[tuple[str, str]]:
    """(INSTRUCTION, its arguments on one line) of the Dockerfile."""
    text = "\n".join(line for line in (FOLDER / "Dockerfile").read_text().splitlines() if not line.startswith("#"))
    lines = [" ".join(line.split()) for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def of(name: str) -> list[str]:
    return [rest for word, rest in instructions() if word == name]


def last_stage() -> list[tuple[str, str]]:
    found = instructions()
    start = max(i for i, (word, _) in enumerate(found) if word == "FROM")
    return found[start:]


def test_every_base_has_a_version_and_the_python_that_is_tested():
    (python,) = [rest.partition("=")[2] for rest in of("ARG") if rest.startswith("PYTHON=")]
    for base in of("FROM"):
        image = base.split()[0].replace("${PYTHON}", python)
        assert re.fullmatch(r"python:3\.12-slim-[a-z]+", image), image
    assert "latest" not in (FOLDER / "Dockerfile").read_text()


def test_it_runs_without_rights_and_keeps_its_data_in_a_volume():
    users = [rest for word, rest in last_stage() if word == "USER"]
    assert len(users) == 1 and users[0].isdecimal() and int(users[0]) >= 1000, (
        "a number: Kubernetes can see it is not 0"
    )
    after = last_stage()[[word for word, _ in last_stage()].index("USER") :]
    assert not [rest for word, rest in after if word in ("RUN", "COPY")], "nothing of the program belongs to that user"
    assert f"useradd --uid {users[0]}" in " ".join(of("RUN")) and of("VOLUME") == ["/data"]
    environment = dict(part.split("=", 1) for part in " ".join(of("ENV")).split())
    assert environment["NEWSCTX_STATE"].startswith("/data/") and environment["HF_HOME"].startswith("/data/")
    for name in ("HOME", "XDG_CACHE_HOME", "GRADIO_TEMP_DIR"):
        assert environment[name].startswith("/tmp"), "the rest of the file system may be read-only"


def test_it_asks_for_accounts_and_gets_its_signals_itself():
    (entry,), (arguments,) = of("ENTRYPOINT"), of("CMD")
    entry, arguments = json.loads(entry), json.loads(arguments)  # exec form: no shell stands before the program
    assert entry[:2] == ["python", "app.py"] and entry[-2:] == ["--host", "0.0.0.0"]
    assert arguments == ["--auth", "/data/users.json"]
    from newsctx.ui import launch

    parser = argparse.ArgumentParser()
    launch.add_arguments(parser)
    parser.parse_args([*entry[2:], *arguments])  # options that there are
    parser.parse_args([*entry[2:], "--guests"])
    assert of("EXPOSE") == ["7860"]


def test_it_copies_only_what_is_there_and_what_the_builder_is_sent():
    lines = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines, "all but what is named stays here"
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    for rest in of("COPY"):
        if rest.startswith("--from="):
            continue
        *sources, _ = rest.split()
        for source in sources:
            assert (ROOT / source).exists() and source in sent, source
            if tracked:
                assert any(t == source or t.startswith(f"{source}/") for t in tracked), (
                    f"{source} is not in the repository"
                )
    assert {s for s in sent if not (ROOT / s).exists()} == set()


def test_what_it_installs_needs_no_compiler_and_leaves_no_cache():
    (install,) = [rest for rest in of("RUN") if "pip install" in rest]
    assert install.count("pip install") == install.count("--no-cache-dir")
    marker = re.search(r"sed -i '/\^(.*)/,\$d'", install)[1]
    before, found, after = (ROOT / "requirements.txt").read_text().partition(f"\n{marker}\n")
    assert found and "gradio" in before and "pytest" in after and "pdqhash" in after
    assert not re.search(r"https?://", (FOLDER / "Dockerfile").read_text()), "no index is named"


class Answer(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self):
        self.send_response(self.status if self.path == "/health" else 404)
        self.end_headers()
        self.wfile.write(b"said")

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_says_what_the_workbench_says(status, code):
    (check,) = of("HEALTHCHECK")
    assert json.loads(check.partition("CMD ")[2]) == ["python", ".container/health.py"] and "--start-period" in check
    with HTTPServer(("127.0.0.1", 0), type("At", (Answer,), {"status": status})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/health"
        command = [sys.executable, str(FOLDER / "health.py"), address]
        told = subprocess.run(command, env={"http_proxy": "http://127.0.0.1:9"}, capture_output=True, text=True)
        server.shutdown()
    assert told.returncode == code and (not code or "503" in told.stdout)
    gone = subprocess.run(command, capture_output=True, text=True)
    assert gone.returncode == 1 and "refused" in gone.stdout and "Traceback" not in gone.stderr
