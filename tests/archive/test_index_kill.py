"""An index run killed (SIGKILL) at any moment: the next one ends with the index of a run that was never killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from toy_index import TOPICS, MemoryStore, Slots, TopicEncoder, article

from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index

COUNT = 700  # articles: four pages, three parts of vectors and more


def world() -> MemoryStore:
    draw = np.random.default_rng(0)
    words = [" ".join(TOPICS[i] for i in draw.integers(0, len(TOPICS), 3)) + f" n{n}" for n in range(COUNT)]
    return MemoryStore([article(f"a{n:03d}", text) for n, text in enumerate(words)])


class Killer(TopicEncoder):
    """Kills its own process at the n-th batch."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def encode(self, texts: list[str]) -> np.ndarray:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, moment: str) -> None:
    """Run in a process of its own: build and die at the moment."""
    from newsctx.archive import index_build, words

    encoder = Killer(int(moment) if moment.isdecimal() else 10**9)
    if moment == "words":
        words.WordsPart.save = staticmethod(die)
    elif moment == "rename":
        Path.rename = die  # type: ignore[method-assign]
    elif moment == "manifest":
        index_build.write_beside = die
    index_build.build_index(world(), Slots(encoder), folder)


def files(folder: Path) -> dict[str, bytes]:
    """What readers see: manifest and parts; not the store of vectors nor the lock."""
    index = folder / "index"
    inside = (
        p for p in sorted(index.rglob("*")) if p.is_file() and p.relative_to(index).parts[0] not in ("vectors", ".lock")
    )
    return {p.relative_to(index).as_posix(): p.read_bytes() for p in inside}


@pytest.mark.parametrize("moment", ["0", "9", "17", "words", "rename", "manifest"])
def test_killed_and_resumed_is_never_killed(tmp_path: Path, moment: str) -> None:
    here, whole = tmp_path / "killed", tmp_path / "whole"
    here.mkdir()
    whole.mkdir()
    paths = os.pathsep.join(str(p) for p in (Path(__file__).parents[2], Path(__file__).parents[1]))
    code = f"import test_index_kill as t; from pathlib import Path; t.main(Path({str(here)!r}), {moment!r})"
    env = os.environ | {"PYTHONPATH": paths + os.pathsep + str(Path(__file__).parent)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (here / "index" / "manifest.json").exists()  # a reader never sees half an index
    encoder = TopicEncoder()
    resumed = build_index(world(), Slots(encoder), here)
    build_index(world(), Slots(TopicEncoder()), whole)
    assert files(here) == files(whole)
    assert ArchiveIndex.open(here, "v1", Slots(encoder)).article_ids == world().ids()
    if moment not in ("0", "9"):  # 17 batches are more than one stored part: what it holds is not computed again
        assert resumed.computed.get("texts", 0) < COUNT
