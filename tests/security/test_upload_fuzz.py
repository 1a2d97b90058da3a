"""Mutated photographs through the real upload: each is refused or analysed, in bounded time and memory.

`NEWSCTX_FUZZ=1000` looks at so many; by default it is a sample that every kind of harm and every format is part of.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import QUERIES
from photo_mutants import FORMATS, HARMS, Mutant, mutants

pytest.importorskip("pillow_heif", reason="pillow-heif is not installed")
COUNT = int(os.environ.get("NEWSCTX_FUZZ", "75"))
MAX_PIXELS = 24_000_000  # photo.max_pixels of these runs: a usual camera's
#: `imaging.decode` promises 13 bytes a pixel at most; progressive JPEG keeps its coefficients (2 bytes x 3), too.
MOST_GROWTH = 20 * MAX_PIXELS + 120_000_000
ADDRESS_SPACE = 3_000_000_000  # bytes that the process may reserve beyond what it has when the files begin
MOST_SECONDS = 60.0  # of one file, on a busy machine


class Child:
    """A process that looks at files; it is started again where it has died."""

    def __init__(self, archive: Path, folder: Path) -> None:
        self.folder = folder
        self.deaths: list[str] = []
        self.command = [
            sys.executable, str(Path(__file__).parents[1] / "fuzz_child.py"), str(archive), str(folder / "state"),
            str(ADDRESS_SPACE), str(MAX_PIXELS),
        ]  # fmt: skip
        self.errors = (folder / "stderr").open("w+")
        self._start()

    def _start(self) -> None:
        root = Path(__file__).parents[2]
        paths = os.pathsep.join((str(root), str(root / "tests")))
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"},
        )  # fmt: skip
        self._say(str(QUERIES / "q02-paris-crop.jpg"))
        ready = self._hear(120)
        assert ready and ready["ready"], self.said_aloud()

    def _say(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _hear(self, seconds: float) -> dict | None:
        """The next answer; None where none came in time, or the process has ended."""
        assert self.process.stdout
        with selectors.DefaultSelector() as wait:
            wait.register(self.process.stdout, selectors.EVENT_READ)
            if not wait.select(seconds):
                self.process.kill()
                return None
        line = self.process.stdout.readline()
        while line and not line.startswith("{"):
            line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def look(self, path: Path, name: str, depth: str) -> dict:
        self._say(json.dumps([str(path), name, depth]))
        answer = self._hear(MOST_SECONDS)
        if answer is None:
            code = self.process.wait()
            answer = {"became": f"the process ended ({code})", "trouble": self.said_aloud(), "seconds": 0, "grew": 0,
                      "held": 0, "logged": []}  # fmt: skip
            self._start()
        return answer

    def said_aloud(self) -> str:
        self.errors.flush()
        return (self.folder / "stderr").read_text(errors="replace")[-3000:]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.errors.close()


@pytest.fixture(scope="module")
def child(demo_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    child = Child(demo_archive, tmp_path_factory.mktemp("fuzz"))
    yield child
    child.end()


def depth(i: int) -> str:
    """Some are analysed to their end, some go in by the page; 7 and 9 divide neither formats nor harms evenly."""
    return "analysed" if i % 7 == 3 else "page" if i % 9 == 4 else "photo"


def test_a_mutated_photograph_is_refused_or_analysed_and_never_worse(child: Child, tmp_path: Path) -> None:
    became: Counter[str] = Counter()
    most, slowest, wrong = 0, 0.0, []
    for i, mutant in enumerate(mutants(COUNT)):
        path = tmp_path / f"{i}.bin"
        path.write_bytes(mutant.data)
        answer = child.look(path, mutant.name, depth(i))
        became[answer["became"]] += 1
        most, slowest = max(most, answer["grew"]), max(slowest, answer["seconds"])
        if bad(answer):
            wrong.append((i, mutant.format, mutant.harm, answer | {"trouble": answer["trouble"][-400:]}))
        elif path.exists():
            path.unlink()
    print(f"\n{COUNT} files: {dict(became)}; most memory of one {most / 1e6:.0f} MB, slowest {slowest:.1f} s")
    assert not wrong, "\n".join(map(str, wrong[:5]))
    assert became["refused"] and became["analysed"], "a run that finds only one of the two tests nothing"
    said = child.said_aloud()
    assert "Traceback" not in said, said


def bad(answer: dict) -> bool:
    return (
        answer["became"] not in ("refused", "analysed")
        or bool(answer["logged"])
        or answer["grew"] > MOST_GROWTH
        or answer["seconds"] > MOST_SECONDS
    )


def test_the_mutants_are_the_same_every_time_and_of_every_kind() -> None:
    def told(found: Iterator[Mutant]) -> list[tuple[str, str, int]]:
        return [(m.format, m.harm, len(m.data)) for m in found]

    count = len(FORMATS) * len(HARMS)
    first = told(mutants(count))
    assert first == told(mutants(count))
    assert {(f, h) for f, h, _ in first} == {(f, h.__name__) for f in FORMATS for h in HARMS}
