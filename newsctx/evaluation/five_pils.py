"""5Pils-OOC: fact-checked photographs taken out of context (Tonglet et al. 2025; metadata CC BY-SA 4.0).

`test.json` is a list of rows `image_id, image_path, location, date_numeric_label, ...`, each photograph twice (with its
true and with a false caption); `geonames.json`, where it lies beside it, holds GeoNames answers by `query`. Checked
against the published files: 1,248 rows on 624 photographs. The photographs themselves are not part of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from newsctx.errors import EvaluationError
from newsctx.evaluation.truth import Query

UNKNOWN = "not enough information"


def read_five_pils(path: Path, images: Path | None = None) -> tuple[Query, ...]:
    """One query a photograph, the first row of each.

    The date is the first of `date_numeric_label`, as in the published evaluation. That label is finer than the text it
    was read from (`2016` became 2016-01-14), which makes exact matches rarer than they should be; it is kept so that
    numbers can be compared.

    Args:
        path: `test.json`.
        images: the folder that `image_path` is relative to; None: beside the file. Photographs may be missing.

    Raises:
        EvaluationError: an unreadable file or a row without the fields.
    """
    rows = read_json(path, list)
    places = _geonames(path.with_name("geonames.json"))
    found: dict[str, Query] = {}
    for number, row in enumerate(rows, 1):
        try:
            key = str(row["image_id"])
            if key not in found:
                found[key] = _query(key, row, images or path.parent, places)
        except (KeyError, TypeError, ValueError) as error:
            raise EvaluationError(
                f"{path}, row {number}: {type(error).__name__} {error}; expected the fields of 5Pils-OOC (image_id, "
                "image_path, location, date_numeric_label)."
            ) from error
    return tuple(found.values())


def _query(key: str, row: dict[str, Any], folder: Path, places: dict[str, dict[str, Any]]) -> Query:
    place = "" if row["location"] == UNKNOWN else row["location"]
    labels = row["date_numeric_label"]
    date = "" if labels == UNKNOWN or not labels else labels[0].split("T")[0]
    image = folder / row["image_path"]
    known = places.get(place.split(",")[0].strip().lower()) or {}
    return Query(
        id=key, image=image if image.is_file() else None, place=place, date=date, lat=known.get("lat"),
        lon=known.get("lon"), path=known.get("path", ()), kind=str(row.get("type_of_image", "")),
    )  # fmt: skip


def _geonames(path: Path) -> dict[str, dict[str, Any]]:
    """GeoNames' answer by query in lower case: the last row of a query, as in the published evaluation.

    The rows of a query are GeoNames' answers, best first; the published code reads them into a dictionary, so that the
    last one stays. That is rarely the best one, and kept so that numbers can be compared.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in read_json(path, list) if path.is_file() else []:
        if key := str(row.get("query", "")).lower():
            at = row.get("coordinates") or (None, None)
            lat, lon = (None if x is None else float(x) for x in at)
            found[key] = {"lat": lat, "lon": lon, "path": _levels(row.get("hierarchy"))}
    return found


def _levels(hierarchy: object) -> tuple[str, ...]:
    """From continent to leaf: a list, or the same in one string (`Earth;Asia;Mongolia`); neighbours named once."""
    if isinstance(hierarchy, str):
        hierarchy = hierarchy.split(";" if ";" in hierarchy else ",")
    found: list[str] = []
    for name in (str(n).strip() for n in (hierarchy if isinstance(hierarchy, list) else ()) if n):
        if name and name.lower() != "earth" and (not found or found[-1].lower() != name.lower()):
            found.append(name)
    return tuple(found)


def read_json(path: Path, kind: type) -> Any:
    """A JSON file whose top is a `kind`; raises EvaluationError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path} cannot be read as JSON: {error}.") from error
    if not isinstance(found, kind):
        raise EvaluationError(f"{path} holds a {type(found).__name__}, expected a {kind.__name__}.")
    return found
