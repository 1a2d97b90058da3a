"""The written articles: stories/*.toml joined with the facts of their events."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from newsctx.demo.facts import BY_ID, EVENTS, KEYWORDS, Event
from newsctx.demo.painter.stage import Scene

STORIES = Path(__file__).parent / "stories"


@dataclass(frozen=True)
class Story:
    """One article of the demonstration archive; `photo` = None where it has no picture."""

    id: str
    event: Event
    outlet: str
    headline: str
    abstract: str
    body: str
    published: date
    caption: str
    photo: str | None

    @property
    def url(self) -> str:
        outlet = re.sub(r"[^a-z]+", "-", self.outlet.lower()).strip("-")
        return f"https://{outlet}.example/{self.published:%Y/%m/%d}/{self.id}"


@cache
def stories() -> tuple[Story, ...]:
    """All articles, by event and day."""
    raw: dict[str, list[dict[str, str | int]]] = {}
    for path in sorted(STORIES.glob("*.toml")):
        raw.update(tomllib.loads(path.read_text(encoding="utf-8")))
    if set(raw) != set(BY_ID):
        raise ValueError(f"stories and facts name different events: {sorted(set(raw) ^ set(BY_ID))}")
    return tuple(_story(event, i, row) for event in EVENTS for i, row in enumerate(raw[event.id], 1))


def _story(event: Event, number: int, row: dict[str, str | int]) -> Story:
    photo = row.get("photo")
    return Story(
        f"{event.id.replace('_', '-')}-{number}",
        event,
        str(row["outlet"]),
        str(row["headline"]),
        str(row["abstract"]),
        str(row["body"]),
        event.start + timedelta(days=int(row["day"])),
        str(row.get("caption", "")),
        str(photo) if photo else None,
    )


def scene_of(event: Event, photo: str, seed: str, **framing: object) -> Scene:
    """`view time weather [b|-]` as a scene: `b` = the city's second landmark, `-` = none in frame."""
    view, time, weather, *extra = photo.split()
    landmark = {"b": 1, "-": -1}[extra[0]] if extra else event.landmark
    return Scene(event.city, event.kind, view, time, weather, seed, event.signs, event.snow, landmark, **framing)  # type: ignore[arg-type]


def article_row(story: Story) -> dict[str, object]:
    """The article in the import format."""
    earlier = [s for s in stories() if s.event == story.event and s.id < story.id]
    related = [s for s in stories() if s.event.id == story.event.related][:1]
    return {
        "id": story.id,
        "url": story.url,
        "source": f"{story.outlet} (fictional)",
        "headline": story.headline,
        "abstract": story.abstract,
        "body": story.body,
        "published": story.published.isoformat(),
        "places": [KEYWORDS[story.event.city]],
        "images": [{"path": f"images/{story.id}.jpg", "caption": story.caption, "position": 0}] if story.photo else [],
        "captions": [story.caption] if story.photo else [],
        "links": [s.url for s in earlier[:2] + related],
        "language": "en",
    }
