"""What the `train` commands do with their arguments."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newsctx.archive.store import ArchiveStore
from newsctx.encoders import ImageTextEncoder
from newsctx.heads import HeadInfo, Slot
from newsctx.runtime import choose_device, seed_everything
from newsctx.training import corpus as corpora
from newsctx.training import labels as labelling
from newsctx.training.exclusion import check_excluded, read_exclusion, without_duplicates
from newsctx.training.hashes import data_digest
from newsctx.training.options import (
    BiEncoderOptions,
    HeadOptions,
    LabelOptions,
    ModulationOptions,
    RelevanceOptions,
    read_options,
)
from newsctx.training.photos import read_photos
from newsctx.training.record import plain_name, versions, write_card, write_record


def init(args: argparse.Namespace) -> int:
    """`train init`."""
    from newsctx.training.initial import init_model, read_config

    config = read_config(args.config)
    texts: list[str] = []
    if args.archive:
        with ArchiveStore.open(args.archive) as store:
            for page in store.iter_articles():
                for a in page:
                    captions = (i.caption for i in a.images)
                    texts += [a.headline, a.abstract, a.body, a.location_text, *a.captions, *captions]
        # the texts of the cross-encoders are of the model's language, too
        texts += ["An image from", "An image taken between 2015-01-01 and 2015-01-08 in"]
    done = init_model(config, args.out, args.seed, texts)
    print(f"{args.out}: {done['parameters']['all']:,} parameters (image {done['parameters']['image']:,}, text "
          f"{done['parameters']['text']:,}), {done['vocabulary']:,} entries of the vocabulary")  # fmt: skip
    return 0


def labels(args: argparse.Namespace) -> int:
    """`train labels`."""
    options = read_options(args, LabelOptions)
    photos = read_photos(args.photos)
    evaluation = read_photos(args.exclude_photos) if args.exclude_photos else ()
    corpus = corpora.load_corpus(args.archive, evaluation, options.duplicate_bits)
    kept = without_duplicates(photos, evaluation, options.duplicate_bits)
    found = labelling.make_labels(kept, (e.article for e in corpus.entries), options.days)
    # a photograph that duplicates an evaluation photograph has a row, so that it is not taken for forgotten
    empty = [labelling.Label(p.id, (), ()) for p in photos if p not in kept]
    labelling.write_labels([*found, *empty], args.out, corpus.exclusion)
    print(f"articles: {len(corpus.entries)}, left out: {corpus.left_out or 'none'}")
    print(f"visual-event filter: {corpus.visual_filter}")
    print(f"photographs that duplicate an evaluation photograph: {len(empty)}")
    print(f"labels: {labelling.summary(found)}")
    return 0


def bi_encoder(args: argparse.Namespace) -> int:
    """`train bi-encoder`."""
    from newsctx.training.bi_data import prepare
    from newsctx.training.bi_encoder import BiEncoderTraining
    from newsctx.training.saving import config_of, save_model

    options = read_options(args, BiEncoderOptions)
    photos = read_photos(args.photos)
    corpus = _corpus(args)
    known = labelling.read_labels(args.labels, photos, corpus.all_ids)
    data = prepare(photos, known, corpus, options)
    device = choose_device(args.device)
    seed_everything(options.seed)
    encoder = ImageTextEncoder.load(args.model, device)
    config = config_of(args.model, encoder.parts[0])
    training = BiEncoderTraining(encoder, device, data, options, work_folder(args))
    trained = training.trained
    count = sum(p.numel() for p in training.model.parameters() if p.requires_grad)
    of = sum(p.numel() for p in training.model.parameters())
    print(f"{data.counts}; {len(trained)} of {len(dict(training.model.named_parameters()))} tensors train "
          f"({count:,} of {of:,} parameters)", file=sys.stderr)  # fmt: skip
    training.run(args.resume)
    save_model(training.model, config, args.out, getattr(encoder.parts[2], "tokenizer", None), options.half)
    record: dict[str, Any] = {
        "command": "train bi-encoder",
        "model": {"base": plain_name(args.model), "base_digest": encoder.info.digest,
                  "digest": ImageTextEncoder.load(f"local-dir:{args.out}", device).info.digest},
        "settings": options.model_dump(mode="json"),
        "data": data.counts | {
            "hash": data.digest, "dev_articles": training.dev_articles, "left_out": corpus.left_out,
            "visual_filter": corpus.visual_filter, "labels": labelling.summary(known),
        },
        "trained": {"count": count, "of": of, "tensors": trained},
        "epochs": training.history, "before": training.before, "best": training.best, "steps": training.step,
        "seconds": round(training.seconds, 1), "device": f"{device.name} ({device.reason})", "versions": versions(),
        "complete": training.epoch == options.epochs,
    }  # fmt: skip
    write_record(args.out, record)
    write_card(args.out, record)
    before, best = training.before, training.best
    print(f"{args.out}: dev R@1 {before['r1']:.3f} -> {best['r1']:.3f} (epoch {best['epoch']})")
    return 0


def _corpus(args: argparse.Namespace) -> corpora.Corpus:
    """The articles that may train: without the duplicates that `train labels` left out."""
    exclusion = read_exclusion(args.labels)
    if args.exclude_photos:
        check_excluded(args.labels, exclusion, read_photos(args.exclude_photos))
    return corpora.load_corpus(args.archive, exclusion=exclusion)


def work_folder(args: argparse.Namespace) -> Path:
    """Where a run keeps what the result does not need."""
    return args.work or args.out.with_name(f"{args.out.name}-work")


def location(args: argparse.Namespace) -> int:
    """`train location`."""
    return _head(args, "location_head")


def event(args: argparse.Namespace) -> int:
    """`train event`."""
    return _head(args, "event_head")


def _head(args: argparse.Namespace, slot: Slot) -> int:
    from newsctx.training.head_tasks import EventTask, LocationTask
    from newsctx.training.head_training import HeadTraining
    from newsctx.training.pools import FrozenVectors

    is_event = slot == "event_head"
    options = read_options(args, HeadOptions, **({"dropout": 0.1} if is_event else {}))
    photos = read_photos(args.photos)
    corpus = _corpus(args)
    known = labelling.read_labels(args.labels, photos, corpus.all_ids)
    device = choose_device(args.device)
    encoder = ImageTextEncoder.load(args.model, device, options.encode_batch)
    articles = [e.article for e in corpus.entries]
    task = EventTask(articles, options) if is_event else LocationTask(articles, options)
    started = time.perf_counter()
    data = data_digest(photos, known, corpus)
    info = HeadInfo(
        name=args.name or f"{args.what} of {plain_name(args.model)}", slot=slot, base_model=plain_name(args.model),
        base_digest=encoder.info.digest, dim=encoder.dim, features=options.features, hidden=options.hidden,
        dropout=options.dropout, template=task.template, data_hash=data, seed=options.seed,
        **({"window_days": options.window_days, "min_articles": options.min_articles} if is_event else {}),
    )  # fmt: skip
    work = work_folder(args)
    training = HeadTraining(task, info, photos, known, FrozenVectors(encoder, work), options, work, device.name)
    print(f"{training.counts}", file=sys.stderr)
    training.run(args.resume)
    metrics = {f"dev_{k}": v for k, v in training.best.items()} | {f"before_{k}": v for k, v in training.before.items()}
    training.head.meta = info.model_copy(update={"metrics": {k: float(v) for k, v in metrics.items()}})
    training.head.save(args.out)
    record = {
        "command": f"train {args.what}", "model": {"base": info.base_model, "base_digest": info.base_digest},
        "head": training.head.info.digest, "settings": options.model_dump(mode="json"),
        "data": training.counts | {"hash": data, "articles": len(articles), "left_out": corpus.left_out},
        "epochs": training.history, "before": training.before, "best": training.best, "helps": training.helps,
        "seconds": round(time.perf_counter() - started, 1), "device": f"{device.name} ({device.reason})",
        "versions": versions(),
    }  # fmt: skip
    write_record(args.out, record)
    before, best = training.before, training.best
    print(f"{args.out}: dev R@1 {before['r1']:.3f} (no head) -> {best['r1']:.3f} (epoch {best['epoch']})")
    if not training.helps:
        print(
            f"{args.out}: no epoch ranks better than no head does; it is written all the same, but a profile is better "
            "off without it. More photographs, fewer --features or a lower --lr may help.",
            file=sys.stderr,
        )
    return 0


def relevance(args: argparse.Namespace) -> int:
    """`train relevance`."""
    from newsctx.profiles import Profile, scorer_of
    from newsctx.relevance import RelevanceInfo, RelevanceModel
    from newsctx.settings import EventSettings, Settings
    from newsctx.training import rating_training as rating
    from newsctx.training import relevance_training as fitting
    from newsctx.training.pools import FrozenVectors

    options = read_options(args, RelevanceOptions)
    photos = read_photos(args.photos)
    corpus = _corpus(args)
    known = labelling.read_labels(args.labels, photos, corpus.all_ids)
    device = choose_device(args.device)
    encoder = ImageTextEncoder.load(args.model, device, options.encode_batch)
    profile = Profile(args.model, location_head=args.location, event_head=args.event)
    location, event = (scorer_of(slot, profile, encoder, device) for slot in ("location_head", "event_head"))
    settings = Settings(events=EventSettings(min_articles=options.min_articles, window_days=options.window_days))
    started = time.perf_counter()
    articles = [e.article for e in corpus.entries]
    vectors = FrozenVectors(encoder, work_folder(args))
    world = fitting.world_of(photos, known, articles, vectors, encoder, location, event, settings)
    rows = fitting.examples(world, settings, options)
    aside = {q.id for q in world.queries[::5]}
    found = fitting.fit([e for e in rows if e.photo not in aside], options)
    data = data_digest(photos, known, corpus)
    info = RelevanceInfo(
        name=args.name or f"relevance of {plain_name(args.model)}", base_digest=encoder.info.digest,
        location_digest=location.info.digest, event_digest=event.info.digest, mean=found.mean, std=found.std,
        weights=found.weights, bias=found.bias, data_hash=data, seed=options.seed,
    )  # fmt: skip
    measured = fitting.metrics([e for e in rows if e.photo in aside], RelevanceModel(info).probability)
    pipeline = rating.pipeline_of(args.archive, work_folder(args), encoder, location, event, device, options)
    allowed = frozenset(a.article_id for a in articles)
    whole = list(rating.ranked(pipeline, photos, known, allowed, options))
    rated, rated_clusters, why_not = rating.rate_all(whole, options)
    more = {"metrics": measured, "articles": rated, "clusters": rated_clusters}
    RelevanceModel(info.model_copy(update=more)).save(args.out)
    print(f"{args.out}: {len(rows)} rankings of the encoder, {len(world.queries)} photographs; on those kept aside: "
          + _listed(measured))  # fmt: skip
    for what, one in (("articles", rated), ("event candidates", rated_clusters)):
        if one:
            print(f"{what}, {len(whole)} rankings of the whole pipeline, held-out: {_listed(one.metrics)}")
            for b in one.reliability:
                print(f"  {b.low:.1f} to {b.high:.1f}: {b.count} said {b.said:.3f}, right {b.right:.3f}")
    print(f"{why_not + '; ' if why_not else ''}{time.perf_counter() - started:.0f} s")
    return 0


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{k} {v:.3f}" for k, v in values.items())


def modulation(args: argparse.Namespace) -> int:
    """`train modulation`."""
    from newsctx.modulation import ModulationInfo
    from newsctx.training.modulation_training import ModulationTraining
    from newsctx.training.pools import FrozenVectors

    options = read_options(args, ModulationOptions)
    photos = read_photos(args.photos)
    corpus = _corpus(args)
    known = labelling.read_labels(args.labels, photos, corpus.all_ids)
    device = choose_device(args.device)
    encoder = ImageTextEncoder.load(args.model, device, options.encode_batch)
    started = time.perf_counter()
    data = data_digest(photos, known, corpus)
    info = ModulationInfo(
        name=args.name or f"modulation of {plain_name(args.model)}", base_model=plain_name(args.model),
        base_digest=encoder.info.digest, dim=encoder.dim, hidden=options.hidden, data_hash=data, seed=options.seed,
    )  # fmt: skip
    work = work_folder(args)
    vectors = FrozenVectors(encoder, work)
    training = ModulationTraining(info, photos, known, corpus.entries, vectors, options, work, device.name)
    print(f"{training.counts}", file=sys.stderr)
    training.run(args.resume)
    metrics = {f"dev_{k}": v for k, v in training.best.items()} | {f"before_{k}": v for k, v in training.before.items()}
    training.modulation.meta = info.model_copy(update={"metrics": {k: float(v) for k, v in metrics.items()}})
    training.modulation.save(args.out)
    record = {
        "command": "train modulation", "model": {"base": info.base_model, "base_digest": info.base_digest},
        "modulation": training.modulation.info.digest, "settings": options.model_dump(mode="json"),
        "data": training.counts | {"hash": data, "left_out": corpus.left_out, "visual_filter": corpus.visual_filter},
        "epochs": training.history, "before": training.before, "best": training.best,
        "seconds": round(time.perf_counter() - started, 1), "device": f"{device.name} ({device.reason})",
        "versions": versions(),
    }  # fmt: skip
    write_record(args.out, record)
    before, best = training.before, training.best
    print(f"{args.out}: dev MRR {before['mrr']:.3f} (no modulation) -> {best['mrr']:.3f} (epoch {best['epoch']})")
    if not best["epoch"]:
        print(f"{args.out}: no epoch ranks better than no modulation, so this one changes nothing: it is not needed",
              file=sys.stderr)  # fmt: skip
    return 0
