"""The held-out query photographs: edits, other viewpoints, and scenes the archive knows nothing about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PIL import Image, ImageDraw, ImageOps

from newsctx.demo.facts import BY_ID, Event
from newsctx.demo.painter.lettering import font

Edit = Callable[[Image.Image], Image.Image]


def crop(image: Image.Image) -> Image.Image:
    """Half of the area."""
    return image.crop((150, 60, 602, 362))


def mirror(image: Image.Image) -> Image.Image:
    return ImageOps.mirror(image)


def grey(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image).convert("RGB").resize((420, 280))


def banner(image: Image.Image) -> Image.Image:
    """A breaking-news strip over the lower edge."""
    out = image.copy()
    draw = ImageDraw.Draw(out)
    draw.rectangle((0, 352, 640, 427), fill=(176, 24, 32))
    draw.text((20, 389), "BREAKING: IT HAPPENED TODAY", font=font(30), fill="white", anchor="lm")
    return out


def screenshot(image: Image.Image) -> Image.Image:
    """The photograph inside a post of an invented network, as a telephone shows it."""
    out = Image.new("RGB", (540, 760), (250, 250, 252))
    draw = ImageDraw.Draw(out)
    draw.ellipse((24, 28, 76, 80), fill=(30, 130, 140))
    draw.text((92, 42), "harbour_eye_77", font=font(20), fill=(20, 24, 30), anchor="lm")
    draw.text((92, 68), "2 min", font=font(15), fill=(120, 126, 134), anchor="lm")
    draw.text((24, 112), "Ferry sinks near LISBON this morning!!", font=font(21), fill=(20, 24, 30), anchor="lm")
    out.paste(image.resize((540, 360)), (0, 146))
    draw.text((24, 548), "3.1K shares   814 comments", font=font(16), fill=(120, 126, 134), anchor="lm")
    draw.line((24, 580, 516, 580), fill=(220, 224, 228), width=2)
    return out


@dataclass(frozen=True)
class Query:
    """One query; an edit names the archived article it was made from, a viewpoint the view to paint."""

    id: str
    event: Event
    kind: str  # edit, viewpoint, unrelated
    note: str
    article: str = ""
    edit: Edit | None = None
    photo: str = ""


def _elsewhere(id: str, city: str, kind: str, day: date, sign: str) -> Event:
    return Event(id, city, kind, day, (sign,))


QUERIES: tuple[Query, ...] = (
    Query(
        "q01-ferry-screenshot",
        BY_ID["istanbul_ferry"],
        "edit",
        "Screenshot of a post that claims Lisbon.",
        "istanbul-ferry-1",
        screenshot,
    ),
    Query("q02-paris-crop", BY_ID["paris_flood"], "edit", "Cropped to half of its area.", "paris-flood-1", crop),
    Query("q03-capetown-mirror", BY_ID["capetown_fire"], "edit", "Mirrored.", "capetown-fire-1", mirror),
    Query("q04-kyoto-grey", BY_ID["kyoto_parade"], "edit", "Grey and smaller.", "kyoto-parade-3", grey),
    Query("q05-sf-banner", BY_ID["sf_protest"], "edit", "With a breaking-news banner.", "sf-protest-2", banner),
    Query(
        "q06-paris-march", BY_ID["paris_protest"], "viewpoint", "Same march, another street.", photo="street day cloudy"
    ),
    Query(
        "q07-sydney-run",
        BY_ID["sydney_marathon"],
        "viewpoint",
        "Same race, another corner.",
        photo="square golden clear b",
    ),
    Query(
        "q08-istanbul-tram",
        BY_ID["istanbul_snow"],
        "viewpoint",
        "Same day, no landmark in frame.",
        photo="street day snow -",
    ),
    Query(
        "q09-amsterdam-water",
        BY_ID["amsterdam_flood"],
        "viewpoint",
        "Same flood, next morning.",
        photo="street dawn cloudy",
    ),
    Query(
        "q10-florence-finish",
        BY_ID["florence_marathon"],
        "viewpoint",
        "Same race, late light.",
        photo="square golden cloudy",
    ),
    Query(
        "q11-unknown-race",
        _elsewhere("sf_race", "San Francisco", "marathon", date(2019, 7, 28), "BAY RUN"),
        "unrelated",
        "The archive has nothing on this race.",
        photo="street day fog",
    ),
    Query(
        "q12-unknown-parade",
        _elsewhere("amsterdam_parade", "Amsterdam", "parade", date(2018, 4, 21), "TULIP PARADE"),
        "unrelated",
        "The archive has nothing on this parade.",
        photo="street day clear",
    ),
)
