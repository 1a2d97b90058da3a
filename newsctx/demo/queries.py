"""The held-out query photographs: edits of archived ones, other viewpoints, scenes the archive knows nothing of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import numpy as np

from newsctx.demo import edits
from newsctx.demo.facts import FIRST, KINDS, LAST, PARENTS, Event, events
from newsctx.demo.painter.canvas import rng_for
from newsctx.demo.painter.stage import Scene
from newsctx.demo.scenes import SNOWY, draw
from newsctx.demo.texts import Story, stories
from newsctx.demo.wording.grammar import signs

UNRELATED_EVERY = 12  # one query in twelve has no relevant article
NEAR = timedelta(days=7)  # event-relevant: at most this far from the photograph's day (NewsRECON)
HELD_OUT = 120  # viewpoints and unrelated ones in data/, beside the edits: ten unrelated ones of 125 queries


@dataclass(frozen=True)
class Query:
    """One query; an edit names the archived article it was made from, anything else is a scene of its own."""

    id: str
    event: Event
    day: date
    kind: str  # edit, viewpoint, unrelated
    note: str
    article: str = ""
    edit: edits.Edit | None = None
    scene: Scene | None = None
    example: bool = False  # shown on the start page

    @property
    def relevant(self) -> tuple[str, ...]:
        """Ids of the event-relevant articles: the place, and within 7 days of the day."""
        return tuple(s.id for s in _of_city(self.event.city) if abs(s.published - self.day) <= NEAR)

    @property
    def location_relevant(self) -> tuple[str, ...]:
        """Ids of the articles about the place."""
        return tuple(s.id for s in _of_city(self.event.city))


@cache
def _of_city(city: str) -> tuple[Story, ...]:
    return tuple(s for s in stories() if s.event.city == city)


_EDITS: tuple[tuple[str, str, edits.Edit, str], ...] = (  # id, archived article, edit, note
    ("q01-ferry-screenshot", "istanbul-ferry-1", edits.screenshot, "Screenshot of a post that claims Lisbon."),
    ("q02-paris-crop", "paris-flood-1", edits.crop, "Cropped to half of its area."),
    ("q03-capetown-mirror", "capetown-fire-1", edits.mirror, "Mirrored."),
    ("q04-kyoto-grey", "kyoto-parade-3", edits.grey, "Grey and smaller."),
    ("q05-sf-banner", "sf-protest-2", edits.banner, "With a breaking-news banner."),
)


@cache
def held_out() -> tuple[Query, ...]:
    """The queries in `data/demo`."""
    edited = tuple(_edited(*row) for row in _EDITS)
    others = drawn(HELD_OUT, "held-out")
    unrelated = next(i for i, q in enumerate(others) if q.kind == "unrelated")
    shown = {0, 1, 2, 3, unrelated}  # with the five edits: ten examples
    return edited + tuple(replace(q, example=i in shown) for i, q in enumerate(others))


def _edited(id: str, article: str, edit: edits.Edit, note: str) -> Query:
    event = next(s.event for s in stories() if s.id == article)
    return Query(id, event, event.start, "edit", note, article, edit, example=True)


def drawn(count: int, seed: str) -> tuple[Query, ...]:
    """`count` scenes of the archive's events in turn; every twelfth is of an event that the archive does not have."""
    order = list(events())
    rng_for("order", seed).shuffle(order)  # type: ignore[arg-type]
    found: list[Query] = []
    while len(found) < count:
        number = len(found) + 1
        rng = rng_for("query", seed, number)
        unrelated = number % UNRELATED_EVERY == 0
        event = _unknown(rng, number) if unrelated else order[(number - number // UNRELATED_EVERY - 1) % len(order)]
        scene = draw(event, rng, f"{seed}/{number}")
        day = event.start + timedelta(days=int(rng.integers(3)))
        kind = "unrelated" if unrelated else "viewpoint"
        what = event.kind.capitalize()
        note = f"{what}, of which the archive has nothing." if unrelated else f"{what}, from another viewpoint."
        found.append(Query(f"{seed}-{number:03d}", event, day, kind, note, scene=scene))
    return tuple(found)


def _unknown(rng: np.random.Generator, number: int) -> Event:
    """An event of a kind that the archive does not have for its city, far from all its dates."""
    known = {(e.city, e.kind) for e in events()}
    while True:
        city, kind = sorted(PARENTS)[int(rng.integers(len(PARENTS)))], KINDS[int(rng.integers(len(KINDS)))]
        day = FIRST + timedelta(days=int(rng.integers((LAST - FIRST).days)))
        snow = kind == "snow chaos"
        if (city, kind) in known or (snow and city not in SNOWY):
            continue
        if any(abs(s.published - day) <= 4 * NEAR for s in _of_city(city)):
            continue
        day = day.replace(month=1) if snow else day
        return Event(f"unknown_{number}", city, kind, day, signs(city, kind, rng), snow=snow)
