"""Rank ladder: the best articles as lines through the rankings, from every channel to the final order.

Only layout: every rank is one that the document states. Lengths are pixels of the drawing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from newsctx.records import Hit
from newsctx.ui.language import ENGLISH, current, tr
from newsctx.ui.page import LISTS, Page
from newsctx.ui.parts import LIST_TITLES, brief, channel

LINES = 12  # best articles of the final order that are drawn
DEPTH = 20  # ranks with a row of their own; those below share a band
TONES = 5  # first lines with a colour of their own
ROW, KNOT = 24, 9.5
WIDTH, MARGIN, LABELS = 1036, 34, 236  # of the drawing where it fits; left of the first column; right of the last one
NARROW, WIDE = 58, 116  # from column to column
LETTERS = 34  # of a headline beside its line
HEADER_LETTERS, HEADER_LINE, HEADER = 10, 12, 48


@dataclass(frozen=True)
class Column:
    """One ranking. `title` heads it, `told` names it in a sentence."""

    title: str
    told: str
    ranks: Mapping[str, int]
    channel: bool = False


def view(page: Page, listed: Collection[str] = ()) -> dict[str, Any] | None:
    """The drawing and the same as a table; None where nothing is ranked. `listed`: ids whose card is on the page."""
    cols, ids = columns(page), traced(page)
    if not cols or not ids:
        return None
    xs, heights = _across(len(cols)), _down(cols, ids)
    rows = _rows(cols, ids)
    crowd = max(sum(col.ranks.get(a, 0) > DEPTH for a in ids) for col in cols)
    bottom = HEADER + ROW * (rows + crowd) + (ROW if crowd else 0)
    first = next((i for i, col in enumerate(cols) if not col.channel), 0)
    return {
        "columns": [
            {"x": x, "lines": _header(col.title), "title": col.title, "channel": col.channel}
            for x, col in zip(xs, cols, strict=True)
        ],
        "border": (xs[first - 1] + xs[first]) / 2 if first else None,
        "lines": [line(page, a, i, cols, xs, heights) | {"card": a in listed} for i, a in enumerate(ids)],
        "guides": [HEADER + ROW * (r + 0.5) for r in range(rows)],
        "band": {"y": HEADER + ROW * rows + ROW / 4, "height": ROW * crowd + ROW / 2} if crowd else None,
        "depth": DEPTH,
        "width": xs[-1] + LABELS,
        "right": xs[-1] + KNOT + 8,
        "height": bottom,
        "header": HEADER,
        "knot": KNOT,
        "table": [{**brief(page, a), "ranks": [col.ranks.get(a) for col in cols]} for a in ids],
    }


def columns(page: Page) -> list[Column]:
    """The channels that found something, the fused and the refined order, then the lists of the later stages."""
    retrieve = page.document.stages.retrieve if page.document else None
    if retrieve is None:
        return []
    hits = retrieve.hits
    found = [
        Column(channel(c.name), channel(c.name), _ranks_in(hits, c.name), channel=True)
        for c in retrieve.channels
        if c.state == "ran"
    ]
    fused = {h.article_id: h.rank_before for h in hits if h.rank_before is not None}
    later = [(tr("Refined"), hits), *((tr(LIST_TITLES[s]), page.hits(s) or ()) for s in LISTS[1:])]
    stages = [Column(tr("Fused"), in_sentence(tr("Fused")), fused)]
    stages += [Column(t, in_sentence(t), {h.article_id: h.rank for h in ranked}) for t, ranked in later]
    return [col for col in found + stages if col.ranks]


def traced(page: Page) -> list[str]:
    """Ids of the first articles of the final order, and of the pinned ones wherever they are; no excluded one."""
    final = [h.article_id for h in (page.hits(page.latest) if page.latest else None) or ()]
    shown = [a for a in final if a not in page.edits.excluded]
    pinned = [a for a in shown[LINES:] if a in page.edits.pinned]
    return shown[:LINES] + pinned


def line(
    page: Page,
    article_id: str,
    index: int,
    cols: Sequence[Column],
    xs: Sequence[float],
    heights: Sequence[Mapping[str, float]],
) -> dict[str, Any]:
    """One article's way: knots where a ranking has it, curves between them, dotted over rankings that lack it."""
    at = [i for i, col in enumerate(cols) if article_id in col.ranks]
    points = [(xs[i], heights[i][article_id]) for i in at]
    headline = brief(page, article_id)["headline"]
    return {
        "id": article_id,
        "tone": index + 1 if index < TONES else 0,
        "pinned": article_id in page.edits.pinned,
        "told": told(headline, article_id, cols),
        "curves": [
            {"d": _curve(points[n], points[n + 1]), "gap": at[n + 1] - at[n] > 1} for n in range(len(points) - 1)
        ],
        "knots": [{"x": x, "y": y, "rank": cols[i].ranks[article_id]} for i, (x, y) in zip(at, points, strict=True)],
        "label": headline if len(headline) <= LETTERS else headline[: LETTERS - 1].rstrip() + "…",
        "y": points[-1][1],
    }


def told(headline: str, article_id: str, cols: Sequence[Column]) -> str:
    """`Flood in Paris: Copy 1, Your note 7; fused 2, refined 1, matches 1.`"""
    parts = [
        ", ".join(f"{c.told} {c.ranks[article_id]}" for c in cols if c.channel == kind and article_id in c.ranks)
        for kind in (True, False)
    ]
    return f"{headline}: {'; '.join(p for p in parts if p)}."


def in_sentence(title: str) -> str:
    """A title inside a sentence: small in English, as it is where nouns keep their capitals."""
    return title.lower() if current() == ENGLISH else title


def _ranks_in(hits: Sequence[Hit], name: str) -> dict[str, int]:
    return {h.article_id: h.channels[name].rank for h in hits if name in h.channels}


def _header(title: str) -> list[dict[str, Any]]:
    """The title in short lines that stand on the first row."""
    words = wrap(title, HEADER_LETTERS, break_long_words=False)
    return [{"text": w, "y": HEADER - 8 - HEADER_LINE * (len(words) - 1 - i)} for i, w in enumerate(words)]


def _rows(cols: Sequence[Column], ids: Sequence[str]) -> int:
    """Rows with a rank of their own that are needed."""
    return max((r for col in cols for a in ids if (r := col.ranks.get(a, 0)) <= DEPTH), default=0)


def _across(count: int) -> list[float]:
    """x of every column."""
    gap = min(max((WIDTH - MARGIN - LABELS) / max(count - 1, 1), NARROW), WIDE)
    return [round(MARGIN + gap * i, 1) for i in range(count)]


def _down(cols: Sequence[Column], ids: Sequence[str]) -> list[dict[str, float]]:
    """y of every article in every column; those in the band stand close, the best above."""
    rows = _rows(cols, ids)
    found: list[dict[str, float]] = []
    for col in cols:
        deep = sorted((a for a in ids if col.ranks.get(a, 0) > DEPTH), key=col.ranks.__getitem__)
        slots = {a: col.ranks[a] - 1 for a in ids if col.ranks.get(a, DEPTH + 1) <= DEPTH}
        slots |= {a: rows + n for n, a in enumerate(deep)}
        below = set(deep)
        found.append({a: HEADER + ROW * (s + 0.5) + (ROW / 2 if a in below else 0) for a, s in slots.items()})
    return found


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """An SVG path that leaves and arrives level."""
    (x1, y1), (x2, y2) = start, end
    bend = min((x2 - x1) / 2, WIDE / 2)
    return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
