"""`python -m newsctx train`: models and heads on any archive."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from newsctx.training import captioner_command
from newsctx.training.options import (
    BiEncoderOptions,
    HeadOptions,
    LabelOptions,
    ModulationOptions,
    Options,
    RelevanceOptions,
    add_options,
)

_EXCLUDE = (
    "photos.jsonl of the evaluation: perceptual duplicates of its photographs are left out (the labels keep that for "
    "the later steps, which check it against this file where it is given again)"
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("train", help="train the bi-encoder, the heads and the captioner on an archive")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    _init(what)
    labels = _with_archive(what, "labels", "weak labels: which articles are relevant to which photograph", LabelOptions)
    labels.add_argument("--out", type=Path, required=True, metavar="FILE", help="labels.jsonl to write")
    labels.set_defaults(run=_run("labels"))
    bi = _with_archive(what, "bi-encoder", "fine-tune an open_clip model, or train one from scratch", BiEncoderOptions)
    _for_model(bi)
    bi.set_defaults(run=_run("bi_encoder"))
    for name, does in (("location", "the location cross-encoder"), ("event", "the event cross-encoder")):
        head = _with_archive(what, name, does, HeadOptions)
        _for_model(head)
        head.add_argument("--name", default=None, metavar="NAME", help="what documents call the head")
        head.set_defaults(run=_run(name))
    does = "what a photograph's place in its article says: the modulation of the visual channel"
    placed = _with_archive(what, "modulation", does, ModulationOptions)
    _for_model(placed)
    placed.add_argument("--name", default=None, metavar="NAME", help="what documents call it")
    placed.set_defaults(run=_run("modulation"))
    rate = _with_archive(what, "relevance", "how probable it is that the first article is right", RelevanceOptions)
    _for_model(rate)
    for slot in ("location", "event"):
        rate.add_argument(f"--{slot}", type=Path, metavar="DIR", help=f"trained {slot} head (default: zero-shot)")
    rate.add_argument("--name", default=None, metavar="NAME", help="what documents call it")
    rate.set_defaults(run=_run("relevance"))
    captioner_command.add_parsers(what)


def _init(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from newsctx.training.initial import SMALL

    init = what.add_parser("init", help="write a randomly initialised open_clip model as a local-dir folder")
    init.add_argument(
        "--config",
        type=Path,
        default=SMALL,
        metavar="FILE",
        help="model_cfg and preprocess_cfg (default: the embedded model's)",
    )
    init.add_argument(
        "--archive", type=Path, metavar="DIR", help="the archive whose texts the vocabulary is learned from"
    )
    init.add_argument("--out", type=Path, required=True, metavar="DIR", help="the model's folder")
    init.add_argument("--seed", type=int, default=0, metavar="N", help="of the weights (default: 0)")
    init.set_defaults(run=_run("init"))


def _with_archive(
    what: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help: str, group: type[Options]
) -> argparse.ArgumentParser:
    parser = what.add_parser(name, help=help)
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive's folder")
    parser.add_argument(
        "--photos", type=Path, required=True, metavar="FILE", help="photos.jsonl: id, image, place, date"
    )
    parser.add_argument("--exclude-photos", type=Path, metavar="FILE", help=_EXCLUDE)
    add_options(parser, group)
    return parser


def _for_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--labels", type=Path, required=True, metavar="FILE", help="labels.jsonl of `train labels`")
    parser.add_argument(
        "--model", required=True, metavar="NAME", help="ARCHITECTURE/WEIGHTS of open_clip, or local-dir:PATH"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the result")
    parser.add_argument("--work", type=Path, metavar="DIR", help="checkpoints and decoded images (default: OUT-work)")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint, where there is one")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")


def _run(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from newsctx.training import runs  # torch loads here, not for --help

        return getattr(runs, name)(args)

    return run
