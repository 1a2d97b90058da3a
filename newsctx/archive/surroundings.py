"""What stands around articles in the archive: whom they cite there, and their photographs in order."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cached_property

from newsctx.archive.index import ArchiveIndex
from newsctx.archive.store import ArchiveStore
from newsctx.refine import Surroundings

_KEPT = 20_000  # articles whose photographs are remembered: about 5 MB


class Neighbourhood:
    """Answers from memory where it can; the archive under it never changes.

    The link graph is read whole when it is first asked for (100,000 articles with 250,000 links between them: 0.8 s
    of one core, some 20 MB): joining addresses for every query would take longer than all the rest of a fusion.
    """

    def __init__(self, store: ArchiveStore, index: ArchiveIndex) -> None:
        self._store, self._index = store, index
        self._images: dict[str, tuple[str, ...]] = {}

    @cached_property
    def citations(self) -> Mapping[str, tuple[str, ...]]:
        """article id -> ids of the archive's articles that it cites."""
        links = self._store.citations()
        return {sys.intern(a): tuple(sys.intern(b) for b in cited) for a, cited in links.items()}

    def around(self, ids: Sequence[str]) -> Surroundings:
        """Dates, citations and photographs of these articles."""
        return Surroundings(
            dates={a: self._index.published(a) for a in ids},
            links={a: cited for a in ids if (cited := self.citations.get(a))},
            images=self._photographs(ids),
        )

    def _photographs(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        kept = self._images  # of this call: another thread may put a new one in its place
        found = {a: kept[a] for a in ids if a in kept}
        new = [a for a in ids if a not in found]
        if new:
            read = self._store.photographs(new)
            if len(kept) + len(new) > _KEPT:
                self._images = kept = {}
            kept.update({a: read.get(a, ()) for a in new})
            found |= {a: read.get(a, ()) for a in new}
        return found
