"""The pictures of a report, re-encoded from bare pixels: no metadata of the photographs leaves with them.

Names: `photo`, `match-IMAGE`, `archive-IMAGE`, `map` and `timeline`; what is hidden is not among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from newsctx import imaging
from newsctx.document import Document
from newsctx.errors import PhotoRefused
from newsctx.localfeatures.draw import draw_match
from newsctx.records import Match, Place
from newsctx.report import answers, build, charts
from newsctx.sensitive import PHOTO
from newsctx.settings import PhotoSettings, ReportSettings


def pictures(
    document: Document,
    photo: bytes,
    find: Callable[[str], Path | None],
    claimed: Place | None,
    settings: ReportSettings,
    reading: PhotoSettings,
    chosen: bool = False,
) -> dict[str, bytes]:
    """JPEG, and SVG for map and timeline. `find`: the file of an archived photograph; `chosen`: hidden ones, too."""
    covered = build.covers(document, chosen)
    events, marks = build.events(document)[: settings.events], answers.marks(document, claimed)
    drawn = {"map": charts.world(events, marks, "svg"), "timeline": charts.timeline(events, marks, "svg")}
    found = {name: data for name, data in drawn.items() if data}
    if PHOTO not in covered:
        query = imaging.decode(photo, reading).pixels
        found["photo"] = _jpeg(query, settings.photo_side, settings)
        for match in _matches(document, covered, settings):
            archived = _read(find(match.image_id), reading)
            if archived is not None:
                side_by_side = draw_match(query, archived, match, settings.match_side)
                found[f"match-{match.image_id}"] = _jpeg(side_by_side, settings.match_side, settings)
    for image_id in _archived(document, covered, settings):
        small = _read(find(image_id), reading)
        if small is not None:
            found[f"archive-{image_id}"] = _jpeg(small, settings.thumbnail_side, settings)
    return found


def expected(document: Document, settings: ReportSettings, chosen: bool = False) -> frozenset[str]:
    """Names of the archived photographs that `pictures` shows where the archive has their files."""
    covered = build.covers(document, chosen)
    shown = {f"archive-{i}" for i in _archived(document, covered, settings)}
    if PHOTO not in covered:
        shown |= {f"match-{m.image_id}" for m in _matches(document, covered, settings)}
    return frozenset(shown)


def _matches(document: Document, covered: frozenset[str], settings: ReportSettings) -> Iterable[Match]:
    matches = document.stages.verify.matches if document.stages.verify else ()
    shown = {m.image_id: m for m in reversed(matches) if m.accepted and m.image_id not in covered}  # the best of each
    order = [m for m in matches if shown.get(m.image_id) is m]
    return order[: settings.matches]


def _archived(document: Document, covered: frozenset[str], settings: ReportSettings) -> Iterable[str]:
    """Of the first articles of the final order."""
    stages = document.stages
    order = next((r for r in (stages.events, stages.locate, stages.verify, stages.retrieve) if r is not None), None)
    ids = [document.articles[h.article_id].image_id for h in order.hits[: settings.articles]] if order else []
    return dict.fromkeys(i for i in ids if i and i not in covered)


def _read(path: Path | None, reading: PhotoSettings) -> imaging.Pixels | None:
    """None where the archive has no such file any more, or one that cannot be read."""
    if path is None or not path.exists():
        return None
    try:
        return imaging.decode(path.read_bytes(), reading).pixels
    except PhotoRefused:
        return None


def _jpeg(pixels: imaging.Pixels, side: int, settings: ReportSettings) -> bytes:
    return imaging.encode_jpeg(imaging.working_copy(pixels, side), settings.jpeg_quality)
