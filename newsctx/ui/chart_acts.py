"""Acts on the map and the timeline that are more than one override."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from newsctx.errors import NewsctxError, OverrideError
from newsctx.records import PartialDate
from newsctx.ui.acts import Act, Here, Update
from newsctx.ui.language import tr
from newsctx.ui.page import Message, Picked

if TYPE_CHECKING:
    from newsctx.ui.handlers import Handlers

Data = Mapping[str, Any]


def show(on: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """A point or a bar was chosen (or let go, with an empty `on`): its event's members are listed."""
    case_id, look, automatic = here
    cluster = str(data.get("cluster", "")) if data.get("on") else ""
    if cluster == look.cluster:
        yield {on.parts.look: look}
        return
    yield on.looking((case_id, replace(look, cluster=cluster), automatic))


def pick(on: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """An empty spot was clicked: it is offered as the answer; without a point or a date the offer is taken back."""
    case_id, look, automatic = here
    try:
        found = picked(on, data)
    except NewsctxError as error:
        yield on.paint(on.painter(), here, Message(str(error), "error"))
        return
    yield on.looking((case_id, replace(look, picked=found), automatic))


def picked(on: Handlers, data: Data) -> Picked | None:
    """What was clicked. Raises NewsctxError for what is neither a day nor a point on Earth."""
    if data.get("date"):
        return Picked(date=_day(data).iso)
    if data.get("lat") in (None, ""):
        return None
    lat, lon = point(data)
    near = on.workbench.atlas.near(lat, lon)
    return Picked(lat=lat, lon=lon, place=near.place if near else None, km=near.km if near else 0.0)


def place_at(on: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """The offered point is the answer: the city next to it."""

    def change(case_id: str, who: str) -> None:
        lat, lon = point(data)
        near = on.workbench.atlas.near(lat, lon)
        if near is None:
            raise OverrideError(
                tr("No city of the gazetteer lies within 50 km of %(lat)s, %(lon)s: type the place instead.",
                   lat=f"{lat:.2f}", lon=f"{lon:.2f}")
            )  # fmt: skip
        action = {"action": "set_place", "place": near.place.model_dump(mode="json"), "reason": _reason(data)}
        on.workbench.override(case_id, action, who)

    yield from _answer(on, here, change)


def date_at(on: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """The offered day is the answer."""

    def change(case_id: str, who: str) -> None:
        action = {"action": "set_date", "date": _day(data).iso, "reason": _reason(data)}
        on.workbench.override(case_id, action, who)

    yield from _answer(on, here, change)


def _answer(on: Handlers, here: Here, change: Any) -> Iterator[Update]:
    """Make the change; the offer is gone with the first painting."""
    case_id, look, automatic = here
    now = (case_id, replace(look, picked=None), automatic)
    steps = on.change(now, lambda: change(case_id, look.who))
    for number, update in enumerate(steps):
        yield update if number else update | {on.parts.look: now[1]}


def point(data: Data) -> tuple[float, float]:
    """Latitude and longitude that the page sent. Raises OverrideError for anything else."""
    try:
        lat, lon = float(str(data.get("lat", ""))), float(str(data.get("lon", "")))
    except ValueError:
        lat = lon = math.nan
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # also false for NaN
        raise OverrideError(tr("This is no point on Earth: click on the map itself, or type the place."))
    return lat, lon


def _day(data: Data) -> PartialDate:
    said = str(data.get("date", ""))[:40]
    try:
        return PartialDate.model_validate(said)
    except ValidationError as error:
        raise OverrideError(
            tr("The date %(said)s is no date: click on the timeline itself, or type it as 2017-12-26.", said=repr(said))
        ) from error


def _reason(data: Data) -> str:
    return str(data.get("reason", "")).strip()


ACTS: dict[str, Act] = {"see-show": show, "see-pick": pick, "place_at": place_at, "date_at": date_at}
