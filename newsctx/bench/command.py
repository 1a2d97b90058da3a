"""`python -m newsctx bench`: how good the copy channel is and what each stage costs, beside named baselines."""

from __future__ import annotations

import argparse
import importlib
import os
from pathlib import Path

from tqdm import tqdm

from newsctx.errors import SettingsError
from newsctx.settings import Settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("bench", help="measure the copy channel, the chunks and the time per stage")
    kinds = ["all", "copy", "verify", "stages", "clusters", "scale", "overrides", "chunks", "batch", "analysts"]
    parser.add_argument("what", nargs="?", choices=kinds, default="all")
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="DIR",
        help="copy, batch: a folder of photographs (copy: default: the demo's)",
    )
    parser.add_argument(
        "--source", type=Path, metavar="FILE", help="clusters: articles as JSON Lines, with `event` and `image`"
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="clusters, chunks, batch: settings that differ from the defaults"
    )
    parser.add_argument(
        "--articles",
        type=int,
        default=100_000,
        metavar="N",
        help="scale, overrides: synthetic articles (default: 100000)",
    )
    parser.add_argument(
        "--with-photo",
        type=int,
        default=10_000,
        metavar="N",
        help="scale, overrides: of them with a photograph (default: 10000)",
    )
    parser.add_argument(
        "--pairs", type=Path, metavar="DIR", help="verify: a folder of photographs with `pairs.jsonl` (id, a, b)"
    )
    parser.add_argument(
        "--negatives", type=int, default=1000, metavar="N", help="verify: pairs of different scenes (default: 1000)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="chunks: a folder with `articles.jsonl` (id, title, text, gold_who ...)",
    )
    parser.add_argument("--archive", type=Path, metavar="DIR", help="the archive to time (default: the demo's)")
    parser.add_argument(
        "--queries", type=int, default=200, metavar="N", help="photographs to query with (default: 200)"
    )
    parser.add_argument("--analysts", type=int, default=20, metavar="N", help="analysts: how many (default: 20)")
    parser.add_argument(
        "--minutes", type=float, default=5.0, metavar="N", help="analysts: how long they work (default: 5)"
    )
    parser.add_argument("--count", type=int, default=200, metavar="N", help="batch: photographs (default: 200)")
    parser.add_argument(
        "--sample", type=int, default=20, metavar="N", help="batch: of them, those of the baseline (default: 20)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the sample and the edits (default: 0)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where the demonstration archive lies")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the reports."""
    if args.queries < 1:
        raise SettingsError(f"--queries {args.queries}: expected at least 1.")
    if args.what == "clusters" and args.source is None:
        raise SettingsError("bench clusters: --source FILE is needed: articles with an `event` and an `image` each.")
    if args.what == "verify" and args.pairs is None:
        raise SettingsError("bench verify: --pairs DIR is needed: a folder with `pairs.jsonl` and its photographs.")
    if args.what == "chunks" and args.data is None:
        raise SettingsError("bench chunks: --data DIR is needed: a folder with `articles.jsonl` and its human answers.")
    if args.negatives < 1:
        raise SettingsError(f"--negatives {args.negatives}: expected at least 1.")
    print(f"{os.cpu_count()} CPU cores, seed {args.seed}")
    if args.what in ("all", "copy"):
        print(_copy(args))
    if args.what == "verify":
        print(_verify(args))
    if args.what in ("all", "stages"):
        print(_stages(args))
    if args.what == "clusters":
        print(_clusters(args))
    if args.what == "scale":
        print(_scale(args))
    if args.what == "overrides":
        print(_overrides(args))
    if args.what == "chunks":
        print(_chunks(args))
    if args.what == "batch":
        print(_batch(args))
    if args.what == "analysts":
        return _analysts(args)
    return 0


def _copy(args: argparse.Namespace) -> str:
    from newsctx.bench import copy
    from newsctx.demo.locate import demo_source

    photos = args.photos or demo_source() / "images"
    return copy.run(photos, Settings(), queries=args.queries, seed=args.seed).text()


def _verify(args: argparse.Namespace) -> str:
    from newsctx.bench import verify

    return verify.run(args.pairs, Settings(), negatives=args.negatives, seed=args.seed).text()


def _stages(args: argparse.Namespace) -> str:
    from newsctx.bench import stages
    from newsctx.models import load
    from newsctx.start import prepare_demo
    from newsctx.state import state_folder

    settings = Settings()
    models = load(settings.profile)
    archive = args.archive or prepare_demo(state_folder(args.state), models, settings)
    with tqdm(total=args.queries, unit="photo") as bar:
        report = stages.run(archive, models, settings, args.queries, args.seed, lambda done: bar.update(done - bar.n))
    return report.text()


def _scale(args: argparse.Namespace) -> str:
    from newsctx.bench import scale
    from newsctx.state import state_folder

    if not 1 <= args.with_photo <= args.articles:
        raise SettingsError(f"--with-photo {args.with_photo}: expected 1 to {args.articles}, the number of articles.")
    folder = state_folder(args.state) / "bench"
    with tqdm(total=args.queries, unit="photo") as bar:
        told = lambda done: bar.update(min(done, args.queries) - bar.n)  # noqa: E731
        return scale.run(folder, args.articles, args.with_photo, args.queries, args.seed, told).text()


def _overrides(args: argparse.Namespace) -> str:
    from newsctx.bench import overrides
    from newsctx.state import state_folder

    if not 1 <= args.with_photo <= args.articles:
        raise SettingsError(f"--with-photo {args.with_photo}: expected 1 to {args.articles}, the number of articles.")
    page = importlib.import_module("newsctx.ui.unseen").UnseenPage  # by name, as the command line finds its commands
    with tqdm(total=args.queries, unit="photo") as bar:
        told = lambda done: bar.update(done - bar.n)  # noqa: E731
        folder = state_folder(args.state) / "bench"
        return overrides.run(folder, args.articles, args.with_photo, args.queries, page, args.seed, told).text()


def _chunks(args: argparse.Namespace) -> str:
    from newsctx import gazetteer
    from newsctx.analyse_command import read_settings
    from newsctx.bench import chunks
    from newsctx.models import load

    articles = chunks.read_articles(args.data)
    settings = read_settings(args.settings, None)
    models = load(settings.profile)
    if models.embed is None:
        raise SettingsError(f"bench chunks: a sentence encoder is needed: {models.sentence_unavailable}")
    with tqdm(total=len(articles), unit="article") as bar:
        told = lambda done: bar.update(done - bar.n)  # noqa: E731
        return chunks.run(articles, models.embed, gazetteer.load(), settings.chunks, told).text()


def _analysts(args: argparse.Namespace) -> int:
    from newsctx.analyse_command import read_settings
    from newsctx.bench import analysts
    from newsctx.demo.locate import demo_source
    from newsctx.models import load
    from newsctx.start import prepare_demo
    from newsctx.state import state_folder

    if not 1 <= args.analysts <= 500:
        raise SettingsError(f"--analysts {args.analysts}: expected 1 to 500.")
    if not 0 < args.minutes <= 600:
        raise SettingsError(f"--minutes {args.minutes:g}: expected more than 0, at most 600.")
    settings = read_settings(args.settings, None)
    archive = args.archive or prepare_demo(state_folder(args.state), load(settings.profile), settings)
    photos = args.photos or demo_source() / "images"
    report = analysts.run(
        archive, photos, args.analysts, args.minutes, settings.analysts, settings.profile, args.seed
    )  # fmt: skip
    print(report.text())
    return 1 if report.failed else 0


def _batch(args: argparse.Namespace) -> str:
    from newsctx.analyse_command import read_settings
    from newsctx.bench import batch
    from newsctx.models import load
    from newsctx.start import prepare_demo
    from newsctx.state import state_folder

    if args.photos is None:
        raise SettingsError("bench batch: --photos DIR is needed: a folder of photographs.")
    if args.count < 1 or args.sample < 1:
        raise SettingsError(f"--count {args.count}, --sample {args.sample}: expected at least 1 each.")
    settings = read_settings(args.settings, None)
    models = load(settings.profile)
    archive = args.archive or prepare_demo(state_folder(args.state), models, settings)
    with tqdm(total=args.count, unit="photo") as bar:
        told = lambda done: bar.update(done - bar.n)  # noqa: E731
        return batch.run(archive, models, settings, args.photos, args.count, args.sample, told).text()


def _clusters(args: argparse.Namespace) -> str:
    from newsctx import imaging
    from newsctx.analyse_command import read_settings
    from newsctx.archive.importer import import_archive
    from newsctx.archive.index_build import build_index
    from newsctx.archive.opened import open_archive
    from newsctx.archive.store import ArchiveStore
    from newsctx.bench import clusters
    from newsctx.cache import StageCache
    from newsctx.models import load
    from newsctx.pipeline import Pipeline
    from newsctx.state import state_folder
    from newsctx.writers.extractive import ExtractiveWriter

    queries = clusters.read_queries(args.source)
    settings = read_settings(args.settings, None)
    models = load(settings.profile)
    state = state_folder(args.state)
    archive = state / "bench" / f"clusters-{imaging.sha256(args.source.read_bytes())[:16]}"
    import_archive(args.source, archive)
    with ArchiveStore.open(archive) as store:
        build_index(store, models, archive, settings)
    cache = StageCache(state / "bench" / "cache")
    pipeline = Pipeline(open_archive(archive, models, settings), models, settings, cache, ExtractiveWriter())
    with tqdm(total=len(queries), unit="photo") as bar:
        return clusters.run(pipeline, queries, lambda done: bar.update(done - bar.n)).text()
