"""Many analysts at once: how long each waits, whether anything fails, and whether any override is lost.

The workbench runs as it does for users: a process of its own, its port, the profile's models. The analysts are in
another process and speak to it as browsers do (`analyst_tab`); what browsers paint is not measured. A third of the
cases is shared by two or three of them. When the server has ended, every edit that a page has shown as made is looked
for in the trails of its store.

The baseline, in the same run, is one analyst alone on the same server.
"""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import psutil

from newsctx.audit import AuditEntry
from newsctx.bench.analyst_tab import Answer, Config, Tab
from newsctx.bench.analyst_work import OVERRIDES, Analyst, Edit, Log, Photo
from newsctx.cases import CaseStore
from newsctx.errors import NewsctxError
from newsctx.settings import AnalystSettings
from newsctx.warming import READY_TO_COMPARE

READY = 180.0  # seconds that the server may take to start: models load
WARM = 900.0  # seconds that it may take to look at the archive's photographs ahead, as it does once in its life
IDLE = 1.0  # seconds that a connection is kept without use
PATTERN = (3, 2)  # analysts of a shared case, in turn
EDITS = ("override", "approved", "undo", "inputs")


@dataclass
class Usage:
    """What the server used meanwhile."""

    seconds: float = 0.0
    cpu: float = 0.0  # seconds of processor time
    peak: int = 0  # bytes of resident memory

    def text(self) -> str:
        return (
            f"{self.cpu / max(self.seconds, 1e-9):.2f} cores on average ({self.cpu:.0f} s of processor time in "
            f"{self.seconds:.0f} s), {self.peak / 1e6:.0f} MB at most"
        )


@dataclass
class AnalystsReport:
    """What one analyst and many came to."""

    analysts: int
    cases: int
    shared: int
    limit: float
    alone: Log = field(default_factory=Log)
    together: Log = field(default_factory=Log)
    alone_usage: Usage = field(default_factory=Usage)
    usage: Usage = field(default_factory=Usage)
    kept: int = 0
    lost: list[Edit] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # of the trails
    warm: bool = False  # the archive's photographs were ready to be compared before anybody came

    @property
    def errors(self) -> list[str]:
        return [*self.alone.errors, *self.together.errors, *self.problems]

    @property
    def p95(self) -> float:
        """Of an override of the many, seconds; nan: there was none."""
        return _quantile([a.last for n in OVERRIDES for a in self.together.answers.get(n, [])], 0.95)

    @property
    def failed(self) -> bool:
        """An error, a lost edit, or overrides that were slower than they may be."""
        return bool(self.errors or self.lost) or self.p95 > self.limit

    def text(self) -> str:
        """As the command prints it."""
        lines = [
            f"{self.analysts} analysts over HTTP on {self.cases} cases, {self.shared} of them shared, "
            f"for {self.usage.seconds:.0f} s; seconds from the click to the last update of the page "
            "(first: to the first):",
            f"{'':22}{'acts':>6}{'first p50':>10}{'p50':>8}{'p95':>8}{'p99':>8}{'most':>8}{'alone p50':>11}{'p95':>8}",
        ]
        names = dict.fromkeys([*self.together.answers, *self.alone.answers])
        rows = [(n, self.together.answers.get(n, []), self.alone.answers.get(n, [])) for n in names]
        rows.sort(key=lambda row: (row[0] not in OVERRIDES, row[0].startswith("("), row[0]))
        whole = [[a for n in OVERRIDES for a in log.answers.get(n, [])] for log in (self.together, self.alone)]
        for name, many, one in [("every override", *whole), *rows]:
            lines.append(_row(name, many, one))
        kept = "within" if self.p95 <= self.limit else "ABOVE"
        lines += [
            f"p95 of an override: {self.p95:.3f} s, {kept} {self.limit:g} s; for one analyst alone (baseline): "
            f"{_quantile([a.last for a in whole[1]], 0.95):.3f} s",
            f"edits acknowledged: {self.kept + len(self.lost)}, in the trails: {self.kept}, lost: {len(self.lost)}; "
            f"refused as conflicts: {self.together.refused}, of them made all the same: {self.together.again}",
            f"archived photographs ready to be compared before: {'yes' if self.warm else 'no'}",
            f"server: {self.usage.text()}; alone: {self.alone_usage.text()}",
            f"questions for news asked again after a connection broke: {self.together.broken}",
            f"errors: {len(self.errors)}",
            *(f"  {e}" for e in self.errors[:20]),
            *(f"  lost: {e}" for e in self.lost[:20]),
        ]
        return "\n".join(lines)


def _row(name: str, many: Sequence[Answer], one: Sequence[Answer]) -> str:
    last, alone = [a.last for a in many], [a.last for a in one]
    cells = [_quantile(last, q) for q in (0.5, 0.95, 0.99, 1.0)]
    return (
        f"{name:22}{len(many):6}{_quantile([a.first for a in many], 0.5):10.3f}"
        + "".join(f"{c:8.3f}" for c in cells)
        + f"{_quantile(alone, 0.5):11.3f}{_quantile(alone, 0.95):8.3f}"
    )


def _quantile(values: Sequence[float], q: float) -> float:
    """The smallest value that at least this share is not above; nan: there is none."""
    if not values:
        return float("nan")
    return float(np.quantile(np.asarray(values), q, method="higher"))


# --- the server -----------------------------------------------------------------------------------------------------


class Server:
    """The workbench in a process of its own."""

    def __init__(self, archive: Path, state: Path, profile: str, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [sys.executable, "-m", "newsctx", "app", "--archive", archive, "--state", state, "--profile", profile]
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            [*map(str, command), "--port", str(self.port)], stdout=self._log, stderr=subprocess.STDOUT
        )
        self._watched = psutil.Process(self._process.pid)
        self.address = f"http://127.0.0.1:{self.port}/"

    def ready(self, log: Path) -> Config:
        """Wait until it answers. Raises NewsctxError."""
        end = time.monotonic() + READY
        while time.monotonic() < end and self._process.poll() is None:
            try:
                found = httpx.get(self.address + "config", timeout=5)
                if found.status_code == 200:
                    return Config.of(found.json())
            except httpx.HTTPError:
                time.sleep(0.3)
        self._log.flush()
        raise NewsctxError(f"The server did not answer within {READY:.0f} s: {log.read_text(errors='replace')[-1500:]}")

    def warm(self, log: Path) -> bool:
        """Wait until the archive's photographs are ready to be compared, as they are on any day but the first."""
        end = time.monotonic() + WARM
        while time.monotonic() < end and self._process.poll() is None:
            if READY_TO_COMPARE in log.read_text(errors="replace"):
                return True
            time.sleep(0.5)
        return False

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        times = self._watched.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        return int(self._watched.memory_info().rss)

    def stop(self) -> None:
        """End it as Ctrl-C does, and wait."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()


# --- the run --------------------------------------------------------------------------------------------------------


def run(
    archive: Path, photos: Path, analysts: int, minutes: float, settings: AnalystSettings, profile: str = "embedded",
    seed: int = 0,
) -> AnalystsReport:  # fmt: skip
    """One analyst alone, then many, then what the store has kept of them."""
    with tempfile.TemporaryDirectory() as folder:
        state, log = Path(folder) / "state", Path(folder) / "server.log"
        server = Server(archive, state, profile, log)
        try:
            config = server.ready(log)
            warm = server.warm(log)
            report = asyncio.run(_work(server, config, photos, analysts, minutes, settings, seed))
        finally:
            server.stop()
        report.warm = warm
        told = log.read_text(errors="replace")
        if "Traceback" in told:
            report.problems.append("the server's log holds a traceback: " + told[told.index("Traceback") :][:1500])
        check(report, state)
    return report


async def _work(
    server: Server, config: Config, photos: Path, analysts: int, minutes: float, s: AnalystSettings, seed: int
) -> AnalystsReport:
    groups = grouped(analysts, s.shared)
    report = AnalystsReport(analysts, len(groups), sum(len(g) > 1 for g in groups), s.slowest)
    make, setup = photographs(photos), Log()
    # uvicorn closes what was idle for 5 s: a browser asks again then, here no connection is kept for so long
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=IDLE)
    async with httpx.AsyncClient(base_url=server.address, timeout=120, limits=limits) as client:

        def analyst(number: int, log: Log) -> Analyst:
            rng = random.Random(seed * 1000 + number)
            return Analyst(Tab(client, config, f"analyst {number}", rng), log, s, make, seed * 1000 + number)

        async def begin(one: Analyst, case_id: str = "") -> str:
            setup.note("open", await one.tab.load(case_id))
            if not case_id:
                setup.note("upload", await one.tab.upload(*make(one.rng)))
            return one.tab.case

        first = analyst(0, report.alone)
        await begin(first)
        before, start = server.cpu(), time.perf_counter()
        for _ in range(s.alone):
            await first.step()
        report.alone_usage = Usage(time.perf_counter() - start, server.cpu() - before, server.memory())

        people: list[Analyst] = []
        for members in groups:
            case_id = ""
            for number in members:
                one = analyst(number, report.together)
                case_id = await begin(one, case_id)
                people.append(one)
        before, start = server.cpu(), time.perf_counter()
        watched = asyncio.create_task(_sampled(server, report.usage, s.sample))
        await asyncio.gather(*(one.work(start + 60 * minutes) for one in people))
        watched.cancel()
        report.usage.seconds, report.usage.cpu = time.perf_counter() - start, server.cpu() - before
    report.problems += [f"while the cases were opened: {e}" for e in setup.errors]
    return report


async def _sampled(server: Server, usage: Usage, every: float) -> None:
    while True:
        usage.peak = max(usage.peak, server.memory())
        await asyncio.sleep(every)


def grouped(analysts: int, shared: float) -> list[list[int]]:
    """Analysts by case, numbered from 1: of each three cases (as `shared` says) one has two or three of them."""
    groups: list[list[int]] = []
    number, debt, turn = 1, 0.0, 0
    while number <= analysts:
        debt += shared
        size = 1
        if debt >= 1 - 1e-9 and number < analysts:
            size, debt, turn = PATTERN[turn % len(PATTERN)], debt - 1, turn + 1
        groups.append(list(range(number, min(number + size, analysts + 1))))
        number += size
    return groups


def photographs(folder: Path) -> Photo:
    """A cut of a random photograph of the folder, so that no two uploads are the same file."""
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not files:
        raise NewsctxError(f"{folder} holds no photographs (.jpg, .jpeg, .png). Name another folder with --photos.")

    def make(rng: random.Random) -> tuple[bytes, str]:
        path = rng.choice(files)
        pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        h, w = pixels.shape[:2]
        top, left = rng.randrange(max(1, h // 12)), rng.randrange(max(1, w // 12))
        cut = pixels[top : h - rng.randrange(max(1, h // 12)), left : w - rng.randrange(max(1, w // 12))]
        _, data = cv2.imencode(".jpg", cut, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(80, 95)])
        return data.tobytes(), path.name

    return make


# --- what the store has kept ----------------------------------------------------------------------------------------


def check(report: AnalystsReport, state: Path) -> None:
    """Look for every acknowledged edit in the trails of the stopped server's store."""
    store = CaseStore(state, read_only=True)
    try:
        edits = [*report.alone.edits, *report.together.edits]
        by: dict[tuple[str, str], list[Edit]] = defaultdict(list)
        for edit in edits:
            by[edit.case, edit.who].append(edit)
        for (case_id, who), made in by.items():
            lost = missing(made, [e for e in store.trail(case_id) if e.who == who and e.what in EDITS])
            report.lost += lost
            report.kept += len(made) - len(lost)
        for case_id in sorted({e.case for e in edits}):
            report.problems += [str(p) for p in store.verify(case_id)]
    finally:
        store.close()


def missing(edits: Sequence[Edit], entries: Sequence[AuditEntry]) -> list[Edit]:
    """The edits that no entry tells, in the order in which they were made."""
    lost, at = [], 0
    for edit in edits:
        found = next((i for i in range(at, len(entries)) if _tells(entries[i], edit)), None)
        if found is None:
            lost.append(edit)
        else:
            at = found + 1
    return lost


def _tells(entry: AuditEntry, edit: Edit) -> bool:
    held: dict[str, Any] = entry.detail.get("override") or entry.after.get("inputs") or {}
    return entry.what == edit.what and all(held.get(k) == v for k, v in edit.says.items())
