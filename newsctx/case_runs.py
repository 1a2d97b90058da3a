"""The runs of a case: when, how many overrides it had, and the document of the last ones, for comparison."""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from collections.abc import Callable
from typing import Any

from newsctx import audit
from newsctx.cache import digest
from newsctx.case_db import CaseDb, now
from newsctx.case_records import RunState, RunSummary
from newsctx.document import Document
from newsctx.errors import CaseNotFound
from newsctx.records import STAGES, StageName

_FIELDS = "run_id, case_id, number, started, ended, state, overrides, summary, document IS NOT NULL"


class Runs:
    """The table of runs; every change is in the trail of its case."""

    def __init__(self, db: CaseDb, kept: int) -> None:
        """`kept`: runs of a case whose document stays."""
        self._db, self._kept = db, kept

    def begin(self, case_id: str, overrides: int, who: str) -> str:
        """A run starts; returns its id. A case that was deleted meanwhile has none: ""."""
        run_id = secrets.token_urlsafe(9)
        with self._db.transaction():
            if not self._db.execute("SELECT 1 FROM cases WHERE case_id = ?", [case_id]):
                return ""
            ((number,),) = self._db.execute(
                "SELECT coalesce(max(number), 0) + 1 FROM runs WHERE case_id = ?", [case_id]
            )
            self._db.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, '', 'running', ?, ?, NULL)",
                [run_id, case_id, number, now(), overrides, json.dumps({"who": who})],
            )
            detail = {"run_id": run_id, "number": number, "overrides": overrides}
            audit.write(self._db.execute, case_id, "run_started", who, detail)
        return run_id

    def end(
        self, run_id: str, state: RunState, document: Document | None, keys: dict[str, str],
        also: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """A run has ended; `document` is what it came to, `keys` those of its stages.

        also: what else is written in the same transaction.
        """
        text = document.to_json(indent=None).encode() if document else b""  # all this before pages have to wait
        packed = zlib.compress(text) if document else None
        sealed = {"document": hashlib.sha256(text).hexdigest()} if document else {}
        more, came_to = _summary(document), _came_to(document, keys)
        with self._db.transaction():
            also()
            rows = self._db.execute("SELECT case_id, number, summary FROM runs WHERE run_id = ?", [run_id])
            if not rows:  # the case was deleted meanwhile
                return
            case_id, number, summary = rows[0]
            detail = {"run_id": run_id, "number": number, "state": state}
            who = json.loads(summary).get("who", "")
            self._db.execute(
                "UPDATE runs SET ended = ?, state = ?, summary = ?, document = ? WHERE run_id = ?",
                [now(), state, json.dumps(more | {"who": who}), packed, run_id],
            )
            self._db.execute(
                "UPDATE runs SET document = NULL WHERE case_id = ? AND document IS NOT NULL AND number <= "
                "(SELECT max(number) FROM runs WHERE case_id = ?) - ?",
                [case_id, case_id, self._kept],
            )
            audit.write(self._db.execute, case_id, "run_ended", who, detail | came_to | sealed)

    def interrupt(self) -> None:
        """Mark the runs that the process before ended in; called when the store is opened."""
        for (run_id,) in self._db.execute("SELECT run_id FROM runs WHERE state = 'running' ORDER BY started, run_id"):
            self.end(run_id, "interrupted", None, {})

    def digests(self, case_id: str) -> dict[str, str]:
        """Run id -> SHA-256 of its document as it is stored, for those that are kept; "" for one that is damaged."""
        rows = self._db.execute(
            "SELECT run_id, document FROM runs WHERE case_id = ? AND document IS NOT NULL ORDER BY number", [case_id]
        )
        return {run_id: _sealed(packed) for run_id, packed in rows}

    def of(self, case_id: str) -> tuple[RunSummary, ...]:
        """Every run of a case, newest first."""
        rows = self._db.execute(f"SELECT {_FIELDS} FROM runs WHERE case_id = ? ORDER BY number DESC", [case_id])
        return tuple(_run(row) for row in rows)

    def newest(self, case_id: str) -> RunSummary | None:
        rows = self._db.execute(f"SELECT {_FIELDS} FROM runs WHERE case_id = ? ORDER BY number DESC LIMIT 1", [case_id])
        return _run(rows[0]) if rows else None

    def document(self, case_id: str, run_id: str) -> Document:
        """What a run came to. Raises CaseNotFound where there is no such run or its document is no longer kept."""
        rows = self._db.execute("SELECT document FROM runs WHERE case_id = ? AND run_id = ?", [case_id, run_id])
        if not rows or rows[0][0] is None:
            why = "no run of the case has this id" if not rows else "it ended early, or newer runs have taken its place"
            raise CaseNotFound(
                f"The document of run {run_id[:40]!r} is not kept: {why}. The last {self._kept} runs are "
                "(setting cases.kept_runs); choose another run."
            )
        return Document.model_validate_json(zlib.decompress(rows[0][0]))


def _sealed(packed: bytes) -> str:
    try:
        return hashlib.sha256(zlib.decompress(packed)).hexdigest()
    except zlib.error:
        return ""


def _run(row: tuple[Any, ...]) -> RunSummary:
    run_id, case_id, number, started, ended, state, overrides, summary, kept = row
    return RunSummary(
        run_id=run_id, case_id=case_id, number=number, started=started, ended=ended, state=state, overrides=overrides,
        kept=kept, **json.loads(summary),
    )  # fmt: skip


def _summary(document: Document | None) -> dict[str, Any]:
    if document is None:
        return {}
    return {
        "computed": computed(document),
        "seconds": round(sum(s.seconds or 0.0 for s in document.status if s.state == "fresh" and not s.cached), 3),
        "note": next((f"{s.name}: {s.note}" for s in document.status if s.state == "failed"), ""),
        "profile": document.archive.profile,
        "archive_version": document.archive.version,
    }


def computed(document: Document) -> list[StageName]:
    """The stages that were computed, not read from the cache."""
    return [s.name for s in document.status if s.state == "fresh" and not s.cached]


def _came_to(document: Document | None, keys: dict[str, str]) -> dict[str, Any]:
    """What the trail says of a run's end."""
    if document is None:
        return {}
    return {
        "computed": computed(document),
        "seconds": {s.name: round(s.seconds or 0.0, 3) for s in document.status if s.state == "fresh"},
        "failed": {s.name: s.note for s in document.status if s.state == "failed"},
        "keys": keys,
        "results": result_digests(document),
        "models": {m.slot: m.digest or m.name or m.unavailable for m in document.models},
        "archive": document.archive.version,
        "newsctx": document.version,
    }


def result_digests(document: Document) -> dict[str, str]:
    """Stage -> SHA-256 of its result, for those that are there; times are left out, they differ from run to run."""
    return {name: digest(result) for name, result in results(document).items()}


def results(document: Document) -> dict[StageName, Any]:
    """Stage -> its result in JSON form without times, for those that are there and fresh."""
    fresh = {s.name for s in document.status if s.state == "fresh"}
    whole = document.model_dump(mode="json", by_alias=True)
    stages = whole["stages"]
    found = {
        name: {"chunks": stages["chunks"], "selection": stages["chunk_selection"]}
        if name == "chunks"
        else whole[name] if name in ("photo", "context", "caption") else stages[name]
        for name in STAGES
        if name in fresh
    }  # fmt: skip
    return {name: _timeless(result) for name, result in found.items()}


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _timeless(v) for k, v in value.items() if k != "seconds"}
    return [_timeless(v) for v in value] if isinstance(value, list) else value
