"""Place recognition and resolution against annotated news (LGL: toponyms with offsets and coordinates)."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from geopy.distance import great_circle

from newsctx.gazetteer import Gazetteer, load
from newsctx.places import EARTH_RADIUS_KM
from newsctx.settings import LinkerSettings
from newsctx.toponyms import Toponym, find_toponyms, tokens_of

NEAR_KM = 161.0  # 100 miles: the customary radius of accuracy@161


def evaluate(path: str | Path) -> dict[str, Any]:
    """Metrics of the linker and of a plain baseline on an `articles.jsonl` with `text` and `toponyms`.

    precision, recall: a found span counts where it overlaps an annotated one, each used once. accuracy_161: share of
    the correctly found spans with coordinates in the annotation that lie within 161 km; end_to_end_161: share of all
    annotated ones that are found and that near.
    """
    # Not splitlines(): it also breaks at U+2028 and the like, which stand inside JSON strings.
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n") if line.strip()]
    gazetteer, settings = load(), LinkerSettings()
    started = time.perf_counter()
    ours = [find_toponyms(r["text"], gazetteer, settings) for r in rows]
    seconds = time.perf_counter() - started
    plain = [_baseline(r["text"], gazetteer) for r in rows]
    return {
        "articles": len(rows),
        "articles_per_second": len(rows) / seconds if seconds else None,
        "linker": _score(rows, ours),
        "baseline_longest_match_most_populous": _score(rows, plain),
    }


def _baseline(text: str, gazetteer: Gazetteer) -> list[Toponym]:
    """Every longest run of capitalised words that is a gazetteer name, as its most populous place."""
    tokens, found, i = tokens_of(text), [], 0
    while i < len(tokens):
        for size in range(min(5, len(tokens) - i), 0, -1):
            span = tokens[i : i + size]
            phrase = text[span[0].start : span[-1].end]
            entries = gazetteer.find_press(" ".join(t.key for t in span)) if all(t.capital for t in span) else []
            if entries:
                best = max(entries, key=lambda e: e.population)
                found.append(Toponym(span[0].start, span[-1].end, phrase, gazetteer.place(best)))
                i += size
                break
        else:
            i += 1
    return found


def _score(rows: list[dict[str, Any]], answers: list[list[Toponym]]) -> dict[str, float | int | None]:
    gold = predicted = hits = located = near = 0
    for row, answer in zip(rows, answers, strict=True):
        gold, predicted = gold + len(row["toponyms"]), predicted + len(answer)
        free = list(row["toponyms"])
        for found in answer:
            match = next((g for g in free if g["start"] < found.end and found.start < g["end"]), None)
            if match is None:
                continue
            free.remove(match)
            hits += 1
            if match.get("lat") is not None:
                located += 1
                near += _near(found, match)
    return {
        "annotated": gold, "found": predicted, "correct_spans": hits,
        "precision": _ratio(hits, predicted), "recall": _ratio(hits, gold),
        "located": located, "accuracy_161": _ratio(near, located), "end_to_end_161": _ratio(near, gold),
    }  # fmt: skip


def _near(found: Toponym, truth: dict[str, Any]) -> bool:
    if found.place.lat is None:
        return False
    at = (found.place.lat, found.place.lon)
    return great_circle(at, (truth["lat"], truth["lon"]), radius=EARTH_RADIUS_KM).km <= NEAR_KM


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


if __name__ == "__main__":
    print(json.dumps(evaluate(sys.argv[1]), indent=1))
