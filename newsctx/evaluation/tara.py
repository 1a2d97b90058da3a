"""TARA: news photographs with time and place labels (Fu et al., ACL 2022).

JSON Lines with one photograph a line. The gold files (`gold_dev.jsonl`, `gold_test.jsonl`, `gold_interest.jsonl`) have
`image_url`, `web_url`, `pub_date`, `abstract`, `gold_location` (leaf to root, commas) and `gold_time` (`2021-5-21` or
coarser); `train.jsonl` has `location` or `locations` and `date`. Written from the field names that the published
programs of TARA and NewsRECON read; the tests use files in that form that they write themselves, the real files (which
need a download by hand) were not at hand.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from newsctx.errors import EvaluationError
from newsctx.evaluation.truth import CENTURY, Query, read_jsonl

_NYT = re.compile(r"^https?://static01\.nyt\.com/")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_COARSE = re.compile(rf"\d{{3}}0s|{CENTURY.pattern}")


def read_tara(path: Path, images: Path | None = None) -> tuple[Query, ...]:
    """The photographs of a TARA file; the id is the line's position, from 0, as NewsRECON names the files.

    Args:
        images: the folder with `{position}.png` (NewsRECON) or with the names that TARA's own program gives
            (`images-2021-05-21-...jpg`); None: beside the file.

    Raises:
        EvaluationError: an unreadable file, or a row without a label field.
    """
    folder = images or path.parent
    found = []
    for position, (number, row) in enumerate(read_jsonl(path)):
        if not {"gold_location", "location", "locations", "gold_time", "date"} & set(row):
            raise EvaluationError(
                f"{path}, line {number}: neither gold_location / gold_time nor location / date; expected a TARA file."
            )
        image = _image(folder, position, row)
        place, date = _place(row), _date(row.get("gold_time", row.get("date")), path, number)
        found.append(Query(id=str(position), image=image, place=place, date=date, note=str(row.get("web_url", ""))))
    return tuple(found)


def _place(row: dict[str, Any]) -> str:
    value = row.get("gold_location") or row.get("location") or row.get("locations") or ""
    return ", ".join(str(v) for v in value) if isinstance(value, list) else str(value)


def _date(value: object, path: Path, number: int) -> str:
    """With two digits for month and day; a decade or a century as it stands."""
    text = str(value or "").strip()
    parts = _DATE.fullmatch(text)
    if parts:
        return "-".join([parts[1], *(f"{int(p):02d}" for p in parts.groups()[1:] if p)])
    if not text or _COARSE.fullmatch(text):
        return text
    raise EvaluationError(
        f"{path}, line {number}: time {text!r}, expected 2021-5-21, 2021-5, 2021, 1970s or 20th century."
    )


def _image(folder: Path, position: int, row: dict[str, Any]) -> Path | None:
    name = _NYT.sub("", str(row.get("image_url", ""))).replace("/", "-")
    options = [f"{position}.png", f"{position}.jpg", name, f"{name}.jpg"] if name else [f"{position}.png"]
    return next((folder / n for n in options if (folder / n).is_file()), None)
