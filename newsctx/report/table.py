"""The hits of a case as CSV: one row per article of the final order, for a spreadsheet.

UTF-8 with a byte order mark, since spreadsheets take a file without one for their own code page; RFC 4180. There is no
time stamp in it. A cell that a spreadsheet would compute begins with an apostrophe (OWASP, "CSV injection").
"""

from __future__ import annotations

import csv
import io

from newsctx.report.facts import Report
from newsctx.report.outline import Cell

COLUMNS = (
    "rank", "article_id", "headline", "source", "published", "places", "url", "tier", "score", "probability",
    "relevance", "relevance_probability", "ranks", "channels", "why", "image_sha256", "added", "corrected",
)  # fmt: skip
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # fmt: skip
_BOM = "\ufeff"


def render(report: Report) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for hit in report.hits:
        a = report.articles.get(hit.article_id)
        writer.writerow([
            hit.rank, guarded(hit.article_id), *(guarded(t) for t in (
                (a.headline, a.source, a.published, "; ".join(a.places), a.url) if a else ("",) * 5
            )),
            hit.tier, repr(hit.score), _number(hit.probability), hit.relevance, _number(hit.relevance_probability),
            guarded("; ".join(f"{stage} {rank}" for stage, rank in hit.ranks)),
            guarded("; ".join(f"{name} {rank} ({score!r})" for name, rank, score in hit.channels)),
            guarded(hit.why), a.image_id if a else "", int(a.added) if a else 0, int(a.corrected) if a else 0,
        ])  # fmt: skip
    return (_BOM + stream.getvalue()).encode("utf-8", "replace")


def guarded(text: Cell) -> str:
    """The text as a spreadsheet takes it for text, whatever it begins with."""
    text = str(text).replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_COMPUTED) or text.startswith(_COMPUTED) else text


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)
