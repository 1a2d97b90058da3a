"""OpenEvents v1: CNN and Guardian articles with their photographs (Nguyen et al. 2025; EVENTA challenge 2025).

`database.json` maps article ids to `url`, `title`, `content` and `images` (ids of files `{id}.jpg`; `date` where it is
known); a ground truth CSV has a query's id (`query_id`, or `image_index` in `gt_train.csv`) and `retrieved_article_id`.
Written from the field names that published entries to the challenge read; the tests use files in that form that they
write themselves, the real files (which need a download by hand) were not at hand.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newsctx.errors import EvaluationError
from newsctx.evaluation.five_pils import read_json
from newsctx.evaluation.truth import Query

_QUERY, _ARTICLE = ("query_id", "image_index"), ("retrieved_article_id", "article_id_1")
_CAPTION = ("caption", "reference_caption", "query_caption", "ground_truth_caption")
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def read_open_events(path: Path, images: Path | None = None) -> tuple[Query, ...]:
    """The queries of a ground truth CSV; several rows of one query are several relevant articles.

    A column of captions (`caption` in `gt_train.csv`) gives the references of the caption measures.

    Args:
        images: the folder of the query photographs `{query id}.jpg`; None: beside the file.

    Raises:
        EvaluationError: an unreadable file, or columns that are not those of OpenEvents.
    """
    folder = images or path.parent
    relevant: dict[str, list[str]] = {}
    captions: dict[str, list[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            query, article = (
                next((n for n in names if n in (rows.fieldnames or ())), "") for names in (_QUERY, _ARTICLE)
            )
            if not query or not article:
                raise EvaluationError(
                    f"{path} has the columns {', '.join(rows.fieldnames or ())}; expected one of {', '.join(_QUERY)} "
                    f"and one of {', '.join(_ARTICLE)}."
                )
            worded = [n for n in _CAPTION if n in (rows.fieldnames or ())]
            for row in rows:
                captions.setdefault(_plain_id(row[query] or ""), []).extend((row[n] or "").strip() for n in worded)
                relevant.setdefault(_plain_id(row[query] or ""), []).append((row[article] or "").strip())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f"{path} cannot be read as CSV: {error}.") from error
    if "" in relevant:
        raise EvaluationError(f"{path}: a row has no {query}; expected the id of its photograph.")
    return tuple(
        # a query for which no row names an article has no known truth; `()` would say that the archive knows nothing
        Query(
            id=q,
            image=_image(folder, q),
            relevant=tuple(dict.fromkeys(a for a in articles if a)) or None,
            captions=tuple(dict.fromkeys(c for c in captions[q] if c)),
        )
        for q, articles in relevant.items()
    )


def open_events_articles(path: Path, images: Path | None = None) -> Iterator[dict[str, Any]]:
    """Rows for `python -m newsctx import` from `database.json`; photographs are looked for in `images`."""
    for article_id, row in read_json(path, dict).items():
        files = [f for i in row.get("images", ()) if images and (f := _image(images, str(i)))]
        yield {
            "id": article_id, "url": row.get("url", ""), "headline": row.get("title", ""),
            "body": row.get("content", ""), "images": [{"path": str(f)} for f in files],
        } | ({"published": row["date"]} if row.get("date") else {})  # fmt: skip


def _plain_id(text: str) -> str:
    """Without the suffix of a photograph's file; `img.v1` is an id of its own."""
    text = text.strip()
    suffix = next((s for s in _SUFFIXES if text.lower().endswith(s)), "")
    return text[: len(text) - len(suffix)]


def _image(folder: Path, name: str) -> Path | None:
    return next((folder / f"{name}{s}" for s in _SUFFIXES if (folder / f"{name}{s}").is_file()), None)
