"""`python -m newsctx caption-articles` and `filter-articles`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CAPTIONERS, JUDGES = ("extractive",), ("words",)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    captions = subparsers.add_parser(
        "caption-articles",
        help="write news captions for the articles that came without",
        description="Writes up to five short texts for each article that came without captions; they are what a "
        "photograph is compared with. Stopped at any moment, the next run goes on. The source's own captions are kept.",
    )
    _archive(captions)
    captions.add_argument("--writer", choices=CAPTIONERS, default="extractive", help="who writes (default: extractive)")
    captions.add_argument(
        "--most", type=int, default=5, metavar="N", help="captions per article (default: 5, NewsRECON)"
    )
    captions.set_defaults(run=_caption)
    judge = subparsers.add_parser(
        "filter-articles",
        help="tell articles about visual events from others, for training",
        description="Decides of each article whether it is about something that a photograph can show. `train` leaves "
        "out the others; search does not. Stopped at any moment, the next run goes on.",
    )
    _archive(judge)
    judge.add_argument(
        "--judge", choices=JUDGES, default="words", help="who decides (default: words, a list of English words)"
    )
    judge.set_defaults(run=_filter)


def _archive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive's folder")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write what was done here")


def _caption(args: argparse.Namespace) -> int:
    from newsctx.captioning.extractive import ExtractiveCaptioner
    from newsctx.captioning.run import caption_articles
    from newsctx.errors import SettingsError

    if args.most < 1:
        raise SettingsError(f"--most {args.most}: expected at least 1 caption per article.")
    with _bar() as advance:
        done = caption_articles(args.archive, ExtractiveCaptioner(), args.most, advance)
    print(
        f"{args.archive}: {done.written} written by {done.writer}, {done.kept} kept, {done.given} came with captions, "
        f"{done.empty} without text; {done.changed} articles changed"
    )
    if done.changed:
        print(f"next: python -m newsctx index --archive {args.archive}")
    return _written(args.json, done.model_dump_json(indent=1))


def _filter(args: argparse.Namespace) -> int:
    from newsctx.captioning.run import judge_articles
    from newsctx.captioning.visual_words import VisualWords

    with _bar() as advance:
        done = judge_articles(args.archive, VisualWords(), advance)
    print(
        f"{args.archive}: {done.judged} judged by {done.judge}, {done.kept} kept; {done.visual} about a visual event, "
        f"{done.not_visual} not, {done.undecided} undecided"
    )
    return _written(args.json, done.model_dump_json(indent=1))


def _written(out: Path | None, text: str) -> int:
    from newsctx.cache import write_beside

    if out:
        write_beside(out, (text + "\n").encode())
    return 0


@contextmanager
def _bar() -> Iterator:
    from tqdm import tqdm

    with tqdm(unit=" articles", leave=False, disable=None) as bar:  # none where nobody watches
        yield lambda done: bar.update(done - bar.n)
