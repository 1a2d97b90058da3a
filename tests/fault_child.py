"""The processes that `test_case_faults.py` kills: they analyse and override without end and say what was acknowledged.

Each line that comes in starts one: archive, state folder, seed, case id or "". A line is printed after a call has
returned, never before.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
import traceback
from pathlib import Path

import pytest
from conftest import QUERIES

from newsctx import ocr, profiles
from newsctx.encoders.sentence import SentenceEncoder
from newsctx.errors import ModelUnavailable
from newsctx.models import Models, load
from newsctx.pipeline import gazetteer
from newsctx.workbench import Workbench

EVENTS = ("paris-flood", "kyoto-fire", "istanbul-ferry")
ARTICLES = [f"{event}-{n}" for event in EVENTS for n in (1, 2)]


def light_models() -> Models:
    """A profile without its encoders and OCR, which take most of a start: the stages run, with fewer channels."""

    def missing(*_: object) -> None:
        raise ModelUnavailable("left out: these runs are about the store")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profiles, "EMBEDDED", Path("none"))
        patch.setattr(SentenceEncoder, "load", missing)
        patch.setattr(ocr, "load_reader", missing)
        patch.setattr(profiles, "_CACHE", profiles.ModelCache())
        return load()


def say(what: str, value: object = "") -> None:
    print(json.dumps([what, value]), flush=True)


def analyse(bench: Workbench, case_id: str) -> None:
    for _ in bench.run(case_id, "child"):
        pass


def change(bench: Workbench, case_id: str, draw: random.Random, step: str) -> None:
    """One change, and the word that it has been made."""
    article = draw.choice(ARTICLES)
    match draw.choice(["pin", "exclude", "date", "undo", "redo", "rename", "tag", "run", "cancel", "other"]):
        case "pin":
            action = {"action": "pin", "article_id": article, "reason": f"step {step}"}
        case "exclude":
            action = {"action": "exclude", "article_id": article, "on": draw.random() < 0.5}
        case "date":
            action = {"action": "set_date", "date": f"20{draw.randrange(10, 25)}"}
        case "undo" | "redo" as what:
            can = bench.view(case_id)
            if can.can_undo if what == "undo" else can.can_redo:
                (bench.undo if what == "undo" else bench.redo)(case_id, "child")
                say(what)
            return
        case "rename":
            bench.rename(case_id, f"step {step}", "child")
            return say("renamed", f"step {step}")
        case "tag":
            bench.tag(case_id, [f"step {step}"], "child")
            return say("tagged", [f"step {step}"])
        case "run":
            threading.Thread(target=analyse, args=(bench, case_id), daemon=True).start()
            return
        case "cancel":
            return bench.cancel(case_id)
        case _:  # another case comes and goes
            other = bench.create_case(PHOTO, "other.jpg", who="child")
            bench.delete_case(other, "child")
            return say("came and went", other)
    bench.override(case_id, action, "child")
    say("override", action)


def work(archive: Path, state: Path, seed: int, case_id: str, models: Models) -> None:
    """Analyse and change until the end, which comes from outside."""
    say("pid", os.getpid())
    draw = random.Random(seed)
    bench = Workbench(archive, state, models)
    if not case_id:
        case_id = bench.create_case(PHOTO, "crop.jpg", who="child")
    say("case", case_id)
    threading.Thread(target=analyse, args=(bench, case_id), daemon=True).start()
    for step in range(10**9):
        change(bench, case_id, draw, f"{seed}.{step}")  # never the same value twice: that would be no change
        time.sleep(draw.random() * 0.1)


def main() -> None:
    """Load what takes long once, then be a process of its own for every line that comes in."""
    models = light_models()
    gazetteer()
    say("loaded")
    for line in sys.stdin:
        archive, state, seed, case_id = json.loads(line)
        pid = os.fork()  # no thread has been started yet
        if not pid:
            try:
                work(Path(archive), Path(state), seed, case_id, models)
            finally:
                traceback.print_exc()
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        print(flush=True)  # what the dead one wrote last may be torn
        say("ended", os.waitstatus_to_exitcode(status))


PHOTO = (QUERIES / "q02-paris-crop.jpg").read_bytes()
if __name__ == "__main__":
    main()
