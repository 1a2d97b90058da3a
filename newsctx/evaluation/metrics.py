"""The metrics of the NewsRECON evaluation (arXiv 2601.14121), of rankings and of captions, as pure functions."""

from newsctx.evaluation.bootstrap import Interval, bootstrap_interval, paired_bootstrap
from newsctx.evaluation.caption_metrics import cider, clip_score, eventa_overall, five_w_coverage
from newsctx.evaluation.date_metrics import date_em_pm, date_labels, delta_years, example_f1_date, great_date
from newsctx.evaluation.place_metrics import (
    codelta,
    example_f1_place,
    great_place,
    haversine_km,
    place_em_pm,
    place_labels,
)
from newsctx.evaluation.ranking_metrics import average_precision, mean_average_precision, recall_at_k

__all__ = [
    "Interval", "average_precision", "bootstrap_interval", "cider", "clip_score", "codelta", "date_em_pm",
    "date_labels", "delta_years", "eventa_overall", "example_f1_date", "example_f1_place", "five_w_coverage",
    "great_date", "great_place", "haversine_km", "mean_average_precision", "paired_bootstrap", "place_em_pm",
    "place_labels", "recall_at_k",
]  # fmt: skip
