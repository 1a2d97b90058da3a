"""Weak labels: which articles are location-relevant and event-relevant to a photograph (NewsRECON sec. 1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from newsctx.cache import write_beside
from newsctx.dates import covers
from newsctx.errors import TrainingError
from newsctx.places import atoms
from newsctx.records import Article
from newsctx.training.exclusion import ROW, Exclusion
from newsctx.training.options import Positive
from newsctx.training.photos import TrainingPhoto, listed, read_rows


@dataclass(frozen=True)
class Label:
    """Relevant articles of one photograph, in archive order; `event` is a part of `location`."""

    photo: str
    location: tuple[str, ...]
    event: tuple[str, ...]


def lowest_atom(place: str) -> str:
    """The lowest level of a place, as keywords are compared: `Paris, France` and `Paris (France)` are `paris`."""
    found = atoms(place.split(",")[0])
    return found[0] if found else ""


def event_day(photo: TrainingPhoto) -> date | None:
    """The day that events are compared with.

    A date known to the day; where it is known to the month or year only, the photograph's own day of publication if it
    falls into that month or year. A decade gives none.
    """
    known, published = photo.date, photo.published
    if known is None or known.decade:
        return None
    if known.precision == "day":
        return known.first
    inside = published is not None and published.precision == "day" and covers(known, published)
    return published.first if published and inside else None


def article_day(article: Article) -> date | None:
    """The article's day; None where it is not known to the day."""
    known = article.published
    return known.first if known and known.precision == "day" else None


def make_labels(photos: Sequence[TrainingPhoto], articles: Iterable[Article], days: int = 7) -> tuple[Label, ...]:
    """The relevant sets of each photograph.

    Args:
        days: most days, either way, between photograph and article of an event.
    """
    by_atom: dict[str, list[tuple[str, date | None]]] = {}
    for article in articles:
        for atom in atoms(article.location_text):
            by_atom.setdefault(atom, []).append((article.article_id, article_day(article)))
    found = []
    for photo in photos:
        near, day = by_atom.get(lowest_atom(photo.place), []), event_day(photo)
        event = [i for i, d in near if day and d and abs((d - day).days) <= days]
        found.append(Label(photo.id, tuple(i for i, _ in near), tuple(event)))
    return tuple(found)


def write_labels(labels: Iterable[Label], path: Path, exclusion: Exclusion | None = None) -> None:
    """A row for each photograph, after one that says what duplicates the evaluation photographs, if there were any."""
    rows: list[dict[str, Any]] = [exclusion.row()] if exclusion else []
    rows += [{"photo": m.photo, "location": list(m.location), "event": list(m.event)} for m in labels]
    write_beside(path, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode())


def read_labels(path: Path, photos: Sequence[TrainingPhoto], article_ids: Iterable[str]) -> dict[str, Label]:
    """The labels of a file by photograph.

    Raises:
        TrainingError: unreadable, of photographs or articles that are not these, or without any positive.
    """
    labels: dict[str, Label] = {}
    for number, row in read_rows(path):
        if ROW in row:  # read by `read_exclusion`
            continue
        try:
            label = Label(str(row["photo"]), tuple(row["location"]), tuple(row["event"]))
        except (KeyError, TypeError) as error:
            raise TrainingError(
                f"{path}, line {number}: {error!r}; expected photo, location and event, as `train labels` writes them."
            ) from error
        if label.photo in labels:
            raise TrainingError(f"{path}, line {number}: {label.photo} stands twice; make the labels again.")
        labels[label.photo] = label
    unknown = sorted(set(labels) - {p.id for p in photos})
    if unknown:
        raise TrainingError(f"{path}: labels of photographs that --photos does not have: {listed(unknown)}.")
    known = set(article_ids)
    named = dict.fromkeys(a for m in labels.values() for a in (*m.location, *m.event))
    foreign = [a for a in named if a not in known]
    if foreign:
        raise TrainingError(
            f"{path}: {len(foreign)} of its {len(named)} articles are not in this archive ({listed(foreign)}): the "
            "labels are of another archive, or of one before its last import; run `train labels` again."
        )
    if not named:
        raise TrainingError(
            f"{path}: no photograph has a relevant article, so there is nothing to learn; compare the places of the "
            "photographs (leaf first: `Paris, France`) with the location keywords of the archive (`Paris (France)`)."
        )
    return labels


def positives_of(label: Label, positive: Positive) -> tuple[str, ...]:
    """The positives of a photograph under a setting."""
    if positive == "location":
        return label.location
    if positive == "event":
        return label.event
    return label.event or label.location


def summary(labels: Mapping[str, Label] | Sequence[Label]) -> dict[str, float]:
    """How many photographs have relevant articles, and how many on average."""
    found = list(labels.values()) if isinstance(labels, Mapping) else list(labels)
    count = max(len(found), 1)
    return {
        "photos": len(found),
        "with_location": sum(bool(m.location) for m in found),
        "with_event": sum(bool(m.event) for m in found),
        "location_per_photo": round(sum(len(m.location) for m in found) / count, 3),
        "event_per_photo": round(sum(len(m.event) for m in found) / count, 3),
    }
