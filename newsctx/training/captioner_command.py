"""`train caption-pairs` and `train captioner`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from newsctx.errors import TrainingError
from newsctx.training.captioner_options import CaptionerOptions, CaptionPairOptions
from newsctx.training.options import add_options, read_options

Run = Callable[[argparse.Namespace], int]


def add_parsers(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The two commands."""
    pairs = what.add_parser("caption-pairs", help="training pairs for the captioner from an archive's photo captions")
    pairs.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive's folder")
    _descriptions(pairs)
    pairs.add_argument("--out", type=Path, required=True, metavar="FILE", help="pairs.jsonl to write")
    add_options(pairs, CaptionPairOptions)
    pairs.set_defaults(run=caption_pairs)

    train = what.add_parser("captioner", help="fine-tune a language model that writes captions (QLoRA)")
    given = train.add_mutually_exclusive_group(required=True)
    given.add_argument(
        "--pairs", type=Path, metavar="FILE",
        help="one object a line: description, chunks, caption; optional metadata, photo, article_id, split",
    )  # fmt: skip
    given.add_argument(
        "--archive", type=Path, metavar="DIR", help="make pairs as `train caption-pairs` by default does"
    )
    _descriptions(train)
    train.add_argument("--model", required=True, metavar="NAME", help="OWNER/NAME on the hub, or a model's folder")
    train.add_argument("--preset", default="", metavar="NAME", help="of the caption prompt (default: the writer's)")
    train.add_argument("--name", default=None, metavar="NAME", help="what documents call the adapter")
    train.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the adapter")
    train.add_argument("--work", type=Path, metavar="DIR", help="checkpoints (default: OUT-work)")
    train.add_argument("--resume", action="store_true", help="go on from the last checkpoint, where there is one")
    train.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    add_options(train, CaptionerOptions)
    train.set_defaults(run=captioner)


def _descriptions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--descriptions", type=Path, metavar="FILE",
        help="with --archive: what photographs show, one object a line: photo (SHA-256 of the archived file), "
        "description; passages are then ranked by it",
    )  # fmt: skip
    parser.add_argument(
        "--exclude-photos", type=Path, metavar="FILE",
        help="with --archive: photos.jsonl of the evaluation, whose perceptual duplicates are left out",
    )  # fmt: skip


def caption_pairs(args: argparse.Namespace) -> int:
    """`train caption-pairs`."""
    from newsctx.training.captioner_data import write_pairs

    made = _made(args, read_options(args, CaptionPairOptions))
    write_pairs(made.pairs, args.out)
    print(f"{args.out}: {len(made.pairs)} pairs; left out: {made.left_out or 'none'}; {made.sentences_removed} "
          "sentences of the articles were the caption again and are not among the chunks")  # fmt: skip
    return 0


def captioner(args: argparse.Namespace) -> int:
    """`train captioner`."""
    from newsctx.adapters import AdapterInfo, adapter_digest, save_adapter
    from newsctx.cache import digest
    from newsctx.runtime import choose_device
    from newsctx.training.captioner import CaptionerTraining
    from newsctx.training.captioner_data import pairs_digest, read_pairs, split_pairs
    from newsctx.training.captioner_model import load_base, with_adapter
    from newsctx.training.captioner_prompt import caption_prompt
    from newsctx.training.captioner_tokens import Tokens, encode
    from newsctx.training.record import versions, write_record

    options = read_options(args, CaptionerOptions)
    if args.pairs and (args.descriptions or args.exclude_photos):
        raise TrainingError(
            "--descriptions and --exclude-photos go with --archive: a pairs file has been made already."
        )
    made = _made(args, CaptionPairOptions()) if args.archive else None
    pairs = made.pairs if made else read_pairs(args.pairs)
    train, dev = split_pairs(pairs, options.dev_share, options.seed)
    device = choose_device(args.device)
    prompt = caption_prompt(args.preset)
    base = load_base(args.model, device, options)
    tokens = Tokens(base.tokenizer, prompt, options.max_length)
    examples = encode(tokens, pairs)
    counts: dict[str, Any] = {
        "train": len(train), "dev": len(dev), "articles": len({p.article_id for p in pairs if p.article_id}),
        "with_description": sum(bool(p.description) for p in pairs),
        "shortened": sum(bool(e.chunks_left_out) for e in examples),
        "caption_tokens": sum(e.learned for e in examples), "tokens": sum(len(e.ids) for e in examples),
    }  # fmt: skip
    targets = [prompt.target(p) for p in pairs]
    counts |= {
        "mentions": sum(t.mentions for t in targets),
        "mentions_in_evidence": sum(t.found for t in targets),
        "sentences": sum(t.sentences for t in targets),
        "sentences_cited": sum(t.cited for t in targets),
    }
    if made:
        counts |= {"left_out": made.left_out, "sentences_removed": made.sentences_removed}
    data = pairs_digest(pairs)
    run = digest(data, base.digest, base.model_class, str(base.dtype), tokens.trained_prompt, train, dev)
    training = CaptionerTraining(
        with_adapter(base, options), [examples[i] for i in train], [examples[i] for i in dev], tokens.pad, options,
        args.work or args.out.with_name(f"{args.out.name}-work"), run, base.dtype,
    )  # fmt: skip
    count, of = training.parameters
    print(f"{counts}; {count:,} of {of:,} parameters train", file=sys.stderr)
    training.run(args.resume)
    before, best = training.before, training.best
    info = AdapterInfo(
        name=args.name or f"captioner of {base.name}", base_model=base.name, base_digest=base.digest,
        model_class=base.model_class, prompt=tokens.trained_prompt, bits=options.bits, rank=options.rank,
        max_length=options.max_length, data_hash=data, seed=options.seed,
        metrics={"before_loss": before["loss"], "dev_loss": best["loss"], "epoch": float(best["epoch"])},
    )  # fmt: skip
    save_adapter(training.model, training.best_weights, info, args.out)
    write_record(args.out, {
        "command": "train captioner",
        "model": {"base": base.name, "base_digest": base.digest, "class": base.model_class, "dtype": str(base.dtype),
                  "adapter": adapter_digest(args.out)},
        "prompt": tokens.trained_prompt.model_dump(mode="json"), "settings": options.model_dump(mode="json"),
        "data": counts | {"hash": data}, "trained": {"count": count, "of": of},
        "epochs": training.history, "before": before, "best": best, "steps": training.step,
        "seconds": round(training.seconds, 1), "device": f"{device.name} ({device.reason})",
        "versions": versions("transformers", "peft", *(["bitsandbytes"] if options.bits != "none" else [])),
        "complete": training.complete,
    })  # fmt: skip
    print(f"{args.out}: dev loss {before['loss']:.3f} -> {best['loss']:.3f} nats per token (epoch {best['epoch']})")
    if not best["epoch"]:
        print(f"{args.out}: no epoch was better than the model without an adapter, so this one changes nothing: more "
              "pairs or a lower --lr may help", file=sys.stderr)  # fmt: skip
    return 0


def _made(args: argparse.Namespace, options: CaptionPairOptions) -> Any:
    from newsctx.encoders.sentence import DEFAULT, SentenceEncoder
    from newsctx.runtime import choose_device
    from newsctx.training.captioner_archive import make_pairs, read_descriptions
    from newsctx.training.photos import read_photos

    known = read_descriptions(args.descriptions) if args.descriptions else None
    evaluation = read_photos(args.exclude_photos) if args.exclude_photos else ()
    embed = SentenceEncoder.load(DEFAULT, choose_device("auto")).encode if known else None
    return make_pairs(args.archive, options, known, embed, evaluation)
