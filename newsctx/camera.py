"""Camera time and position from EXIF, with everything that is wrong about them in practice.

Tags and formats: EXIF 2.32 (CIPA DC-008) sec. 4.6. A value that cannot be trusted is left out and its problem named.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from newsctx.records import Camera

_TIME_TAGS: tuple[tuple[Base, Base, str, str], ...] = (
    (Base.DateTimeOriginal, Base.OffsetTimeOriginal, "DateTimeOriginal", ""),
    (
        Base.DateTimeDigitized,
        Base.OffsetTimeDigitized,
        "DateTimeDigitized",
        "no time of taking: this is the time of digitisation, which is later for a scan",
    ),
    (
        Base.DateTime,
        Base.OffsetTime,
        "DateTime",
        "no time of taking: this is the time of the file's last change, the photograph may be older",
    ),
)
_TIME = re.compile(r"(\d{4})[:/.-](\d{1,2})[:/.-](\d{1,2})[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_FIRST_YEAR = 1990  # no camera wrote EXIF before; earlier dates are unset clocks
_WGS84 = re.compile(r"^(WGS[-_ ]?(19)?84|ITRF.*)$", re.I)


def read_camera(exif: Image.Exif, today: date) -> Camera:
    """Make, model, local time and position; never raises, whatever the block holds."""
    main = _entries(exif, None)
    photo = {**main, **_entries(exif, IFD.Exif)}
    time, time_problem = _time(photo, today)
    gps = _entries(exif, IFD.GPSInfo)
    lat, lon, gps_problem = _position(gps)
    return Camera(
        make=_text(main.get(Base.Make)),
        model=_text(main.get(Base.Model)),
        time=time,
        time_problem=time_problem,
        lat=lat,
        lon=lon,
        altitude=_altitude(gps) if lat is not None else None,
        gps_problem=gps_problem,
    )


def _entries(exif: Image.Exif, ifd: IFD | None) -> dict[int, Any]:
    """The entries of one directory; a tag that cannot be parsed is absent, a broken directory is empty."""
    try:
        directory = exif if ifd is None else exif.get_ifd(ifd)
        tags = list(directory)
    except Exception:  # Pillow raises struct.error, SyntaxError, KeyError, TypeError, ... on corrupt blocks
        return {}
    found: dict[int, Any] = {}
    for tag in tags:
        try:
            found[tag] = directory[tag]
        except Exception:  # one broken tag must not hide its neighbours
            continue
    return found


def _text(value: Any) -> str:
    """A short printable string: EXIF text is bytes or str, padded with NULs or blanks, and untrusted."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    kept = "".join(c if c.isprintable() else " " for c in value.split("\x00")[0])
    return " ".join(kept.split())[:100]


# --- time -----------------------------------------------------------------------------------------------------


def _time(tags: dict[int, Any], today: date) -> tuple[str, str]:
    """(ISO 8601 local time or "", problems joined by "; "); the first usable of the three tags."""
    problems: list[str] = []
    for tag, offset_tag, name, caveat in _TIME_TAGS:
        raw = _text(tags.get(tag))
        if not raw.strip(" :-/0"):
            # blanks are the standard's way to say unknown, zeros the cameras' way
            if "0" in raw:
                problems.append(f"{name} is {raw}: the camera's clock was not set")
            continue
        moment, problem = _moment(raw, today)
        if moment is None:
            problems.append(f"{name} {raw!r} {problem}")
            continue
        offset, offset_problem = _offset(tags.get(offset_tag))
        problems += [p for p in (caveat, problem, offset_problem) if p]
        return moment.isoformat() + offset, "; ".join(problems)
    return "", "; ".join(problems)


def _moment(raw: str, today: date) -> tuple[datetime | None, str]:
    found = _TIME.match(raw)
    if not found:
        return None, "is not a time of the form YYYY:MM:DD HH:MM:SS"
    try:
        moment = datetime(*(int(part or 0) for part in found.groups()))
    except ValueError:
        return None, "does not exist in the calendar"
    if moment.year < _FIRST_YEAR:
        return None, f"is before {_FIRST_YEAR}: the camera's clock was not set"
    if moment.date() > today + timedelta(days=1):  # one day: the camera may be in a zone ahead of ours
        return None, f"lies in the future (today is {today.isoformat()}): the camera's clock was wrong"
    if (moment.month, moment.day, moment.hour, moment.minute) == (1, 1, 0, 0):
        return moment, "midnight of 1 January is what an unset clock often says"
    return moment, ""


def _offset(value: Any) -> tuple[str, str]:
    """(`+02:00` or "", problem); nothing is assumed where the file has no offset."""
    raw = _text(value)
    if not raw.strip(" :"):
        return "", ""
    if raw.upper() == "Z":
        return "+00:00", ""
    found = _OFFSET.fullmatch(raw)
    if not found or int(found[2]) > 14 or int(found[3]) > 59:
        return "", f"time offset {raw!r} is not a time zone and was left out"
    return f"{found[1]}{found[2]}:{found[3]}", ""


# --- position -------------------------------------------------------------------------------------------------


def _position(gps: dict[int, Any]) -> tuple[float | None, float | None, str]:
    """(lat, lon, problem) in degrees, both or neither."""
    raw_lat, raw_lon = gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLongitude)
    if raw_lat is None and raw_lon is None:
        return None, None, ""
    if raw_lat is None or raw_lon is None:
        return None, None, f"GPS {'latitude' if raw_lat is None else 'longitude'} is missing"
    lat, lat_problem = _coordinate("latitude", raw_lat, gps.get(GPS.GPSLatitudeRef), "NS", 90)
    lon, lon_problem = _coordinate("longitude", raw_lon, gps.get(GPS.GPSLongitudeRef), "EW", 180)
    if lat == 0 and lon == 0:
        return None, None, "GPS is 0, 0: the receiver had no fix"
    if lat is None or lon is None:
        return None, None, "; ".join(p for p in (lat_problem, lon_problem) if p)
    return lat, lon, "; ".join(_doubts(gps))


def _coordinate(name: str, raw: Any, ref: Any, letters: str, limit: int) -> tuple[float | None, str]:
    """Signed degrees from degrees-minutes-seconds rationals and a hemisphere letter."""
    parts = [_number(part) for part in (raw if isinstance(raw, (tuple, list)) else (raw,))][:3]
    if not parts or any(part is None for part in parts):
        return None, f"GPS {name} is not a number (a zero denominator or a broken entry)"
    degrees, minutes, seconds = ([part or 0.0 for part in parts] + [0.0, 0.0])[:3]
    if not (0 <= minutes <= 60 and 0 <= seconds <= 60):
        return None, f"GPS {name} has {minutes:g} minutes and {seconds:g} seconds, outside 0..60"
    value = abs(degrees) + minutes / 60 + seconds / 3600
    if value > limit:
        return None, f"GPS {name} is {value:g} degrees, outside 0..{limit}"
    letter = _text(ref)[:1].upper()
    if value == 0:  # the equator and the prime meridian have no hemisphere
        return 0.0, ""
    if letter not in (letters[0], letters[1]):
        return None, f"GPS {name} {value:g} does not say whether it is {letters[0]} or {letters[1]}"
    if degrees < 0 and letter == letters[0]:
        return None, f"GPS {name} is negative and marked {letter}: the two contradict each other"
    return (value if letter == letters[0] else -value), ""


def _number(part: Any) -> float | None:
    """A finite float, None for zero denominators (NaN in Pillow), infinities and anything that is no number."""
    try:
        value = float(part)
    except Exception:  # str, bytes, None, nested tuples, rationals that refuse
        return None
    return value if math.isfinite(value) else None


def _doubts(gps: dict[int, Any]) -> list[str]:
    """Why a well-formed position may still be off."""
    doubts: list[str] = []
    if _text(gps.get(GPS.GPSStatus)).upper() == "V":
        doubts.append("the receiver reported no current fix: the position may be an old one")
    datum = _text(gps.get(GPS.GPSMapDatum))
    if datum and not _WGS84.match(datum):
        doubts.append(f"coordinates use the datum {datum!r}, not WGS 84: they may be off by hundreds of metres")
    return doubts


def _altitude(gps: dict[int, Any]) -> float | None:
    """Metres above (below: negative) sea level; None outside -500..20000."""
    value = _number(gps.get(GPS.GPSAltitude))
    if value is None:
        return None
    below = gps.get(GPS.GPSAltitudeRef) in (1, b"\x01", 3, b"\x03")
    value = -abs(value) if below else value
    return value if -500 <= value <= 20_000 else None
