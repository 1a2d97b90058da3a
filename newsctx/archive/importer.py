"""Articles from a file into an archive, atomic and resumable.

    summary = import_archive(Path("articles.jsonl"), Path("my-archive"))

Everything is prepared in a file beside the archive and swapped in at the end. Each batch is committed together with the
position reached, so a run that was killed goes on there when it is started again with the same source.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import duckdb

from newsctx.archive.batches import Batcher
from newsctx.archive.enrich import Enricher, digest_of
from newsctx.archive.images import Check, ImageStore, check_photo
from newsctx.archive.sources import SourceRow, detect_format, read_rows, source_digest
from newsctx.archive.summary import Counts, ImportSummary
from newsctx.archive.workfile import NEXT, Job, WorkFile, locked
from newsctx.errors import ArchiveError
from newsctx.settings import Settings

Progress = Callable[[float, Counts], None]  # share of the source read, 0 to 1, and what was counted so far


def import_archive(
    source: Path,
    archive: Path,
    format: str = "auto",
    *,
    enricher: Enricher | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    check: Check = check_photo,
) -> ImportSummary:
    """Imports one file of articles.

    Args:
        source: a JSONL, CSV or Parquet file; paths of photographs in it are relative to its folder.
        archive: the archive's folder, made where it is missing.
        format: one of `sources.FORMATS`.
        enricher: how places are found; None: the gazetteer and linker of this package.
        progress: called after each batch.

    Raises:
        ImportRefused: the source as a whole cannot be read, or another import is running.
        ArchiveError: the archive is corrupt, newer than this program, or cannot be written.
    """
    settings = settings or Settings()
    source, archive = Path(source), Path(archive)
    form = detect_format(source, format)
    enricher = enricher or _package_enricher(settings)
    with locked(archive):
        job = Job(source.name, _job_key(source, form, enricher, settings), form)
        try:
            return _run(source, archive, job, enricher, settings, progress, check)
        except (duckdb.Error, OSError) as error:
            text = str(error).splitlines()[0][:300]
            raise ArchiveError(
                f"{archive / NEXT} cannot be written ({text}): the archive is unchanged; mend that and start the same "
                "import again, it goes on from there"
            ) from error


def _package_enricher(settings: Settings) -> Enricher:
    from newsctx.archive.linking import package_enricher  # only where it is needed: it reads tens of megabytes

    return package_enricher(settings.linker)


def _run(
    source: Path,
    archive: Path,
    job: Job,
    enricher: Enricher,
    settings: Settings,
    progress: Progress | None,
    check: Check,
) -> ImportSummary:
    images = ImageStore(archive, settings.photo, check)
    images.clear_unfinished()
    work = WorkFile(archive, job)
    resumed_from = work.rows_done if work.resumed else 0
    try:
        if not work.done:
            batcher = Batcher(source, images, enricher, settings, work.seen())
            rows = read_rows(source, job.form, settings.imports, after=work.rows_done)
            for batch in _batches(rows, settings.imports.batch):
                out = batcher.handle(batch, work.counts, work.connection)
                work.commit(list(out.articles.values()), out.seen, out.rejects, out.notes, out.line, out.counts)
                if progress:
                    progress(batch[-1].done, work.counts)
        version = work.finish()
        most = settings.imports.max_reports
        rejects, notes = work.reports("rejected", most), work.reports("warning", most)
        work.swap()
    finally:
        work.close()
    return ImportSummary(
        **asdict(work.counts), rejects=rejects, notes=notes, resumed_from=resumed_from, version=version
    )


def _job_key(source: Path, form: str, enricher: Enricher, settings: Settings) -> str:
    """Two runs are the same job where the bytes, their folder, and the way of reading them are the same."""
    read = (settings.imports.model_dump_json(exclude={"batch", "max_reports"}), settings.photo.model_dump_json())
    return digest_of(source_digest(source), source.parent.resolve(), form, enricher.digest, *read)


def _batches(rows: Iterator[SourceRow], size: int) -> Iterator[list[SourceRow]]:
    while batch := list(itertools.islice(rows, size)):
        yield batch
