"""Reference captions of the query photographs: what a photo editor who knows the facts would write.

Made of the event's facts (kind, city, land, day) and of the time of day in the picture, in a wording of their own: no
sentence of an article, no pattern of a caption writer.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from newsctx.demo.facts import PARENTS
from newsctx.demo.painter.canvas import rng_for
from newsctx.demo.queries import Query
from newsctx.demo.texts import stories

COUNT = 2  # references of a photograph: CIDEr is made for several, news photographs have one or two
_FILE = Path(__file__).parent / "wording" / "references.toml"


def references(query: Query) -> tuple[str, ...]:
    """Captions of the photograph, different ones; none where the archive has no article of its event."""
    if not query.relevant:
        return ()
    words, event = _words(), query.event
    kind, rng = words["kinds"][event.kind], rng_for("references", query.id)
    patterns, whats = rng.permutation(len(words["patterns"])), rng.permutation(len(kind["what"]))
    facts = {
        "city": event.city, "land": PARENTS[event.city][0],
        "light": words["light"][_time(query)], "weekday": f"{query.day:%A}", "us": _us(query.day), "uk": _uk(query.day),
    }  # fmt: skip
    found = []
    for i in range(COUNT):
        pattern = words["patterns"][int(patterns[i])]
        what = kind["what"][int(whats[i])]
        what = what[:1].lower() + what[1:] if not pattern.startswith("{what}") else what
        text = pattern.format(what=what, **facts).replace(f"{event.city}, {event.city}", event.city)
        found.append(text)
    return tuple(found)


def _time(query: Query) -> str:
    """The time of day in the picture; of an edit, that of the archived photograph."""
    if query.scene is not None:
        return query.scene.time
    photo = next(s.photo for s in stories() if s.id == query.article)
    assert photo is not None, query.id  # an edit is made from a photograph
    return photo.split()[1]


def _us(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _uk(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
