"""Building the index: every vector once, in batches, resumable; readers see the old index or the whole new one."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from newsctx.archive import encoded
from newsctx.archive import index_texts as texts
from newsctx.archive import manifest as manifests
from newsctx.archive.index_parts import Parts, Progress, Store
from newsctx.archive.manifest import EncoderSlots, Manifest, PartInfo, model_refs
from newsctx.cache import digest, write_beside
from newsctx.errors import ArchiveError, NewsctxError
from newsctx.localfeatures.index import CopyIndex, extracted, missing
from newsctx.settings import Settings


@dataclass(frozen=True)
class IndexSummary:
    """What an index run did."""

    manifest: Manifest
    computed: dict[str, int]  # vectors by kind
    kept: dict[str, int]  # vectors that were there already

    @property
    def unavailable(self) -> dict[str, str]:
        """Parts that could not be built, and why."""
        return {n: p.reason for n, p in self.manifest.parts.items() if p.state == "unavailable"}


def build_index(
    store: Store,
    models: EncoderSlots,
    archive_dir: Path,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> IndexSummary:
    """Build the index of an archive, or the part of it that is missing.

    Killed at any moment, the next run goes on from the vectors that were stored and ends with the same index.

    Raises:
        ArchiveError: another index run is at work, or the folder cannot be written.
        ModelUnavailable: a loaded model failed, e.g. out of memory.
    """
    folder = archive_dir / "index"
    try:
        folder.mkdir(exist_ok=True)
        with _only_run(folder):
            return _Run(
                store, models, folder, settings or Settings(), progress or (lambda what, done, total: None)
            ).run()
    except OSError as error:
        raise ArchiveError(
            f"the index in {folder} cannot be written: {error}; free space or check the rights"
        ) from error


@contextmanager
def _only_run(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveError(f"another index run is at work in {folder}; wait for it to end") from None
        yield


class _Run:
    def __init__(
        self, store: Store, models: EncoderSlots, folder: Path, settings: Settings, progress: Progress
    ) -> None:
        self.store, self.models, self.folder = store, models, folder
        self.settings, self.progress = settings, progress
        self.parts = Parts(store, models, folder / "vectors", settings, progress)
        self.refs = model_refs(models)
        plain = {s: r.model_dump() for s, r in self.refs.items()}
        missing_for = (  # the parts say why one is empty
            models.image_text_unavailable, models.sentence_unavailable, models.second_image_unavailable,
        )  # fmt: skip
        self.version = digest(
            manifests.FORMAT, texts.REVISION, store.version, plain, settings.index, missing_for
        )[:16]  # fmt: skip

    def run(self) -> IndexSummary:
        for left in self.folder.glob(".building-*"):
            shutil.rmtree(left)
        encoded.note_all(self.folder, self.refs)
        target = self.folder / self.version
        if not (target / "parts.json").is_file():
            shutil.rmtree(target, ignore_errors=True)  # its parts.json is written last: without it, it is damaged
            building = self.folder / f".building-{self.version}"
            building.mkdir()
            self.parts.write(building)
            building.rename(target)
        parts = {n: PartInfo.model_validate(p) for n, p in json.loads((target / "parts.json").read_bytes()).items()}
        manifest = Manifest(
            version=self.version, archive_version=self.store.version, models=self.refs, settings=self.settings.index,
            articles=len(json.loads((target / "articles.json").read_bytes())), parts=parts | {"copy": self._copy()},
        )  # fmt: skip
        previous = self._current()
        write_beside(self.folder / manifests.FILE, (manifest.model_dump_json(indent=1) + "\n").encode())
        encoded.note_all(self.folder, self.refs, self.store.version)
        self._prune({self.version, previous})
        return IndexSummary(manifest, self.parts.computed, self.parts.kept)

    def _current(self) -> str:
        try:
            return manifests.read(self.folder.parent)[0].version
        except NewsctxError:
            return ""

    def _prune(self, keep: set[str]) -> None:
        """Remove all versions but the new one and the one before, which readers may still have open."""
        for path in sorted(self.folder.iterdir()):
            if re.fullmatch(r"[0-9a-f]{16}", path.name) and path.name not in keep:
                shutil.rmtree(path)

    def _copy(self) -> PartInfo:
        """Local features of the photographs that have none yet; this part grows in place and serves every version."""
        settings, where = self.settings.copy_detection, self.folder / "copy"
        if not settings.enabled:
            return PartInfo(state="unavailable", reason="copy detection is switched off in the settings")
        ids = self.store.image_ids()
        wanted = missing(where, ids, settings)
        total, done = len(wanted), 0

        def load(image_id: str) -> np.ndarray | None:
            nonlocal done
            done += 1
            self.progress("local features", done, total)
            return self.parts.pixels(image_id)

        index = CopyIndex.update(where, extracted(wanted, load, settings), settings)
        present = sum(i in index for i in ids)
        self.parts.count("local features", (present - (len(ids) - total), len(ids) - total))
        return PartInfo(state="built", rows=present, missing=len(ids) - present)
