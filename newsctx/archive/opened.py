"""An archive as the pipeline uses it: the store and the index that belong together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from newsctx.archive.index import ArchiveIndex
from newsctx.archive.logos import logos
from newsctx.archive.store import ArchiveStore
from newsctx.archive.surroundings import Neighbourhood
from newsctx.cache import digest
from newsctx.document import ArchiveInfo
from newsctx.errors import OverrideError
from newsctx.models import Models
from newsctx.overrides import AddChunk, CorrectArticle, ExcludeArticle, MoveArticle, Override, PinArticle, SetWeight
from newsctx.settings import Settings


@dataclass(frozen=True)
class OpenArchive:
    """A readable archive; what it answers stays the same until `stale`."""

    store: ArchiveStore
    index: ArchiveIndex
    info: ArchiveInfo
    logos: Mapping[str, int] = field(default_factory=dict)  # image id -> number of its articles; evidence of none

    @property
    def digest(self) -> str:
        """Changes with the contents of the archive or of its index, or with what counts as a logo."""
        return digest(self.store.version, self.index.version, sorted(self.logos.items()))

    @cached_property
    def neighbourhood(self) -> Neighbourhood:
        """Who stands around an article."""
        return Neighbourhood(self.store, self.index)

    def stale(self) -> bool:
        """Whether a newer import or index run was swapped in since this archive was opened."""
        return self.store.stale() or self.index.stale()

    def check_override(
        self, override: Override, channels: tuple[str, ...], added: Collection[str] = frozenset()
    ) -> None:
        """Raise OverrideError where the override names an article or a channel that does not exist.

        Args:
            added: ids of the articles that the case has beside the archive's.
        """
        match override:
            case (
                PinArticle(article_id=article)
                | ExcludeArticle(article_id=article)
                | MoveArticle(article_id=article)
                | CorrectArticle(article_id=article)
                | AddChunk(article_id=article, on=True)
            ):
                if article not in added and self.store.article(article) is None:
                    raise OverrideError(
                        f"No article of this archive or this case has the id {article[:80]!r}; take one from the hits, "
                        "or import the article, or add it to the case first."
                    )
            case SetWeight(channel=channel) if channel not in channels:
                raise OverrideError(f"There is no channel {channel[:40]!r}; the channels are {', '.join(channels)}.")


def open_archive(folder: Path, models: Models, settings: Settings, notices: tuple[str, ...] = ()) -> OpenArchive:
    """Open an archive with its index.

    Raises:
        ArchiveError: the folder is missing, is no archive, is corrupt, or has no index yet.
        IndexMismatch: the index was built with other models or before the last import.
    """
    store = ArchiveStore.open(folder)
    index = ArchiveIndex.open(folder, store.version, models, settings)
    least, floor = settings.structure.logo_articles, settings.retrieve.coverage_floor
    shared = store.shared_images(least)
    found = logos(shared, least, settings.refine.window_days, lambda a, b: index.alike(a, b, floor))
    index.discount(found)
    counts = store.counts()
    info = ArchiveInfo(
        name=folder.resolve().name, version=store.version, articles=counts.articles, photos=counts.photos,
        profile=settings.profile, notices=notices,
    )  # fmt: skip
    return OpenArchive(store, index, info, found)
