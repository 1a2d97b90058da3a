"""What map, timeline and their table show: the events, and what is claimed, recorded by the camera and answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from jinja2.filters import do_urlencode

from newsctx.corroboration import camera_day
from newsctx.document import PlacePoint
from newsctx.places import distance_km
from newsctx.records import Cluster, PartialDate, Place
from newsctx.ui.events_panel import decision, shown_clusters
from newsctx.ui.language import N_, tr
from newsctx.ui.page import Page

MarkKind = Literal["claim", "camera", "answer"]
NAMES: dict[MarkKind, str] = {"claim": N_("Claimed"), "camera": N_("Camera"), "answer": N_("Answer")}
LEVELS = {
    "venue": N_("venue"), "city": N_("city"), "region": N_("region"), "country": N_("country"),
    "continent": N_("continent"),
}  # fmt: skip
PRECISIONS = {"day": N_("day"), "month": N_("month"), "year": N_("year"), "decade": N_("decade")}
_SAME = 1e-3  # degrees: coordinates of one gazetteer entry


@dataclass(frozen=True)
class PlaceMark:
    """A place that is no event; `reach_km`: radius of the area that it stands for, 0 for a point."""

    kind: MarkKind
    place: Place
    label: str
    reach_km: float = 0.0

    @property
    def at(self) -> tuple[float, float]:
        """Latitude and longitude."""
        return self.place.lat or 0.0, self.place.lon or 0.0


@dataclass(frozen=True)
class DateMark:
    """A day or a longer span that is no event; `last` is inclusive."""

    kind: MarkKind
    when: PartialDate

    @property
    def first(self) -> date:
        return self.when.first

    @property
    def last(self) -> date:
        return self.when.last


@dataclass(frozen=True)
class EventPoint:
    """An event with where it lies and how exactly; `place` None where it has no coordinates."""

    number: int
    cluster: Cluster
    dropped: bool
    place: Place | None
    reach_km: float = 0.0

    @property
    def evidence(self) -> str:
        return evidence(self.cluster.article_ids)


def evidence(ids: tuple[str, ...]) -> str:
    """Article ids as the attribute `data-evidence` holds them: urlencoded like in the templates, one space apart."""
    return " ".join(do_urlencode(i) for i in ids)


def events(page: Page) -> list[EventPoint]:
    """The shown events, numbered as in their list."""
    return [
        EventPoint(number, cluster, decision(page, cluster) == "dropped", *_located(page, cluster))
        for number, cluster in enumerate(shown_clusters(page), 1)
    ]


def place_marks(page: Page) -> list[PlaceMark]:
    """Claim, camera and answer, as far as they have coordinates."""
    found = [
        (kind, place, label)
        for kind, place, label in _stated_places(page)
        if place is not None and place.lat is not None
    ]
    return [PlaceMark(kind, place, label, _reach(page, place)) for kind, place, label in found]


def unplaced_claim(page: Page) -> str:
    """The claimed place where the gazetteer gives it no position, else empty."""
    said = page.document.inputs.claim.place.strip() if page.document else ""
    return "" if any(m.kind == "claim" for m in place_marks(page)) else said


def date_marks(page: Page) -> list[DateMark]:
    """Claim, camera and answer, as far as they have a date."""
    document = page.document
    if document is None:
        return []
    stated: list[tuple[MarkKind, PartialDate | None]] = [
        ("claim", document.inputs.claim.date),
        ("camera", camera_day(document.photo) if document.photo else None),
        ("answer", document.context.date.date if document.context else None),
    ]
    return [DateMark(kind, when) for kind, when in stated if when is not None]


def apart(marks: list[PlaceMark]) -> dict[MarkKind, float]:
    """Kilometres from the claimed place and from the camera to the answer's place."""
    answer = next((m for m in marks if m.kind == "answer"), None)
    if answer is None:
        return {}
    found = {m.kind: distance_km(m.place, answer.place) for m in marks if m is not answer}
    return {kind: km for kind, km in found.items() if km is not None}


def level(place: Place | None) -> str:
    return tr(LEVELS[place.level]) if place else ""


def _stated_places(page: Page) -> list[tuple[MarkKind, Place | None, str]]:
    document = page.document
    if document is None:
        return []
    said = document.inputs.claim.place.strip()
    claimed = page.atlas.place_of(said) if page.atlas and said else None
    camera = document.photo.camera if document.photo else None
    spot = None
    if camera and camera.lat is not None and camera.lon is not None:
        name = f"{camera.lat:.4f}, {camera.lon:.4f}"
        spot = Place(name=name, level="venue", lat=camera.lat, lon=camera.lon)
    answer = document.context.place if document.context else None
    return [
        ("claim", claimed, claimed.label if claimed else said),
        ("camera", spot, spot.name if spot else ""),
        ("answer", answer.place if answer else None, answer.label if answer else ""),
    ]


def _located(page: Page, cluster: Cluster) -> tuple[Place | None, float]:
    """The event's position; how exact it is, is known from the place of a member that lies there."""
    if cluster.lat is None or cluster.lon is None:
        return None, 0.0
    points = (p for a in cluster.article_ids for p in page.card(a).places)
    named = next((p for p in points if _there(p, cluster)), None)
    place = Place(
        name=named.label if named else cluster.place or cluster.atom or "?",
        level=named.level if named and named.level in LEVELS else "city",
        lat=cluster.lat, lon=cluster.lon,
    )  # fmt: skip
    known = page.atlas.place_of(place.name) if page.atlas and place.level in ("region", "country") else None
    return place, _reach(page, known) if known and known.level == place.level else 0.0


def _there(point: PlacePoint, cluster: Cluster) -> bool:
    if point.lat is None or point.lon is None or cluster.lat is None or cluster.lon is None:
        return False
    return abs(point.lat - cluster.lat) < _SAME and abs(point.lon - cluster.lon) < _SAME


def _reach(page: Page, place: Place) -> float:
    return page.atlas.reach_km(place) if page.atlas else 0.0
