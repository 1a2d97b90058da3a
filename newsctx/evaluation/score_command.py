"""`python -m newsctx score`: score a prediction file without running anything."""

from __future__ import annotations

import argparse
from pathlib import Path

FORMATS = """\
Both files are JSON Lines, one object a query.

truth        {"id": "q1", "place": "Paris, France, Europe", "date": "2021-02-01",
              "lat": 48.86, "lon": 2.35, "relevant": ["article-7"], "location_relevant": ["article-7", "article-9"]}
predictions  {"id": "q1", "places": ["Paris (France)", "Lyon"], "dates": ["2021-02-03", "2020"],
              "ranking": ["article-9", "article-7"], "lat": 48.85, "lon": 2.35}

Places run from leaf to root; dates are YYYY-MM-DD, YYYY-MM, YYYY or 1970s. Lists are best first. All but `id` is
optional: what the truth leaves out is not scored, what no prediction row has is not scored. An empty list is "no
answer" and scores 0. lat and lon of a prediction belong to its first place; where they are missing, on either side,
the gazetteer's are used. Every query of the truth needs its row: a missing, doubled or unknown id is an error.

An exact match at rank 1 scores 1 for Example-F1, CODelta / Delta and GREAT (as the NewsRECON evaluation does).
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "score", help="score a file of predictions against a file of truths", epilog=FORMATS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--truth", type=Path, required=True, metavar="FILE", help="the truths (JSONL, see below)")
    parser.add_argument(
        "--format", default="auto", metavar="NAME",
        help="of the truths: queries (see below), 5pils_ooc, tara or openevents (default: by the file)",
    )  # fmt: skip
    parser.add_argument("--predictions", type=Path, required=True, metavar="FILE", help="the predictions (JSONL)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the report here (- for standard output)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the report."""
    from newsctx.evaluation.score import score_files

    report = score_files(args.truth, args.predictions, form=args.format)
    if str(args.json) == "-":
        print(report.model_dump_json(indent=1))
        return 0
    print(report.text())
    if args.json:
        args.json.write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return 0
