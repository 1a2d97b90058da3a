"""`python -m newsctx tune`: learn the weights of retrieval on half of the queries, report on the other half."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from newsctx.errors import SettingsError

if TYPE_CHECKING:
    from newsctx.tuning.learn import Tuned

ABOUT = """\
The queries are those of `evaluate`. Those with relevant articles are parted in two halves that share no article. On one
half alpha (the parts of an article), beta (content, visual, position), the fusion's weights, calibrations and
reliabilities and the refinements are learned by coordinate ascent of mAP, for each way to fuse; the best way is kept.
The table is of the other half. The preset is read by `analyse`, `evaluate`, `bench clusters` and the workbench with
--settings.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "tune", help="learn the weights of retrieval from queries with known articles", epilog=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive to search")
    parser.add_argument("--queries", type=Path, required=True, metavar="FILE", help="photographs with `relevant`")
    parser.add_argument("--out", type=Path, required=True, metavar="PRESET", help="write the settings preset here")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the whole report here")
    parser.add_argument(
        "--calibration", type=Path, metavar="DIR",
        help="also write the channels' calibrations of the learning half, as a profile takes them (fusion.json)",
    )  # fmt: skip
    parser.add_argument("--profile", default=None, metavar="NAME", help="which models to use (default: embedded)")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="start from these instead of the defaults")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where results are kept: a stopped run goes on")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Learn, print the table, write the preset."""
    if args.out.suffix != ".json":
        raise SettingsError(f"--out {args.out}: expected a name that ends in .json.")
    found = _tuned(args)
    args.out.write_text(json.dumps(found.preset, indent=1) + "\n", encoding="utf-8")
    if args.json:
        args.json.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print(text(found))
    print(f"preset: {args.out}")
    if args.calibration:
        print(f"calibrations of {', '.join(found.calibrated)}: {args.calibration}")
    return 0


def text(found: Tuned) -> str:
    """As the command prints it."""
    from newsctx.evaluation.tables import shown, shown_difference, text_table
    from newsctx.tuning.learn import METRICS

    rows = [
        [r.name, *(shown(r.metrics[m]) for m in METRICS), shown_difference(r.gain) if r.gain else ""]
        for r in found.rows
    ]
    tried = ", ".join(f"{m} {s:.3f}" for m, s in found.scores.items())
    return "\n".join(
        [
            f"Learned on {found.learned_on} queries (mAP there: {tried}), reported on {found.reported_on} others:",
            text_table(["ranking", *METRICS, "mAP against the defaults"], rows),
            f"learned against the best channel alone ({found.best_channel}): mAP {shown_difference(found.over_best)}",
        ]
    )


def _tuned(args: argparse.Namespace) -> Tuned:
    from tqdm import tqdm

    from newsctx.analyse_command import read_settings
    from newsctx.archive.opened import open_archive
    from newsctx.cache import StageCache
    from newsctx.evaluation.datasets import load_queries
    from newsctx.evaluation.runner import check_articles
    from newsctx.models import load
    from newsctx.pipeline import Pipeline
    from newsctx.settings import Settings
    from newsctx.state import state_folder
    from newsctx.tuning.halves import halves
    from newsctx.tuning.learn import Tuned, against_best, calibrations, judge, learn, preset
    from newsctx.tuning.observed import Observed
    from newsctx.writers.extractive import ExtractiveWriter

    settings = read_settings(args.settings, args.profile)
    queries = load_queries(args.queries, "auto", None, need_images=True)
    learning, reporting = halves(queries, settings.seed)
    models = load(settings.profile)
    archive = open_archive(args.archive, models, settings)
    check_articles(queries, archive.store.ids())
    cache = StageCache(state_folder(args.state) / "cache")

    def pipeline(changed: Settings) -> Pipeline:
        return Pipeline(archive, models, changed, cache, ExtractiveWriter())

    with tqdm(unit=" searches", disable=None) as bar:
        seen = [Observed(half, pipeline, settings, lambda one: bar.update(one)) for half in (learning, reporting)]
        after, scores = learn(seen[0], settings, lambda what, tried: bar.set_postfix_str(f"{what}: {tried} points"))
        rows = judge(seen[1], settings, after)
        best, over_best = against_best(seen[1], after)
    known: tuple[str, ...] = ()
    if args.calibration:
        fitted = calibrations(seen[0], settings, archive.digest)
        fitted.save(args.calibration)
        known = tuple(fitted.channels)
    return Tuned(
        calibrated=known,
        learned_on=len(learning),
        reported_on=len(reporting),
        method=after.fusion.method,
        preset=preset(after),
        rows=rows,
        scores=scores,
        best_channel=best,
        over_best=over_best,
    )
