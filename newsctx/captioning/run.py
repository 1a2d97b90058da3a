"""Going through an archive: captions are written and judgements made for what lacks them, and kept as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsctx.archive import tables
from newsctx.archive.store import ArchiveStore
from newsctx.archive.workfile import Job, WorkFile, locked
from newsctx.cache import digest
from newsctx.captioning.base import NewsCaptioner, VisualJudge, judged_digest, text_digest
from newsctx.captioning.ledger import Entry, Ledger
from newsctx.records import Article, Record

CAPTIONS, JUDGEMENTS = "news-captions.jsonl", "visual-events.jsonl"  # beside archive.duckdb
_PAGE = 200
Advance = Callable[[int], None]


class Captioned(Entry):
    captions: tuple[str, ...]
    before: tuple[str, ...] = ()  # our own earlier ones, which the archive still has until the run ends


class Judged(Entry):
    visual: bool | None
    reason: str


class CaptionSummary(Record):
    """What a caption run did, in articles."""

    writer: str
    written: int = 0
    kept: int = 0  # written by this writer before, of the same text
    given: int = 0  # came with captions; never overwritten
    empty: int = 0  # of the written and kept: no text to write from
    changed: int = 0  # articles of the archive that have other captions now


class JudgeSummary(Record):
    """What a filter run did, in articles."""

    judge: str
    judged: int = 0
    kept: int = 0
    visual: int = 0
    not_visual: int = 0
    undecided: int = 0


def caption_articles(
    archive: Path, writer: NewsCaptioner, most: int = 5, advance: Advance = lambda done: None
) -> CaptionSummary:
    """Give the articles without captions of their own up to `most` news captions each.

    Captions that the source gave stay. Those of an earlier run are replaced where the text or the writer changed.

    Raises:
        ArchiveError: no archive there.
        ImportRefused: an import or another such run is at work.
    """
    maker = digest(writer.info.name, writer.info.digest, most)
    counts = dict.fromkeys(("written", "kept", "given", "empty"), 0)
    changes: dict[str, tuple[str, ...]] = {}
    ArchiveStore.open(archive).close()  # a folder that is none is not made one by its lock
    with locked(archive):
        with ArchiveStore.open(archive) as store, Ledger(archive / CAPTIONS, Captioned) as ledger:
            for article in _articles(store, advance):
                row, text = ledger.get(article.article_id), text_digest(article)
                own = row is not None and article.captions in (row.captions, row.before)
                if article.captions and not own:
                    counts["given"] += 1
                    continue
                if row is not None and (row.maker, row.text) == (maker, text):
                    counts["kept"] += 1
                else:
                    found, before = writer.write(article, most), article.captions
                    row = Captioned(
                        article_id=article.article_id, maker=maker, text=text, captions=found, before=before
                    )
                    ledger.put(row)
                    counts["written"] += 1
                counts["empty"] += not row.captions
                if row.captions != article.captions:
                    changes[article.article_id] = row.captions
        changed = _apply(archive, changes, maker)
    return CaptionSummary(writer=writer.info.name, changed=changed, **counts)


def judge_articles(archive: Path, judge: VisualJudge, advance: Advance = lambda done: None) -> JudgeSummary:
    """Decide of every article whether it is about a visual event; `train` leaves out those that are not.

    Raises:
        ArchiveError: no archive there.
        ImportRefused: an import or another such run is at work.
    """
    maker = digest(judge.info.name, judge.info.digest)
    counts = dict.fromkeys(("judged", "kept", "visual", "not_visual", "undecided"), 0)
    ArchiveStore.open(archive).close()
    with locked(archive), ArchiveStore.open(archive) as store, Ledger(archive / JUDGEMENTS, Judged) as ledger:
        for article in _articles(store, advance):
            row, text = ledger.get(article.article_id), judged_digest(article)
            if row is not None and (row.maker, row.text) == (maker, text):
                counts["kept"] += 1
            else:
                found = judge.judge(article)
                row = Judged(
                    article_id=article.article_id, maker=maker, text=text, visual=found.visual, reason=found.reason
                )
                ledger.put(row)
                counts["judged"] += 1
            counts[{True: "visual", False: "not_visual", None: "undecided"}[row.visual]] += 1
    return JudgeSummary(judge=judge.info.name, **counts)


def _articles(store: ArchiveStore, advance: Advance) -> Iterator[Article]:
    done = 0
    for page in store.iter_articles(_PAGE):
        for article in page:
            yield article
            done += 1
            advance(done)


@dataclass(frozen=True)
class _Known:
    """What the tables hold of an article beside the record."""

    url_key: str
    row_hash: str


def _apply(archive: Path, changes: dict[str, tuple[str, ...]], key: str) -> int:
    """Write other captions into the archive, in one step for its readers; returns how many articles changed."""
    if not changes:
        return 0
    work = WorkFile(archive, Job("news captions", digest(key, sorted(changes.items())), "captions"))
    try:
        if not work.done:
            seen = work.seen()
            wanted = [a for a in sorted(changes) if a not in seen]
            for start in range(0, len(wanted), _PAGE):
                ids = wanted[start : start + _PAGE]
                work.commit(_stored(work, ids, changes), ids, (), (), work.rows_done + len(ids), work.counts)
        work.finish()
        work.swap()
    finally:
        work.close()
    return len(changes)


def _stored(work: WorkFile, ids: Sequence[str], changes: dict[str, tuple[str, ...]]) -> list[tables.Stored]:
    query = "SELECT article_id, url_key, row_hash FROM articles WHERE article_id IN (SELECT unnest(?))"
    known = {a: _Known(url, row) for a, url, row in work.connection.execute(query, [list(ids)]).fetchall()}
    articles = tables.read(work.connection, ids)
    return [
        tables.Stored(
            a.model_copy(update={"captions": changes[a.article_id]}),
            known[a.article_id].url_key,
            known[a.article_id].row_hash,
        )
        for a in articles
    ]
