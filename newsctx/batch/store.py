"""Batches in the case store: what waits, what came of it, and the photographs of uploads until they have a case.

A photograph's case is made in the transaction that says so in its row: whenever the process is killed, a photograph
has one case or none, never two.
"""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from newsctx.batch.records import Batch, BatchItem, BatchState, Entry, ItemState, Outcome
from newsctx.cache import write_beside
from newsctx.case_core import CaseCore, named
from newsctx.case_db import new_id, now
from newsctx.case_words import TAG, TITLE, line
from newsctx.errors import BatchError, BatchNotFound
from newsctx.records import Inputs
from newsctx.settings import CaseSettings

_BATCH = "batch_id, title, owner, who, made, source, archive, state, note"
_ITEM = (
    "i.batch_id, i.number, i.name, i.inputs, i.case_id, i.title, i.state, i.error, i.started, i.ended, i.seconds, "
    "i.attempts, i.outcome, c.title, c.status, c.place, c.happened, c.caption"
)
#: With its case as it stands, where whoever owns the batch may read that: a case that was given away is another's.
_JOIN = (
    "FROM batch_items i JOIN batches b ON b.batch_id = i.batch_id "
    "LEFT JOIN shares s ON s.case_id = i.case_id AND s.name = b.owner "
    "LEFT JOIN cases c ON c.case_id = i.case_id AND (b.owner = '' OR c.owner = b.owner OR s.name IS NOT NULL)"
)
_UNLISTED = "Taken out: the list has no such row any more."


class CaseBatches(CaseCore):
    """Batches; a part of the case store."""

    def create(self, data: bytes, sha256: str, filename: str, inputs: Inputs, who: str = "", owner: str = "") -> str:
        raise NotImplementedError("newsctx.cases does it")

    def rename(self, case_id: str, title: str, who: str = "") -> None:
        raise NotImplementedError("newsctx.cases does it")

    def set_tags(self, case_id: str, tags: tuple[str, ...], who: str = "") -> None:
        raise NotImplementedError("newsctx.cases does it")

    def __init__(self, folder: Path, settings: CaseSettings | None = None, read_only: bool = False) -> None:
        super().__init__(folder, settings, read_only)
        if not read_only:
            self._rest_batches()

    def _rest_batches(self) -> None:
        """When the store is opened: what the last process ended in goes on from its row, or waits to be resumed."""
        with self._db.transaction():
            self._execute("UPDATE batch_items SET state = 'waiting' WHERE state = 'running'")
            self._execute("UPDATE batches SET state = 'interrupted' WHERE state = 'running'")
        for path in self.folder.glob("queue/[0-9a-f][0-9a-f]/*"):
            if path.name.startswith(".writing-") or not self._queued(path.name):
                path.unlink(missing_ok=True)

    # --- making one -------------------------------------------------------------------------------------------

    def create_batch(self, title: str, who: str = "", owner: str = "", source: str = "") -> str:
        """An empty batch; returns its id, which cannot be guessed. Raises CaseError for a title that is too long."""
        batch_id = new_id()
        title = line(title, "title", TITLE) or f"Batch of {now()[:10]}"
        self._execute(
            f"INSERT INTO batches ({_BATCH}) VALUES (?, ?, ?, ?, ?, ?, '', 'new', '')",
            [batch_id, title, owner, named(who), now(), source],
        )
        return batch_id

    def of_source(self, source: str) -> str:
        """The newest batch that the command line made of this source; empty: none."""
        rows = self._execute(
            "SELECT batch_id FROM batches WHERE source = ? ORDER BY made DESC, batch_id LIMIT 1", [source]
        )
        return str(rows[0][0]) if rows else ""

    def add_entries(self, batch_id: str, entries: Iterable[Entry], by_name: bool = False) -> int:
        """Photographs that lie in files; those that the batch has already are left out. How many came in.

        by_name: a name stands for one photograph, whatever its note and claim; else rows of a list may share one, and a
        row that waits and is not in the list any more is taken out: corrected, it would have two cases.
        """
        with self._db.transaction():
            self.batch(batch_id)
            rows = self._execute(
                "SELECT name, inputs, title, tags FROM batch_items WHERE batch_id = ? ORDER BY number", [batch_id]
            )
            known, number = {row[:1] if by_name else tuple(row) for row in rows}, len(rows)
            values, listed = [], set()
            for entry in entries:
                key = (entry.name, entry.inputs.model_dump_json(), entry.title, json.dumps(entry.tags))
                seen = key[:1] if by_name else key
                listed.add(key)
                if seen not in known:
                    known.add(seen)
                    number += 1
                    values.append([batch_id, number, entry.name, str(entry.path or ""), "", *key[1:], "waiting", ""])
            self._insert(values)
            if not by_name:
                self._as_listed(batch_id, listed)
        return len(values)

    def _as_listed(self, batch_id: str, listed: set[tuple[str, ...]]) -> None:
        """Rows without a case wait where the list has them, and are taken out where it has them no more."""
        for number, state, *key in self._execute(
            "SELECT number, state, name, inputs, title, tags FROM batch_items "
            "WHERE batch_id = ? AND case_id = '' AND (state = 'waiting' OR error = ?) ORDER BY number",
            [batch_id, _UNLISTED],
        ):
            if state == "waiting" and tuple(key) not in listed:
                self._change_item(batch_id, number, state="cancelled", error=_UNLISTED)
            elif state == "cancelled" and tuple(key) in listed:
                self._change_item(batch_id, number, state="waiting", error="")

    def add_photo(
        self, batch_id: str, entry: Entry, data: bytes, error: str = ""
    ) -> int:  # fmt: skip
        """An uploaded photograph, kept until it has a case; with an error it is told and not kept. Its number."""
        sha256 = hashlib.sha256(data).hexdigest()
        with self._db.transaction():
            self.batch(batch_id)
            if not error and not self._queue_path(sha256).exists():
                write_beside(self._queue_path(sha256), data)
            ((number,),) = self._execute(
                "SELECT coalesce(max(number), 0) + 1 FROM batch_items WHERE batch_id = ?", [batch_id]
            )
            state = "failed" if error else "waiting"
            given = [entry.inputs.model_dump_json(), entry.title, json.dumps(entry.tags)]
            self._insert([[batch_id, number, entry.name, "", sha256, *given, state, error]])
        return int(number)

    def _insert(self, rows: list[list[Any]]) -> None:
        for row in rows:
            self._execute(
                "INSERT INTO batch_items (batch_id, number, name, path, sha256, inputs, title, tags, state, error, "
                "case_id, started, ended, seconds, attempts, outcome) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', 0, 0, '')",
                row,
            )

    def describe_batch(self, batch_id: str, title: str, inputs: Inputs) -> None:
        """Before a batch begins: its title, and the note and claim of every photograph that has none of its own."""
        title = line(title, "title", TITLE)
        with self._db.transaction():
            if self.batch(batch_id).state != "new":
                raise BatchError("The batch has begun: its title, note and claim stand. Make another one.")
            if title:
                self._execute("UPDATE batches SET title = ? WHERE batch_id = ?", [title, batch_id])
            for number, text in self._execute(
                "SELECT number, inputs FROM batch_items WHERE batch_id = ? ORDER BY number", [batch_id]
            ):
                own = Inputs.model_validate_json(text)
                claim = inputs.claim if own.claim.empty else own.claim
                self._change_item(
                    batch_id, number, inputs=Inputs(note=own.note or inputs.note, claim=claim).model_dump_json()
                )

    # --- reading ----------------------------------------------------------------------------------------------

    def batches(self, viewer: str | None = None, limit: int = 50) -> tuple[Batch, ...]:
        """Newest first; `viewer`: those of this owner, None: all."""
        where, values = ("WHERE owner = ? AND owner <> ''", [viewer]) if viewer is not None else ("", [])
        rows = self._execute(
            f"SELECT {_BATCH} FROM batches {where} ORDER BY made DESC, batch_id LIMIT ?", [*values, max(limit, 0)]
        )
        return tuple(self._read_batch(row) for row in rows)

    def batch(self, batch_id: str) -> Batch:
        """Raises BatchNotFound."""
        rows = self._execute(f"SELECT {_BATCH} FROM batches WHERE batch_id = ?", [batch_id])
        if not rows:
            raise BatchNotFound.of(batch_id)
        return self._read_batch(rows[0])

    def _read_batch(self, row: tuple[Any, ...]) -> Batch:
        found = dict(zip((name.strip() for name in _BATCH.split(",")), row, strict=True))
        counts = dict(
            self._execute(
                "SELECT state, count(*) FROM batch_items WHERE batch_id = ? GROUP BY state ORDER BY state", [row[0]]
            )
        )
        took = self._execute(
            "SELECT seconds FROM batch_items WHERE batch_id = ? AND state = 'done' AND seconds > 0 ORDER BY number",
            [row[0]],
        )
        median = statistics.median(s for (s,) in took) if took else 0.0
        return Batch(**found, **counts, seconds=round(median, 3))

    def batch_items(
        self, batch_id: str, state: str = "", limit: int = 10**9, offset: int = 0
    ) -> tuple[BatchItem, ...]:  # fmt: skip
        """Photographs in their order; `state`: only those."""
        where, values = ("AND i.state = ?", [state]) if state else ("", [])
        rows = self._execute(
            f"SELECT {_ITEM} {_JOIN} WHERE i.batch_id = ? {where} ORDER BY i.number LIMIT ? OFFSET ?",
            [batch_id, *values, max(limit, 0), max(offset, 0)],
        )
        return tuple(_read_item(row) for row in rows)

    def batch_item(self, batch_id: str, number: int) -> BatchItem:
        """Raises BatchNotFound."""
        rows = self._execute(f"SELECT {_ITEM} {_JOIN} WHERE i.batch_id = ? AND i.number = ?", [batch_id, number])
        if not rows:
            raise BatchNotFound.of(batch_id)
        return _read_item(rows[0])

    def waiting_of(self, owner: str) -> int:
        """How many photographs of an owner wait, over all batches."""
        ((count,),) = self._execute(
            "SELECT count(*) FROM batch_items i JOIN batches b ON b.batch_id = i.batch_id "
            "WHERE b.owner = ? AND i.state = 'waiting'",
            [owner],
        )
        return int(count)

    # --- going on ---------------------------------------------------------------------------------------------

    def set_batch(self, batch_id: str, state: BatchState, note: str = "", archive: str | None = None) -> None:
        """Raises BatchNotFound."""
        with self._db.transaction():
            kept = self.batch(batch_id).archive if archive is None else archive
            self._execute(
                "UPDATE batches SET state = ?, note = ?, archive = ? WHERE batch_id = ?", [state, note, kept, batch_id]
            )

    def running_batches(self) -> tuple[str, ...]:
        """Those that go on, the oldest first."""
        rows = self._execute("SELECT batch_id FROM batches WHERE state = 'running' ORDER BY made, batch_id")
        return tuple(batch_id for (batch_id,) in rows)

    def next_item(self, batch_id: str) -> int | None:
        """Number of the first photograph that waits."""
        rows = self._execute("SELECT min(number) FROM batch_items WHERE batch_id = ? AND state = 'waiting'", [batch_id])
        return None if rows[0][0] is None else int(rows[0][0])

    def begin_item(self, batch_id: str, number: int) -> None:
        """Its turn has come."""
        with self._db.transaction():
            attempts = self.batch_item(batch_id, number).attempts + 1
            self._change_item(batch_id, number, state="running", started=now(), ended="", error="", attempts=attempts)

    def photo_of_item(self, batch_id: str, number: int) -> bytes:
        """The bytes of a photograph that has no case yet. Raises BatchError where they are gone."""
        ((path, sha256),) = self._execute(
            "SELECT path, sha256 FROM batch_items WHERE batch_id = ? AND number = ?", [batch_id, number]
        )
        try:
            return Path(path).read_bytes() if path else self._queue_path(sha256).read_bytes()
        except OSError as error:
            where, remedy = (path, "Put it back") if path else ("of the upload", "Upload it again in another batch")
            raise BatchError(
                f"The photograph {where} cannot be read: {error.strerror}. {remedy}, then retry."
            ) from error

    def make_case(self, batch_id: str, number: int, data: bytes, filename: str) -> str:
        """The case of a photograph, made once: with its row, tags and title, or not at all. Raises BatchNotFound."""
        sha256 = hashlib.sha256(data).hexdigest()
        self._announce(sha256)
        with self._db.transaction():
            batch, item = self.batch(batch_id), self.batch_item(batch_id, number)
            if item.case_id:
                return item.case_id
            case_id = self.create(data, sha256, filename, item.inputs, batch.who, batch.owner)
            ((title, tags),) = self._execute(
                "SELECT title, tags FROM batch_items WHERE batch_id = ? AND number = ?", [batch_id, number]
            )
            self.set_tags(case_id, (*json.loads(tags), batch_tag(batch.title)), batch.who)
            if title:
                self.rename(case_id, title, batch.who)
            self._change_item(batch_id, number, case_id=case_id, sha256=sha256)
        self._unqueue(sha256)
        return case_id

    def end_item(
        self, batch_id: str, number: int, state: ItemState, error: str = "", seconds: float = 0.0,
        outcome: Outcome | None = None,
    ) -> None:  # fmt: skip
        """It is done, failed, or waits again. Nothing happens where the batch was deleted meanwhile."""
        self._change_item(
            batch_id, number, state=state, error=error[:2000], ended=now(), seconds=round(seconds, 3),
            outcome=outcome.model_dump_json() if outcome else "",
        )  # fmt: skip

    def _change_item(self, batch_id: str, number: int, **new: Any) -> None:
        fields = ", ".join(f"{name} = ?" for name in new)
        self._execute(
            f"UPDATE batch_items SET {fields} WHERE batch_id = ? AND number = ?", [*new.values(), batch_id, number]
        )

    def wait_again(self, batch_id: str, states: tuple[ItemState, ...]) -> int:
        """Photographs in these states wait again; how many. One that was refused when it came is not kept."""
        with self._db.transaction():
            found = [i for i in self.batch_items(batch_id) if i.state in states and self._can_wait(batch_id, i)]
            for item in found:
                self._change_item(batch_id, item.number, state="waiting", error="")
        return len(found)

    def _can_wait(self, batch_id: str, item: BatchItem) -> bool:
        if item.case_id:
            return True
        ((path, sha256),) = self._execute(
            "SELECT path, sha256 FROM batch_items WHERE batch_id = ? AND number = ?", [batch_id, item.number]
        )
        return bool(path) or self._queue_path(sha256).exists()

    def cancel_waiting(self, batch_id: str) -> None:
        """What waits is not done; `wait_again` takes that back."""
        self._execute("UPDATE batch_items SET state = 'cancelled' WHERE batch_id = ? AND state = 'waiting'", [batch_id])

    def delete_batch(self, batch_id: str) -> None:
        """Forget a batch; its cases stay, what waited is gone. Raises BatchNotFound."""
        with self._db.lock:
            with self._db.transaction():
                self.batch(batch_id)
                kept = self._execute(
                    "SELECT DISTINCT sha256 FROM batch_items WHERE batch_id = ? AND sha256 <> '' ORDER BY sha256",
                    [batch_id],
                )
                for table in ("batches", "batch_items"):
                    self._execute(f"DELETE FROM {table} WHERE batch_id = ?", [batch_id])
            for (sha256,) in kept:
                self._unqueue(sha256)

    def delete_batches_of(self, owner: str) -> int:
        """Forget every batch of an owner, as when a visit has ended; how many there were."""
        gone = self.batches(viewer=owner, limit=10**9)
        for batch in gone:
            self.delete_batch(batch.batch_id)
        return len(gone)

    # --- photographs that wait --------------------------------------------------------------------------------

    def _queued(self, sha256: str) -> bool:
        """Whether a photograph without a case still needs its bytes."""
        return bool(
            self._execute("SELECT 1 FROM batch_items WHERE sha256 = ? AND case_id = '' AND path = '' LIMIT 1", [sha256])
        )

    def _unqueue(self, sha256: str) -> None:
        with self._db.lock:  # nobody queues the same bytes in between
            if not self._queued(sha256):
                self._queue_path(sha256).unlink(missing_ok=True)

    def _queue_path(self, sha256: str) -> Path:
        return self.folder / "queue" / sha256[:2] / sha256


def _read_item(row: tuple[Any, ...]) -> BatchItem:
    *own, title, status, place, happened, caption = row
    batch_id, number, name, inputs, case_id, wanted, state, error, started, ended, seconds, attempts, outcome = own
    found = Outcome.model_validate_json(outcome) if outcome else None
    if found and status is not None:
        now_is = {"place": place or "", "date": happened or "", "caption": first_line(caption or "")}
        if any(getattr(found, name) != value for name, value in now_is.items()):
            found = found.model_copy(
                update=now_is | {"changed": True, "confidence": "", "verdict": "", "abstained": ""}
            )
    return BatchItem(
        batch_id=batch_id, number=number, name=name, inputs=Inputs.model_validate_json(inputs),
        case_id=case_id if status is not None else "", title=title or wanted or name, status=status, state=state,
        error=error, started=started, ended=ended, seconds=seconds, attempts=attempts, outcome=found,
    )  # fmt: skip


def first_line(text: str) -> str:
    """The first line of a caption, at most 300 characters."""
    found = text.strip().split("\n", 1)[0].strip()
    return found if len(found) <= 300 else found[:299] + "…"


def batch_tag(title: str) -> str:
    """The tag of every case of a batch."""
    return f"batch: {title}"[:TAG].strip()
