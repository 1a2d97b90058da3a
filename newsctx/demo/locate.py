"""Where the demonstration archive lies."""

from __future__ import annotations

import json
from pathlib import Path

from newsctx.errors import ArchiveError

REPOSITORY = Path(__file__).resolve().parents[2]


def demo_source() -> Path:
    """The folder with `articles.jsonl` and `images/`; raises ArchiveError where it is missing."""
    folder = REPOSITORY / "data" / "demo"
    if not (folder / "articles.jsonl").is_file():
        raise ArchiveError(
            f"{folder} holds no demonstration archive (articles.jsonl); run `python -m newsctx demo build`"
        )
    return folder


def demo_queries() -> list[dict[str, object]]:
    """The query photographs with their truth (fields as in queries.jsonl) and `path`, the absolute image path."""
    folder = demo_source()
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    return [{**row, "path": str(folder / row["image"])} for row in rows]
