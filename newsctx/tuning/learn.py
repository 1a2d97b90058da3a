"""Learning alpha, beta, fusion weights and refinements on one half of the queries; judging them on the other half."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

import numpy as np
from pydantic import BaseModel

from newsctx.cache import digest
from newsctx.calibrations import Calibrations
from newsctx.errors import ModelUnavailable
from newsctx.evaluation.bootstrap import bootstrap_interval, paired_bootstrap
from newsctx.evaluation.setting_paths import with_value
from newsctx.evaluation.tables import Measured
from newsctx.records import Record
from newsctx.settings import Calibration, FusionSettings, Settings
from newsctx.tuning import calibrate
from newsctx.tuning.ascent import Axis, ascend
from newsctx.tuning.observed import Observed, precision, recall

METHODS: tuple[str, ...] = get_args(FusionSettings.model_fields["method"].annotation)
WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0)
LIFTS = (0.0, 0.05, 0.1, 0.2, 0.4)
RELIABLE = (0.1, 0.3, 0.5, 0.7, 0.9)
METRICS = ("mAP", "R@1", "R@10")
Tell = Callable[[str, int], None]  # what is being learned, points tried


class Row(Record):
    """One ranking on the queries that nothing was learned from."""

    name: str
    metrics: dict[str, Measured]
    gain: Measured | None = None  # of mAP over the defaults, paired by query


class Tuned(Record):
    """What was learned, and how it does on the other half."""

    learned_on: int
    reported_on: int
    method: str
    preset: dict[str, Any]  # what differs from the defaults, as `--settings` reads it
    rows: tuple[Row, ...]
    scores: dict[str, float]  # mAP on the learning half, by fusion method
    best_channel: str  # of the reporting half, alone
    over_best: Measured  # mAP of the learned fusion over that channel, paired by query
    calibrated: tuple[str, ...] = ()  # channels that a calibration could be fitted for


def learn(observed: Observed, settings: Settings, tell: Tell = lambda what, tried: None) -> tuple[Settings, dict]:
    """The best settings on these queries, and the mean average precision of each fusion method there.

    First `structure.alpha` by the content channel alone and `structure.beta` by the composite channel alone; then, for
    each fusion method, Platt calibrations, channel weights, reliabilities and refinement weights by the fused ranking.
    All by coordinate ascent of mAP, starting from the settings given.
    """
    ran = observed.ran()
    settings = _structure(observed, settings, ran, tell)
    calibration = _calibration(observed, settings)
    found: dict[str, tuple[float, Settings]] = {}
    for method in METHODS:
        start = with_value(settings, "fusion.method", method)
        if method != "rrf":
            plain = {n: c.model_dump() for n, c in calibration.items()}
            start = with_value(start, "fusion.calibration", plain)
        found[method] = _ascended(observed, start, _fusion_axes(start, ran), observed.rankings, tell, method)
    best = max(METHODS, key=lambda m: found[m][0])  # the first one where equal
    return found[best][1], {m: score for m, (score, _) in found.items()}


def calibrations(observed: Observed, settings: Settings, archive: str) -> Calibrations:
    """The channels' calibrations on these queries, for a profile; `archive`: digest of what was searched."""
    models = observed.pipeline(settings).models
    if models.image_text is None:
        raise ModelUnavailable(f"no calibrations without an image-text encoder: {models.image_text_unavailable}")
    return Calibrations(
        name=models.image_text.info.name,
        base_digest=models.image_text.info.digest,
        sentence_digest=models.sentence.info.digest if models.sentence else "",
        queries=len(observed.queries),
        data_hash=digest(archive, sorted(q.id for q in observed.queries)),
        channels=_calibration(observed, settings),
    )


def _calibration(observed: Observed, settings: Settings) -> dict[str, Calibration]:
    return calibrate.fit(
        (results, set(q.relevant or ()), set(q.exclude))
        for results, q in zip(observed.results(settings), observed.queries, strict=True)
    )


def judge(observed: Observed, before: Settings, after: Settings) -> tuple[Row, ...]:
    """Every channel alone, the fusion before (each method) and after, on the queries of `observed`."""
    defaults = observed.rankings(before)
    base = precision(defaults, observed.queries)
    rankings = {f"{name} alone": observed.channel(name, after) for name in observed.ran()}
    for method in METHODS:
        given = before if method == before.fusion.method else with_value(before, "fusion.method", method)
        rankings[f"fused, defaults ({method})"] = defaults if given is before else observed.rankings(given)
    rankings |= {f"fused, learned ({after.fusion.method})": observed.rankings(after)}
    return tuple(_row(name, found, observed, base) for name, found in rankings.items())


def against_best(observed: Observed, after: Settings) -> tuple[str, Measured]:
    """The channel with the highest mAP alone, and how far the learned fusion is above it."""
    alone = {name: precision(observed.channel(name, after), observed.queries) for name in observed.ran()}
    best = max(alone, key=lambda name: sum(alone[name]))  # the first one where equal
    fused = precision(observed.rankings(after), observed.queries)
    return best, Measured.of(paired_bootstrap(alone[best], fused))


def preset(settings: Settings) -> dict[str, Any]:
    """What differs from the defaults, as `--settings` reads it; the profile is chosen apart."""
    found = _different(settings.model_dump(mode="json"), Settings().model_dump(mode="json"))
    found.pop("profile", None)
    return found


def _different(values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Groups are opened; a table of names (weights, alpha) is kept whole, as a settings file has it."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value == defaults[name]:
            continue
        group = isinstance(value, dict) and isinstance(getattr(Settings(), name, None), BaseModel)
        found[name] = {k: v for k, v in value.items() if v != defaults[name][k]} if group else value
    return found


def _structure(observed: Observed, settings: Settings, ran: Iterable[str], tell: Tell) -> Settings:
    for channel, name in (("content", "alpha"), ("composite", "beta")):
        if channel in ran:
            paths = [f"structure.{name}.{part}" for part in getattr(settings.structure, name)]
            axes = [Axis(p, SHARES) for p in paths]
            _, settings = _ascended(observed, settings, axes, _alone(observed, channel), tell, f"structure.{name}")
    return settings


def _alone(observed: Observed, channel: str) -> Callable[[Settings], list[list[str]]]:
    return lambda settings: observed.channel(channel, settings)


def _fusion_axes(settings: Settings, ran: Sequence[str]) -> list[Axis]:
    axes = [Axis(f"retrieve.weights.{name}", WEIGHTS) for name in ran]
    if settings.fusion.method == "evidence":
        axes += [Axis(f"fusion.reliability.{name}", RELIABLE) for name in ran]
    return axes + [Axis("refine.temporal", LIFTS), Axis("refine.citation", LIFTS)]


def _ascended(
    observed: Observed,
    settings: Settings,
    axes: Sequence[Axis],
    rankings: Callable[[Settings], list[list[str]]],
    tell: Tell,
    what: str,
) -> tuple[float, Settings]:
    start = {a.path: _value(settings, a.path) for a in axes}

    def applied(point: Any) -> Settings:
        changed = settings
        for path, value in point.items():
            if value != start[path]:
                changed = with_value(changed, path, value)
        return changed

    def score(point: Any) -> float:
        return float(np.mean(precision(rankings(applied(point)), observed.queries)))

    found = ascend(score, start, axes, progress=lambda tried: tell(what, tried))
    return found.score, applied(found.point)


def _value(settings: Settings, path: str) -> Any:
    group, name, *rest = path.split(".")
    value = getattr(getattr(settings, group), name)
    if not rest:
        return value
    return value.get(rest[0], settings.fusion.default_reliability if name == "reliability" else 0.0)


def _row(name: str, rankings: Sequence[Sequence[str]], observed: Observed, base: Sequence[float]) -> Row:
    values = precision(rankings, observed.queries)
    metrics = {
        "mAP": values,
        "R@1": recall(rankings, observed.queries, 1),
        "R@10": recall(rankings, observed.queries, 10),
    }
    return Row(
        name=name,
        metrics={m: Measured.of(bootstrap_interval(v)) for m, v in metrics.items()},
        gain=Measured.of(paired_bootstrap(base, values)),
    )
