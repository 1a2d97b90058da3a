"""Long work in its own thread: it goes on when the page goes away, and writes each stage to the case store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import copy_context

from newsctx.case_records import RunState
from newsctx.cases import CaseStore
from newsctx.document import Document, Stages
from newsctx.pipeline import Pipeline, Request
from newsctx.records import STAGES, Caption, StageName, StageStatus
from newsctx.turns import Turns

_SAVE_EVERY = 0.25  # seconds: writing a document takes longer than some stages
_SHOWING = 0.5  # seconds that pages have to show the answer before the store is kept busy with it


def state_now(status: StageStatus, stored: dict[str, str], now: dict[StageName, str], running: bool) -> StageStatus:
    """The status of a stored stage under the keys of now."""
    if status.state == "running" and not running:  # the process ended in the middle
        return status.model_copy(update={"state": "stale" if status.name in stored else "pending"})
    if status.state == "fresh" and now and stored.get(status.name) != now[status.name]:
        return status.model_copy(update={"state": "stale"})
    return status


class Worker(threading.Thread):
    """One analysis in its own thread; pages wait for its news."""

    def __init__(
        self, cases: CaseStore, case_id: str, pipeline: Pipeline, request: Request, before: Worker | None = None,
        who: str = "", turns: Sequence[tuple[Turns, str]] = (),
    ) -> None:  # fmt: skip
        """`before`: the case's worker until now; stopped and waited for, so that it cannot write over this one.
        `turns`: it waits for all of these turns, one after the other, each under a name; none: it begins at once.
        """
        super().__init__(name=f"analyse-{case_id[:8]}", daemon=True)
        self.keys = pipeline.keys(request)
        self._cases, self._case_id, self._pipeline, self._request = cases, case_id, pipeline, request
        self._before, self._who, self._turns = before, who, turns
        self._context = copy_context()  # of who asks: a ZeroGPU Space counts borrowed time against that visitor
        self.place = 0  # in the queue, 1 is next; 0: it does not wait
        self.quick = False  # it recomputes after an override: what takes long gives way to it
        self.before_stage: Callable[[], None] = lambda: None  # the next stage begins when it returns
        if before:
            before.stop()
        self._news = threading.Condition()
        self._count = 0
        self._stopped = threading.Event()
        self._done = False
        self._answered: int | None = None  # the count at which everything was computed
        self._followers = self._shown = 0  # pages that wait for news, and those of them that have shown the answer
        self.latest: tuple[Document, dict[str, str]] | None = None  # the document so far, and its keys
        self._saved: tuple[Document, dict[str, str]] | None = None

    @property
    def alive(self) -> bool:
        return not self._done

    @property
    def computing(self) -> bool:
        """Whether there is more to come than the store's account of the run."""
        return not self._done and self._answered is None

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    @property
    def awaited(self) -> bool:
        """Whether a page follows it."""
        return self._followers > 0

    def stop(self) -> None:
        self._stopped.set()
        with self._news:
            self._news.notify_all()

    def run(self) -> None:
        """Analyse and store; called by `start`."""
        self._context.run(self._in_turn)

    def _in_turn(self) -> None:
        if self._before:
            self._before.join()
            self._before = None
        with ExitStack() as taken:
            for turns, name in self._turns:
                taken.enter_context(turns.take(name, self._stopped.is_set, self._moved))
            self._work()

    def _moved(self, place: int) -> None:
        self.place = place
        self._tell()

    def _work(self) -> None:
        try:
            run_id = self._cases.begin_run(self._case_id, len(self._request.overrides), self._who)
            try:
                document, keys = self._analyse()
            except BaseException:
                self._cases.end_run(run_id, "failed", None, {})
                raise
            self._answer()
            failed = document and any(s.state == "failed" for s in document.status)
            state: RunState = "failed" if failed else "done" if "caption" in keys else "cancelled"
            self._cases.end_run(run_id, state, document, keys, self._save)
        finally:
            if not self._cases.shows(self._request.sha256):  # deleted meanwhile
                self._pipeline.cache.forget(self._request.sha256)
            self._done = True
            self._tell()

    def _analyse(self) -> tuple[Document | None, dict[str, str]]:
        """Store each stage as it ends; what this run came to, and the keys of the stages that it has ended.

        Stages that end within a moment are stored together: a kill loses none, the stage cache has each of them.
        """
        stored = self._cases.document(self._case_id)
        before, old_keys = stored if stored else (None, {})
        document, keys, saved = None, {}, time.monotonic()
        for document in self._pipeline.analyse(self._request, self._ask):
            if self._stopped.is_set():
                break  # a newer run owns the case now, or the analyst cancelled: the cache keeps what is done
            keys = {s.name: self.keys[s.name] for s in document.status if s.state == "fresh"}
            whole = fill_in(document, before)
            self.latest = (whole, dict(old_keys) | keys)
            if time.monotonic() - saved >= _SAVE_EVERY:
                self._save()
                saved = time.monotonic()
            if "caption" in keys and whole.caption and whole.caption.text:
                self._cases.add_caption(self._case_id, whole.caption)
            self._tell()
        return document, keys

    def _ask(self) -> bool:
        """Before each stage: whether it is not to begin."""
        self.before_stage()
        return self._stopped.is_set()

    def _answer(self) -> None:
        """Pages are told that everything is computed, and show it before the store writes its account of the run.

        Nothing acknowledged is at stake: the override was committed before, each result is in the stage cache, and a
        run that a kill keeps from its end is marked and goes on.
        """
        if self._stopped.is_set():
            return
        with self._news:
            self._count += 1
            self._answered = self._count
            self._news.notify_all()
            self._news.wait_for(lambda: self._shown >= self._followers or self._stopped.is_set(), _SHOWING)

    def _save(self) -> None:
        """Write the latest document, if it is not written."""
        if self.latest and self.latest is not self._saved:
            self._cases.save_document(self._case_id, *self.latest)
            self._saved = self.latest

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Inside, a page waits for news."""
        with self._news:
            self._followers += 1
        try:
            yield
        finally:
            with self._news:
                self._followers -= 1
                self._news.notify_all()

    def _tell(self) -> None:
        with self._news:
            self._count += 1
            self._news.notify_all()

    def wait_for_news(self, seen: int, patience: float = 0.0) -> int | None:
        """Block until something changed since `seen`; returns the new count, None when the work has ended.

        patience: seconds in which nothing but the answer and the end counts as news.
        """
        with self._news:
            if seen == self._answered:
                self._shown += 1
                self._news.notify_all()
            self._news.wait_for(lambda: self._done or (self._answered or -1) > seen, patience)
            self._news.wait_for(lambda: self._count > seen or self._done)
            return None if self._done else self._count


def fill_in(document: Document, before: Document | None) -> Document:
    """Show the earlier result, marked stale, of every stage that the running analysis has not reached yet."""
    if before is None:
        return document
    earlier = {s.name: s for s in before.status}
    reached = {s.name for s in document.status if s.state == "fresh"}
    late = [n for n in STAGES if n not in reached]
    status = tuple(
        earlier[s.name].model_copy(update={"state": "stale"})
        if s.state == "pending" and earlier[s.name].state in ("fresh", "stale")
        else s
        for s in document.status
    )
    stages = {
        n: getattr(before.stages, n) for n in ("retrieve", "verify", "locate", "events", "relevance") if n in late
    }
    if "chunks" in late:
        stages |= {"chunks": before.stages.chunks, "chunk_selection": before.stages.chunk_selection}
    whole = {n: getattr(before, n) for n in ("photo", "context") if n in late}
    if "caption" in late and document.caption is None and _worth_showing(before.caption):
        whole["caption"] = before.caption
    return document.model_copy(
        update={
            **whole,
            "status": status,
            "stages": Stages.model_validate(document.stages.model_copy(update=stages)),
            "articles": before.articles | document.articles,
        }
    )


def _worth_showing(caption: Caption | None) -> bool:
    """An earlier caption that is whole; a question that has been answered, or a torn draft, is not shown again."""
    return caption is not None and not caption.draft and not caption.awaiting
