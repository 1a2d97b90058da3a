"""What the stages came to: runs, the latest document, and every caption that a case has had."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property

from newsctx.cache import digest
from newsctx.case_core import CaseCore, named
from newsctx.case_db import now
from newsctx.case_records import RunState, RunSummary
from newsctx.case_words import Found, found, searched
from newsctx.document import Document
from newsctx.memory import Memory
from newsctx.records import Caption, CaptionVersion

_PARSED = 32  # documents kept as objects; a page reads its own again and again, and as many cases are worked in at once


def caption_digest(caption: Caption) -> str:
    """The same for two captions that count as one version, see `CaseResults.add_caption`."""
    rests = [] if caption.kind == "edited" else [(s.chunk_ids, s.metadata_ids) for s in caption.sentences]
    sent = [(p.step, p.template, p.text) for p in caption.sent]
    return digest(caption.text, caption.kind, caption.writer, sent, rests)


class CaseResults(CaseCore):
    """Runs, documents and captions of cases; of a case that was deleted meanwhile nothing is kept."""

    @cached_property
    def _parsed(self) -> Memory:
        """Documents and captions by their JSON."""
        return Memory()

    # --- runs and documents -----------------------------------------------------------------------------------

    def begin_run(self, case_id: str, overrides: int, who: str = "") -> str:
        """A run starts; returns its id."""
        return self._runs.begin(case_id, overrides, named(who))

    def end_run(
        self, run_id: str, state: RunState, document: Document | None, keys: dict[str, str],
        also: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """A run has ended; `document` is what it came to. `also`: what is written together with that."""
        self._runs.end(run_id, state, document, keys, also)

    def runs(self, case_id: str) -> tuple[RunSummary, ...]:
        """Every run, newest first."""
        return self._runs.of(case_id)

    def newest_run(self, case_id: str) -> RunSummary | None:
        return self._runs.newest(case_id)

    def run_document(self, case_id: str, run_id: str) -> Document:
        """What a run came to. Raises CaseNotFound where its document is not kept."""
        return self._runs.document(case_id, run_id)

    def save_document(self, case_id: str, document: Document, keys: dict[str, str]) -> None:
        """Keep the latest document and the stage keys it was computed under."""
        with self._db.transaction():
            if not self._execute("SELECT 1 FROM cases WHERE case_id = ?", [case_id]):
                return  # deleted while its worker was in the middle of a stage
            text = document.to_json(indent=None)
            self._execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", [case_id, text, json.dumps(keys)])
            self._parsed.once("documents", text, lambda: document, _PARSED)
            part = document.model_dump(mode="json", include={"context", "caption"})
            new = found(part)
            ((*old,),) = self._execute("SELECT place, happened, caption FROM cases WHERE case_id = ?", [case_id])
            if tuple(old) != new:
                self._execute(
                    "UPDATE cases SET place = ?, happened = ?, caption = ? WHERE case_id = ?", [*new, case_id]
                )
                self._reword(case_id)

    def document(self, case_id: str) -> tuple[Document, dict[str, str]] | None:
        """The latest document and its stage keys, or None before the first run."""
        rows = self._execute("SELECT document, keys FROM documents WHERE case_id = ?", [case_id])
        if not rows:
            return None
        text, keys = rows[0]
        parsed = self._parsed.once("documents", text, lambda: Document.model_validate_json(text), _PARSED)
        return parsed, json.loads(keys)

    # --- captions ---------------------------------------------------------------------------------------------

    def add_caption(self, case_id: str, caption: Caption, made: str = "") -> None:
        """Keep a caption as the case's newest version; one that it has had already stays where it is.

        Two are the same where text, writer, citations and what was sent are; of the analyst's own, where the words are.
        The wording of an analyst follows the newest version of a writer. `made`: when, of a case from elsewhere.
        """
        seen = caption_digest(caption)
        with self._db.transaction():
            known = "SELECT number FROM captions WHERE case_id = ? AND digest = ?"
            if self._execute(known, [case_id, seen]) or not self._execute(
                "SELECT 1 FROM cases WHERE case_id = ?", [case_id]
            ):
                return
            written = [v.number for v in self.captions(case_id) if v.caption.kind != "edited"]
            parent = max(written, default=None) if caption.kind == "edited" else None
            self._execute(
                "INSERT INTO captions SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ? FROM captions "
                "WHERE case_id = ?",
                [case_id, made or now(), seen, caption.model_dump_json(), parent, case_id],
            )

    def captions(self, case_id: str) -> tuple[CaptionVersion, ...]:
        """Every version, oldest first."""
        rows = self._execute(
            "SELECT number, made, caption, parent FROM captions WHERE case_id = ? ORDER BY number", [case_id]
        )
        read = lambda t: self._parsed.once("captions", t, lambda: Caption.model_validate_json(t), 200)  # noqa: E731
        return tuple(
            CaptionVersion(number=n, made=made, caption=read(text), parent=parent) for n, made, text, parent in rows
        )

    def _reword(self, case_id: str) -> None:
        """Fold anew what the list searches."""
        ((title, tags, inputs, *answers),) = self._execute(
            "SELECT title, tags, inputs, place, happened, caption FROM cases WHERE case_id = ?", [case_id]
        )
        words = searched(title, json.loads(tags), json.loads(inputs), Found(*answers))
        self._execute("UPDATE cases SET words = ? WHERE case_id = ?", [words, case_id])
