"""The part of the workbench about cases as a whole: their list, names, tags, states, runs and trails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from newsctx import imaging
from newsctx.access import GUEST, Right
from newsctx.audit import AuditEntry, AuditProblem
from newsctx.cache import StageCache
from newsctx.case_bundle import FORMAT, pack, unpack
from newsctx.case_conflicts import Seen, conflict, editing, unseen
from newsctx.case_list import Whose
from newsctx.cases import CaseStore, CaseSummary, OverrideMade, RunSummary
from newsctx.document import Document
from newsctx.errors import CaseError, PhotoRefused
from newsctx.media import Media
from newsctx.overrides import AllowRemote, replay
from newsctx.records import StageName
from newsctx.settings import Settings
from newsctx.worker import Worker

_LEAVE = "The leave was given where the case comes from; whoever works on it here gives it anew."


def delete(
    store: CaseStore, media: Media, cache: StageCache, case_id: str, who: str = "", reason: str = ""
) -> None:  # fmt: skip
    """Remove a case, and the pictures and stage results of its photograph where no other case shows it.

    Raises CaseNotFound.
    """
    sha256 = store.get(case_id).photo_sha256

    def forget(others: int) -> None:
        media.forget(case_id, "" if store.shows(sha256) > others else sha256)
        if store.shows(sha256) <= others:
            cache.forget(sha256)

    forget(1)  # before, since a kill after the deletion would leave them behind, under names that lead to no case
    store.delete(case_id, who, reason)
    forget(0)  # and what a page has made of it meanwhile


class CaseDesk:
    """What the workbench does with cases as a whole; `who` is the name that the analyst goes by, "" is not given."""

    _cases: CaseStore
    _media: Media
    _cache: StageCache
    _workers: dict[str, Worker]
    settings: Settings

    def cases(
        self, query: str = "", status: str = "", tag: str = "", archived: bool | None = False,
        limit: int = 50, offset: int = 0, viewer: str | None = None, whose: Whose = ("", ""),
    ) -> tuple[CaseSummary, ...]:  # fmt: skip
        """Cases that hold every word of the query, newest change first; `archived` None: both; `viewer`: those that
        this owner may read, None: all; `whose`: of those only some. Raises CaseError.
        """
        return self._cases.list(query, status, tag, archived, limit, offset, viewer, whose)

    def count_cases(
        self, query: str = "", status: str = "", tag: str = "", archived: bool | None = False,
        viewer: str | None = None,
    ) -> int:  # fmt: skip
        """How many `cases` there are without a limit. Raises CaseError."""
        return self._cases.count(query, status, tag, archived, viewer)

    def case_tags(self, archived: bool | None = False, viewer: str | None = None) -> tuple[tuple[str, int], ...]:
        """Every tag in use with the number of its cases, the most used first."""
        return self._cases.tags(archived, viewer)

    def recent(self, limit: int = 20, viewer: str | None = None) -> tuple[CaseSummary, ...]:
        """The cases changed last, without archived ones."""
        return self._cases.recent(limit, viewer)

    # --- whose they are ---------------------------------------------------------------------------------------

    def shows_photo(self, sha256: str, viewer: str | None = None) -> bool:
        """Whether one of the cases that this owner may read is about a photograph; `viewer` None: any case."""
        return self._cases.photo_shown(sha256, viewer)

    def owner_of(self, case_id: str) -> str:
        """The owner of a case, empty where it is nobody's. Raises CaseNotFound."""
        return self._cases.owner_of(case_id)

    def shares(self, case_id: str) -> dict[str, Right]:
        """Whom a case is shared with, and how."""
        return self._cases.shares(case_id)

    def share(self, case_id: str, name: str, right: str, who: str = "", since: Seen | None = None) -> None:
        """Let somebody "read" or "edit" a case; "none" takes it back. Raises CaseNotFound, CaseError, EditConflict."""
        with editing(self._cases, case_id, frozenset({("share", name)}), since, {"share": f"{name}: {right}"}):
            self._cases.share(case_id, name, right, who)

    def give(self, case_id: str, owner: str, who: str = "", since: Seen | None = None) -> None:
        """Make a case somebody else's; who had it may still edit it. Raises CaseNotFound, CaseError, EditConflict."""
        with editing(self._cases, case_id, frozenset({("given",)}), since, {"owner": owner}):
            self._cases.give(case_id, owner, who)

    # --- what is done to one ----------------------------------------------------------------------------------

    # `since`: what who edits has seen of the case; EditConflict where somebody else has changed the same since then.

    def rename(self, case_id: str, title: str, who: str = "", since: Seen | None = None) -> None:
        """Raises CaseNotFound, CaseError, EditConflict."""
        with editing(self._cases, case_id, frozenset({("title",)}), since, {"title": title}):
            self._cases.rename(case_id, title, who)

    def tag(self, case_id: str, tags: Sequence[str], who: str = "", since: Seen | None = None) -> None:
        """Tags instead of those that the case has. Raises CaseNotFound, CaseError, EditConflict."""
        with editing(self._cases, case_id, frozenset({("tags",)}), since, {"tags": ", ".join(map(str, tags))}):
            self._cases.set_tags(case_id, tuple(tags), who)

    def set_status(
        self, case_id: str, status: str, who: str = "", reason: str = "", since: Seen | None = None
    ) -> None:  # fmt: skip
        """One of `newsctx.cases.CASE_STATUSES`. Raises CaseNotFound, CaseError, EditConflict."""
        with editing(self._cases, case_id, frozenset({("status",)}), since, {"status": status}):
            self._cases.set_status(case_id, status, who, reason)

    def archive(self, case_id: str, on: bool = True, who: str = "", since: Seen | None = None) -> None:
        """Put a case away, or fetch it back. Raises CaseNotFound, EditConflict."""
        with editing(self._cases, case_id, frozenset({("archived",)}), since, {"archived": str(on)}):
            self._cases.archive(case_id, on, who)

    def delete_case(self, case_id: str, who: str = "", reason: str = "", since: Seen | None = None) -> None:
        """Remove a case with all that belongs to it, and what was made of its photograph.

        What a running stage still comes to is removed when it ends. Raises CaseNotFound; EditConflict where somebody
        else has done anything to it since.
        """
        title = self._cases.get(case_id).title
        if since is not None and (others := unseen(self._cases, case_id, since)):
            raise conflict(others, self._cases.entries(case_id), {"delete": title})
        worker = self._workers.pop(case_id, None)
        if worker:
            worker.stop()  # what its stage still comes to finds no case to be written to
        delete(self._cases, self._media, self._cache, case_id, who, reason)

    def _admit(self, owner: str) -> None:
        """Raises CaseError where a guest has as many cases as guests may have."""
        most = self.settings.hosting.guest_cases
        if owner.startswith(GUEST) and self._cases.count(archived=None, viewer=owner) >= most:
            raise CaseError(
                f"A guest of this demonstration can have {most} cases at a time, and you have them: delete one that "
                "you no longer need (start page, list of cases)."
            )

    # --- cases that travel ------------------------------------------------------------------------------------

    def export_case(self, case_id: str, who: str = "") -> Path:
        """The case as a bundle, one ZIP file (`newsctx.case_bundle`), its photograph included. Raises CaseNotFound."""
        self._cases.record(case_id, "exported", who, {"format": FORMAT})
        return self._media.export(f"newsctx-{case_id}.zip", pack(self._cases.bundle(case_id)))

    def import_case(self, path: Path, who: str = "", owner: str = "") -> str:
        """Store a bundle as a case; returns the id that it has. Leave to send it to a service is given here or not at
        all. Raises CaseError.
        """
        self._admit(owner)
        bundle = unpack(path, self.settings)
        try:
            imaging.decode(bundle.photo, self.settings.photo)
        except PhotoRefused as error:
            raise CaseError(f"{path}: its photograph is refused here: {error}") from error
        return self._cases.take_in(bundle, who, lambda case_id: self._take_leave_back(case_id, who), owner)

    def _take_leave_back(self, case_id: str, who: str) -> None:
        """Somebody else's leave to send the case to a service is none of this desk."""
        for url in replay(self._cases.get(case_id).overrides).allowed:
            self._cases.append(case_id, AllowRemote(base_url=url, on=False, reason=_LEAVE), who)

    def keep(self, case_id: str, document: Document, keys: Mapping[StageName, str]) -> None:
        """Store what a replay came to as the case's results. Raises nothing where the case is gone."""
        fresh = {s.name: keys[s.name] for s in document.status if s.state == "fresh"}
        self._cases.save_document(case_id, document, dict(fresh))

    # --- what was done ----------------------------------------------------------------------------------------

    def trail(self, case_id: str) -> tuple[AuditEntry, ...]:
        """Everything that was done to a case, oldest first; "" is the store's own trail."""
        return self._cases.trail(case_id)

    def entries(self, case_id: str) -> int:
        """How many entries the trail of a case has: it grows with every change and run, so that pages can follow."""
        return self._cases.entries(case_id)

    def verify(self, case_id: str, anchor: str = "") -> tuple[AuditProblem, ...]:
        """What is wrong with a case's trail; nothing where it holds. Raises CaseNotFound."""
        return self._cases.verify(case_id, anchor)

    def overrides_made(self, case_id: str) -> tuple[OverrideMade, ...]:
        """Every override that was made, oldest first, also those that were taken back."""
        return self._cases.overrides(case_id)

    def runs(self, case_id: str) -> tuple[RunSummary, ...]:
        """Every run of a case, newest first."""
        return self._cases.runs(case_id)

    def run_document(self, case_id: str, run_id: str) -> Document:
        """What a run came to. Raises CaseNotFound where its document is not kept."""
        return self._cases.run_document(case_id, run_id)
