"""`python -m newsctx evaluate`: every stage measured on queries with known truth; sweeps and ablations."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from newsctx.errors import SettingsError

if TYPE_CHECKING:
    from newsctx.evaluation.session import Session

STAGES = ("all", "retrieve", "verify", "locate", "events", "context", "caption")
QUERIES = """\
The queries are JSON Lines, one photograph a line:
  {"id": "q1", "image": "queries/q1.jpg", "place": "Paris, France, Europe", "date": "2021-02-01",
   "relevant": ["article-7"], "location_relevant": ["article-7", "article-9"]}
`image` is relative to the file; places run from leaf to root. An empty `relevant` says that the archive knows nothing
of the photograph. Files of 5Pils-OOC (test.json), TARA (gold_*.jsonl) and OpenEvents v1 (CSV) are read as published.

Every query is scored: a missing photograph or article, or a stage that fails, is an error that names it. A run that was
stopped goes on where it was. --fast measures the paper's own setting (image-text encoder, location, events, answer)
for all queries at once, without reading text or looking for copies.

--stage caption writes a caption of every photograph and reports CIDEr against the query's `captions`, CLIPScore, the
share of names, places, dates and numbers that the cited evidence holds, and of who, what, where, when and why answered;
beside the first article's headline. With --ablations also captions without evidence.

  --sweep events.window_days=1,3,7,15,30 --sweep events.min_size=1,2,3,5,10   one table and one plot panel each
  --sweep retrieve.k=10,30,100 --archive-share 0.33,0.67,1                    top K; a third, two thirds, all articles
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "evaluate", help="measure every stage on queries whose truth is known", epilog=QUERIES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive to search")
    parser.add_argument("--queries", type=Path, required=True, metavar="FILE", help="the queries (see below)")
    parser.add_argument(
        "--format", default="auto", metavar="NAME", help="of the queries: queries, 5pils_ooc, tara or openevents"
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="the photographs, where not beside the queries")
    parser.add_argument("--stage", choices=STAGES, default="all", help="report this stage and those before it alone")
    parser.add_argument(
        "--allow-remote", metavar="URL", help="let the caption server at this base URL receive the photographs"
    )
    parser.add_argument("--fast", action="store_true", help="the encoder's own setting, without text and copies")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N queries only (the report says so)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the report here (- for standard output)")
    parser.add_argument("--profile", default=None, metavar="NAME", help="which models to use (default: embedded)")
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="a JSON file with settings that differ from the defaults"
    )
    parser.add_argument("--state", type=Path, metavar="DIR", help="where results are kept")
    parser.add_argument(
        "--sweep", action="append", default=[], metavar="SETTING=V,V,...", help="measure under each value of a setting"
    )
    parser.add_argument("--archive-share", metavar="S,S,...", help="sweep the share of the articles (a seeded draw)")
    parser.add_argument("--grid", action="store_true", help="sweep all combinations instead of one setting at a time")
    parser.add_argument("--plot", type=Path, metavar="OUT", help="a sweep's plot, .html or .png (default: sweep.html)")
    parser.add_argument("--ablations", action="store_true", help="a table of what is lost without each part")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the report, the sweep or the ablations."""
    axes = _axes(args)  # refused before anything is loaded
    if args.limit is not None and args.limit < 1:
        raise SettingsError(f"--limit {args.limit}: expected at least 1.")
    if args.ablations and (args.sweep or args.archive_share):
        raise SettingsError("--ablations and --sweep: expected one of them; run the command twice.")
    if args.fast and args.stage == "caption":
        raise SettingsError("--fast --stage caption: the fast evaluation reads no text. Leave --fast away.")
    if args.stage == "caption" and axes:
        raise SettingsError("--sweep --stage caption: a sweep measures rankings and answers. Leave --stage away.")
    if args.fast and args.stage == "verify":
        raise SettingsError(
            "--fast --stage verify: the fast evaluation compares no photographs. Leave --fast away, or choose "
            "retrieve, locate, events or context."
        )
    from newsctx.evaluation.session import open_session

    session = open_session(args)
    if axes:
        return _sweep(args, session, axes)
    if args.ablations:
        found = session.ablations(args.stage)
        _write(args, "\n\n".join(f"{name}\n{table.text()}" for name, table in found.items()), _json(found))
        return 0
    report = session.captions() if args.stage == "caption" else session.report(args.stage)
    _write(args, report.text(), report.model_dump_json(indent=1))
    return 0


def _axes(args: argparse.Namespace) -> list:
    from newsctx.evaluation.setting_paths import ARCHIVE_SHARE, parse_axis

    texts = list(args.sweep) + ([f"{ARCHIVE_SHARE}={args.archive_share}"] if args.archive_share else [])
    axes = [parse_axis(text) for text in texts]
    for axis in axes:
        bad = [v for v in axis.values if axis.real == ARCHIVE_SHARE and not (_number(v) and 0 < v <= 1)]
        if bad:
            raise SettingsError(f"--archive-share {bad[0]}: expected shares above 0, at most 1.")
    twice = [a.path for i, a in enumerate(axes) if a.real in {b.real for b in axes[:i]}]
    if twice:
        raise SettingsError(f"--sweep {twice[0]} stands twice; give all its values at once.")
    return axes


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sweep(args: argparse.Namespace, session: Session, axes: list) -> int:
    from newsctx.evaluation.plot import write_html, write_png

    plot = args.plot or Path("sweep.html")
    if plot.suffix not in (".html", ".png"):
        raise SettingsError(f"--plot {plot}: expected a name that ends in .html or .png.")
    found = session.sweep(axes, args.grid)
    (write_png if plot.suffix == ".png" else write_html)(found, plot)
    _write(args, f"{found.text()}\n\nplot: {plot}", found.model_dump_json(indent=1))
    return 0


def _json(found: dict) -> str:
    import json

    return json.dumps({name: table.model_dump(mode="json") for name, table in found.items()}, indent=1)


def _write(args: argparse.Namespace, text: str, plain: str) -> None:
    if str(args.json) == "-":
        print(plain)
        return
    print(text)
    if args.json:
        args.json.write_text(plain + "\n", encoding="utf-8")
