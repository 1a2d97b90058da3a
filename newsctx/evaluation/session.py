"""What one `evaluate` command works with: queries, archive, models and the places where results are kept."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tqdm import tqdm

from newsctx.analyse_command import read_settings
from newsctx.archive.opened import OpenArchive, open_archive
from newsctx.cache import StageCache
from newsctx.errors import EvaluationError, SettingsError
from newsctx.evaluation import fast
from newsctx.evaluation.ablations import Ablations, fast_ablations, pipeline_ablations
from newsctx.evaluation.caption_report import CaptionReport, caption_report
from newsctx.evaluation.caption_run import run_captions, vectors
from newsctx.evaluation.datasets import load_queries
from newsctx.evaluation.labels import with_location_labels
from newsctx.evaluation.outcome import ANSWER, TASKS, Judge, Outcome
from newsctx.evaluation.report import Report, build
from newsctx.evaluation.runner import RANKING_STAGES, check_articles, run_pipeline
from newsctx.evaluation.setting_paths import ARCHIVE_SHARE, Axis, points
from newsctx.evaluation.structure_ablation import structure_ablations
from newsctx.evaluation.sweep import Sweep, evaluate_fast, fast_enough, sweep
from newsctx.evaluation.truth import Query
from newsctx.models import Models, load
from newsctx.pipeline import Pipeline, gazetteer
from newsctx.settings import Settings
from newsctx.state import state_folder
from newsctx.writers import make_writer
from newsctx.writers.extractive import ExtractiveWriter

FAST = "fast: image-text encoder, location, events and answer"
WHOLE = "the whole pipeline"
CAPTIONS = "captions with and without evidence"
STRUCTURE = "article structure, part by part (EVENTA-H, Table 1)"


@dataclass
class Session:
    """Open archive and models, and the queries."""

    queries: tuple[Query, ...]
    archive: OpenArchive
    models: Models
    settings: Settings
    state: Path
    fast: bool = False
    limited_from: int | None = None
    allow_remote: str = ""  # the server that may receive the photographs
    _kept: StageCache = field(init=False)

    def __post_init__(self) -> None:
        check_articles(self.queries, self.archive.store.ids())
        self.queries = with_location_labels(self.queries, self.archive.store.iter_articles())
        self._kept = StageCache(self.state / "evaluation")

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.queries, self.archive.store.articles, gazetteer().resolve)

    @cached_property
    def world(self) -> fast.FastWorld:
        with _bar("photographs", len(self.queries)) as advance:
            return fast.prepare(self.archive, self.models, self.settings, self.queries, self._kept, advance)

    def outcomes(self, settings: Settings, last: str = "context") -> Mapping[str, Outcome]:
        """Every query through the whole pipeline."""
        cache = StageCache(self.state / "cache")
        pipeline = Pipeline(self.archive, self.models, settings, cache, ExtractiveWriter())
        with _bar("queries", len(self.queries)) as advance:
            return run_pipeline(pipeline, self.queries, self._kept, last, advance)  # type: ignore[arg-type]

    def report(self, stage: str = "all") -> Report:
        """Every stage up to the named one."""
        stages = fast.STAGES if self.fast else (*RANKING_STAGES, ANSWER)
        if stage != "all":
            stages = stages[: stages.index(stage) + 1]
        if self.fast:
            outcomes = fast.run(self.world, self.settings, answers=ANSWER in stages)
        else:
            outcomes = self.outcomes(self.settings, stages[-1])
        found = build(self.judge, outcomes, stages, FAST if self.fast else WHOLE, TASKS)
        return found.model_copy(
            update={
                "archive": self.archive.info.model_dump(mode="json"),
                "models": [i.model_dump(mode="json") for i in self.models.infos],
                "settings": self.settings.model_dump(mode="json"),
                "limited_from": self.limited_from,
            }
        )

    def sweep(self, axes: list[Axis], grid: bool) -> Sweep:
        """The fast evaluation where it sees every setting of the sweep, else the whole pipeline."""
        quick = self.fast or (self.models.image_text is not None and fast_enough(axes))
        if self.fast and not fast_enough(axes):
            slow = ", ".join(a.path for a in axes if not fast_enough([a]))
            raise SettingsError(
                f"--fast does not depend on {slow}: the plot would be flat. Leave --fast away to sweep it over the "
                "whole pipeline."
            )
        if not quick and any(a.real == ARCHIVE_SHARE for a in axes):
            raise SettingsError(
                "--archive-share is measured with the image-text encoder (--fast) only: the whole pipeline would need "
                "an archive and an index for each share. "
                f"{self.models.image_text_unavailable}".strip()
            )
        evaluate = evaluate_fast(self.world, self.judge, self.settings.seed) if quick else self._evaluate
        with _bar("points", len(points(axes, grid))) as advance:
            return sweep(axes, self.settings, evaluate, FAST if quick else WHOLE, grid, advance)

    def captions(self, ablations: bool = False) -> CaptionReport:
        """A caption of every photograph by the writer of the settings, beside baselines."""
        writer = make_writer(self.settings.caption)
        pipeline = Pipeline(self.archive, self.models, self.settings, StageCache(self.state / "cache"), writer)
        allowed = frozenset([self.allow_remote]) if self.allow_remote else frozenset()
        with _bar("captions", len(self.queries)) as advance:
            written = run_captions(pipeline, self.queries, self._kept, ablations, allowed, advance)
        report = caption_report(self.queries, written, writer.info.name, vectors(pipeline, self.queries, written))
        limits = {"limited_from": self.limited_from, "settings": self.settings.caption.model_dump(mode="json")}
        return report.model_copy(update=limits)

    def _evaluate(self, settings: Settings, share: float) -> Report:
        return build(self.judge, self.outcomes(settings), (*RANKING_STAGES, ANSWER), WHOLE)

    def ablations(self, stage: str = "all") -> dict[str, Ablations | CaptionReport]:
        """The encoder's table, and without --fast the pipeline's and the captions'; of the caption stage that alone."""
        found: dict[str, Ablations | CaptionReport] = {}
        if stage == "caption":
            return {CAPTIONS: self.captions(ablations=True)}
        if self.models.image_text is not None:
            found[FAST] = fast_ablations(self.world, self.judge, self.archive, self.models.image_text, self.settings)
            found[STRUCTURE] = structure_ablations(self.world, self.judge, self.archive, self.settings)
        elif self.fast:
            raise EvaluationError(f"no image-text encoder is loaded: {self.models.image_text_unavailable}")
        if not self.fast:
            found[WHOLE] = pipeline_ablations(self.judge, self.settings, self.outcomes)
            found[CAPTIONS] = self.captions(ablations=True)
        return found


def open_session(args: argparse.Namespace) -> Session:
    """What the arguments of `evaluate` name.

    Raises:
        NewsctxError: anything that is missing or does not fit.
    """
    settings = read_settings(args.settings, args.profile)
    queries = load_queries(args.queries, args.format, args.images, need_images=True)
    models = load(settings.profile)
    return Session(
        queries=queries[: args.limit],
        archive=open_archive(args.archive, models, settings),
        models=models,
        settings=settings,
        state=state_folder(args.state),
        fast=args.fast,
        allow_remote=getattr(args, "allow_remote", None) or "",
        limited_from=len(queries) if args.limit and args.limit < len(queries) else None,
    )


@contextmanager
def _bar(unit: str, total: int):
    with tqdm(total=total, unit=f" {unit}", leave=False, disable=None) as bar:  # none where nobody watches
        yield lambda done: bar.update(done - bar.n)
