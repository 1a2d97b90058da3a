"""The written articles: stories/*.toml as rows of the import format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from newsctx.demo.facts import Event, keyword, written
from newsctx.demo.painter.stage import Scene
from newsctx.demo.scenes import season_of


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
    captions: tuple[str, ...]  # further news captions, of pictures that could illustrate it
    photo: str | None

    @property
    def url(self) -> str:
        outlet = re.sub(r"[^a-z]+", "-", self.outlet.lower()).strip("-")
        return f"https://{outlet}.example/{self.published:%Y/%m/%d}/{self.id}"


@cache
def stories() -> tuple[Story, ...]:
    """All articles, by event and day."""
    return tuple(_story(event, i, row) for event, rows in written() for i, row in enumerate(rows, 1))


def _story(event: Event, number: int, row: dict[str, object]) -> Story:
    photo = row.get("photo")
    return Story(
        id=f"{event.id.replace('_', '-')}-{number}",
        event=event,
        outlet=str(row["outlet"]),
        headline=str(row["headline"]),
        abstract=str(row["abstract"]),
        body=str(row["body"]),
        published=event.start + timedelta(days=int(str(row["day"]))),
        caption=str(row.get("caption", "")) if photo else "",
        captions=tuple(row.get("captions", ())),  # type: ignore[arg-type]
        photo=str(photo) if photo else None,
    )


def scene_of(event: Event, photo: str, seed: str, **framing: object) -> Scene:
    """`view time weather [b|-]` as a scene: `b` = the city's second landmark, `-` = none in frame."""
    view, time, weather, *extra = photo.split()
    landmark = {"b": 1, "-": -1}[extra[0]] if extra else event.landmark
    return Scene(  # type: ignore[arg-type]
        event.city, event.kind, view, time, weather, seed, event.signs, event.snow, landmark,
        season=season_of(event.city, event.start), **framing,
    )  # fmt: skip


@cache
def _by_event() -> dict[str, tuple[Story, ...]]:
    found: dict[str, list[Story]] = {}
    for story in stories():
        found.setdefault(story.event.id, []).append(story)
    return {event: tuple(part) for event, part in found.items()}


def _cited(story: Story) -> list[Story]:
    """What was written before: the first two articles of the same event, and of the related event that came last.

    Two events are related where either names the other: which one is older is not a matter of who names whom.
    """
    own = [s for s in _by_event()[story.event.id] if s.id < story.id]
    firsts = (part[0] for part in _by_event().values() if story.event.id in _relatives(part[0].event.id))
    older = sorted((s for s in firsts if s.published < story.published), key=lambda s: (s.published, s.id))
    return own[:2] + older[-1:]


@cache
def _relatives(event_id: str) -> frozenset[str]:
    events = [part[0].event for part in _by_event().values()]
    named = {e.related for e in events if e.id == event_id and e.related}
    return frozenset(named | {e.id for e in events if e.related == event_id})


def article_row(story: Story) -> dict[str, object]:
    """The article in the import format."""
    caption = [story.caption] if story.photo else []
    return {
        "id": story.id,
        "url": story.url,
        "source": f"{story.outlet} (fictional)",
        "headline": story.headline,
        "abstract": story.abstract,
        "body": story.body,
        "published": story.published.isoformat(),
        "places": [keyword(story.event.city)],
        "images": [{"path": f"images/{story.id}.jpg", "caption": story.caption, "position": 0}] if story.photo else [],
        "captions": [*caption, *story.captions][:5],
        "links": [s.url for s in _cited(story)],
        "language": "en",
    }
