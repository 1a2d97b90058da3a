"""The case store: photographs, inputs, overrides and the latest document of every case, in one DuckDB file.

The page holds nothing but the case id; a refresh, a second tab or a restart reads the same state from here.
"""

from __future__ import annotations

import json
import secrets
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from newsctx.cache import digest, write_beside
from newsctx.document import Document
from newsctx.errors import CaseNotFound, NewsctxError
from newsctx.migrate import Migration, NewerSchema, migrate
from newsctx.overrides import Override, dump_overrides, parse_overrides
from newsctx.records import Caption, CaptionVersion, Inputs, Record

MIGRATIONS = (
    Migration(
        1,
        "cases, overrides and documents",
        """
        CREATE TABLE cases (
            case_id TEXT PRIMARY KEY, title TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
            photo_sha256 TEXT NOT NULL, filename TEXT NOT NULL, inputs TEXT NOT NULL);
        CREATE TABLE overrides (
            case_id TEXT NOT NULL, number INTEGER NOT NULL, action TEXT NOT NULL, made TEXT NOT NULL,
            PRIMARY KEY (case_id, number));
        CREATE TABLE documents (
            case_id TEXT PRIMARY KEY, document TEXT NOT NULL, keys TEXT NOT NULL);
        """,
    ),
    Migration(
        2,
        "versions of captions",
        """
        CREATE TABLE captions (
            case_id TEXT NOT NULL, number INTEGER NOT NULL, made TEXT NOT NULL, digest TEXT NOT NULL,
            caption TEXT NOT NULL, parent INTEGER, PRIMARY KEY (case_id, number), UNIQUE (case_id, digest));
        """,
    ),
)


class CaseSummary(Record):
    """One line of the case list."""

    case_id: str
    title: str
    updated: str  # ISO 8601, UTC


class Case(Record):
    """A case as it is stored."""

    case_id: str
    title: str
    created: str
    updated: str
    photo_sha256: str
    filename: str
    inputs: Inputs
    overrides: tuple[Override, ...] = ()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class CaseStore:
    """All cases of one state folder; one process writes, any of its threads may call."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.RLock()
        path = folder / "cases.duckdb"
        try:
            self._db = duckdb.connect(str(path))
            migrate(self._db, MIGRATIONS)
        except NewerSchema as error:
            raise NewsctxError(f"{path}: {error}. Use the newer newsctx, or another --state folder.") from error
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise NewsctxError(
                f"The case store {path} cannot be opened ({first}). Close the newsctx that uses it, "
                "or choose another folder with --state."
            ) from error

    def close(self) -> None:
        with self._lock:  # a page may be reading in another thread
            self._db.close()

    # --- cases ------------------------------------------------------------------------------------------------

    def create(self, data: bytes, sha256: str, filename: str, inputs: Inputs) -> str:
        """Store a photograph as a new case; returns its id, which cannot be guessed."""
        photo = self._photo_path(sha256)
        if not photo.exists():
            write_beside(photo, data)
        case_id, now = secrets.token_urlsafe(16), _now()
        self._execute(
            "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?)",
            [case_id, filename or "Untitled photograph", now, now, sha256, filename, inputs.model_dump_json()],
        )
        return case_id

    def get(self, case_id: str) -> Case:
        """Raises CaseNotFound."""
        rows = self._execute(
            "SELECT title, created, updated, photo_sha256, filename, inputs FROM cases WHERE case_id = ?", [case_id]
        )
        if not rows:
            raise CaseNotFound(
                f"No case has the address {case_id[:40]!r}. It may belong to another --state folder; open it from the "
                "list of cases, or upload the photograph again."
            )
        title, created, updated, sha256, filename, inputs = rows[0]
        actions = self._execute("SELECT action FROM overrides WHERE case_id = ? ORDER BY number", [case_id])
        return Case(
            case_id=case_id, title=title, created=created, updated=updated, photo_sha256=sha256, filename=filename,
            inputs=Inputs.model_validate_json(inputs),
            overrides=parse_overrides("[" + ",".join(a for (a,) in actions) + "]"),
        )  # fmt: skip

    def photo(self, case: Case) -> bytes:
        """The original bytes of the case's photograph."""
        return self._photo_path(case.photo_sha256).read_bytes()

    def recent(self, limit: int = 20) -> tuple[CaseSummary, ...]:
        rows = self._execute(
            "SELECT case_id, title, updated FROM cases ORDER BY updated DESC, case_id LIMIT ?", [limit]
        )
        return tuple(CaseSummary(case_id=c, title=t, updated=u) for c, t, u in rows)

    def set_inputs(self, case_id: str, inputs: Inputs) -> None:
        self._execute(
            "UPDATE cases SET inputs = ?, updated = ? WHERE case_id = ?", [inputs.model_dump_json(), _now(), case_id]
        )

    # --- overrides --------------------------------------------------------------------------------------------

    def append(self, case_id: str, override: Override, who: str = "") -> None:
        """Add an override to the end of the case's list."""
        action = dump_overrides([override])[1:-1]
        with self._lock:
            self._execute(
                "INSERT INTO overrides SELECT ?, coalesce(max(number), 0) + 1, ?, ? FROM overrides WHERE case_id = ?",
                [case_id, action, _now(), case_id],
            )
            self._touch(case_id)

    def undo(self, case_id: str, who: str = "") -> None:
        """Take the last override back; nothing happens where there is none."""
        with self._lock:
            self._execute(
                "DELETE FROM overrides WHERE case_id = ? "
                "AND number = (SELECT max(number) FROM overrides WHERE case_id = ?)",
                [case_id, case_id],
            )
            self._touch(case_id)

    def redo(self, case_id: str, who: str = "") -> None:
        """Put back the override that was taken back last; nothing happens where there is none."""
        raise NotImplementedError

    # --- documents --------------------------------------------------------------------------------------------

    def save_document(self, case_id: str, document: Document, keys: dict[str, str]) -> None:
        """Keep the latest document and the stage keys it was computed under."""
        self._execute(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)",
            [case_id, document.to_json(indent=None), json.dumps(keys)],
        )

    def document(self, case_id: str) -> tuple[Document, dict[str, str]] | None:
        """The latest document and its stage keys, or None before the first run."""
        rows = self._execute("SELECT document, keys FROM documents WHERE case_id = ?", [case_id])
        if not rows:
            return None
        text, keys = rows[0]
        return Document.model_validate_json(text), json.loads(keys)

    # --- captions ---------------------------------------------------------------------------------------------

    def add_caption(self, case_id: str, caption: Caption) -> None:
        """Keep a caption as the case's newest version; one that it has had already stays where it is.

        Two are the same where text, writer, citations and what was sent are; of the analyst's own, where the words are.
        The wording of an analyst follows the newest version of a writer.
        """
        rests = [] if caption.kind == "edited" else [(s.chunk_ids, s.metadata_ids) for s in caption.sentences]
        sent = [(p.step, p.template, p.text) for p in caption.sent]
        seen = digest(caption.text, caption.kind, caption.writer, sent, rests)
        with self._lock:
            known = "SELECT number FROM captions WHERE case_id = ? AND digest = ?"
            if self._execute(known, [case_id, seen]):
                return
            written = [v.number for v in self.captions(case_id) if v.caption.kind != "edited"]
            parent = max(written, default=None) if caption.kind == "edited" else None
            self._execute(
                "INSERT INTO captions SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ? FROM captions "
                "WHERE case_id = ?",
                [case_id, _now(), seen, caption.model_dump_json(), parent, case_id],
            )

    def captions(self, case_id: str) -> tuple[CaptionVersion, ...]:
        """Every version, oldest first."""
        rows = self._execute(
            "SELECT number, made, caption, parent FROM captions WHERE case_id = ? ORDER BY number", [case_id]
        )
        return tuple(
            CaptionVersion(number=n, made=made, caption=Caption.model_validate_json(text), parent=parent)
            for n, made, text, parent in rows
        )

    # --- inside -----------------------------------------------------------------------------------------------

    def _touch(self, case_id: str) -> None:
        self._execute("UPDATE cases SET updated = ? WHERE case_id = ?", [_now(), case_id])

    def _photo_path(self, sha256: str) -> Path:
        return self.folder / "photos" / sha256[:2] / sha256

    def _execute(self, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()
