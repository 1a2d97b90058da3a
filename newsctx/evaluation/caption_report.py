"""The report of the caption stage: every row (the writer, baselines, ablations) measured on the same queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from newsctx import five_w
from newsctx.evaluation.bootstrap import bootstrap_interval, paired_bootstrap
from newsctx.evaluation.caption_metrics import TOKENISER, cider, clip_score, eventa_overall, five_w_coverage
from newsctx.evaluation.caption_run import HEADLINE, Written
from newsctx.evaluation.score import ranking_scores
from newsctx.evaluation.tables import Measured, shown, shown_difference, text_table
from newsctx.evaluation.truth import Query
from newsctx.gazetteer import load as gazetteer
from newsctx.grounding import precision
from newsctx.records import Caption, FiveW, Record

METRICS = ("CIDEr", "CLIPScore", "grounding", "5W coverage")


class CaptionRow(Record):
    """One way to write captions."""

    name: str
    metrics: dict[str, Measured]  # of the queries with references; grounding of the captions that name anything
    cider_against_headline: Measured | None = None  # paired, query by query
    grounding: float | None = None  # share of all mentions that the cited evidence holds
    mentions: int = 0
    answered: dict[FiveW, float] = Field(default_factory=dict)  # share of captions that answer each question
    empty: int = 0  # of the queries with references
    silent: float | None = None  # share of empty captions where the archive has no relevant article
    words: float = 0.0  # mean, of the captions that are not empty
    eventa: float | None = None  # overall score of the EVENTA challenge, with the ranking's mAP, R@1 and R@10


class CaptionReport(Record):
    """Captions against references, photographs and evidence."""

    expected: int  # queries
    referenced: int  # with reference captions
    without_relevant: int  # of which the archive knows nothing
    encoder: str  # of CLIPScore
    tokeniser: str = TOKENISER  # of CIDEr
    note: str = ""
    rows: list[CaptionRow]
    settings: dict[str, Any] = Field(default_factory=dict)
    limited_from: int | None = None

    def text(self) -> str:
        """For a terminal."""
        of = f" (the first of {self.limited_from}: --limit)" if self.limited_from else ""
        head = f"captions: expected {self.expected} queries{of}, {self.referenced} with reference captions"
        notes = [f"CIDEr-D: tokens by {self.tokeniser}", f"CLIPScore: {self.encoder}", *([self.note] * bool(self.note))]
        table = text_table(
            ["caption", *METRICS, "EVENTA overall", "words", "empty"],
            [
                [r.name, *(shown(r.metrics[m]) if m in r.metrics else "" for m in METRICS),
                 f"{r.eventa:.3f}" if r.eventa is not None else "", f"{r.words:.1f}", r.empty]
                for r in self.rows
            ],
        )  # fmt: skip
        lines = [head, *notes, "", table, ""]
        for r in self.rows:
            if r.cider_against_headline:
                lines.append(f"CIDEr of {r.name} against the {HEADLINE}: {shown_difference(r.cider_against_headline)}")
        for r in self.rows:
            held = "" if r.grounding is None else f"; {r.grounding:.3f} of {r.mentions} mentions are in the evidence"
            asked = ", ".join(f"{q} {share:.2f}" for q, share in r.answered.items())
            quiet = "" if r.silent is None else f"; empty where the archive knows nothing: {r.silent:.2f}"
            lines.append(f"{r.name}: answers {asked}{held}{quiet}")
        return "\n".join(lines)


def caption_report(
    queries: Sequence[Query],
    written: Mapping[str, Written],
    writer: str,
    similar: tuple[str, Mapping[tuple[str, str], float]],
) -> CaptionReport:
    """Measure every row on the queries that have references, and its silence on those without relevant articles.

    Args:
        writer: the first row's name.
        similar: the encoder's name and (query id, row) -> cosine; nothing where there is no encoder.
    """
    asked = [q for q in queries if any(c.strip() for c in q.captions)]
    names = list(dict.fromkeys([writer, *(n for q in queries for n in written[q.id].captions)]))
    consensus = {n: cider([_text(written, q, n) for q in asked], [q.captions for q in asked]) for n in names} if (
        len(asked) > 1
    ) else {}  # fmt: skip
    encoder, cosines = similar
    measured_clip = bool(cosines)
    rows = []
    for name in names:
        columns: dict[str, list[float]] = {"CIDEr": consensus[name]} if consensus else {}
        if measured_clip:
            columns["CLIPScore"] = [clip_score(cosines.get((q.id, name), 0.0)) for q in asked]
        captions = [written[q.id].captions[name] for q in asked]
        answered = [five_w.answers(c.text, gazetteer()) for c in captions]
        columns["5W coverage"] = [five_w_coverage(a) for a in answered]
        columns["grounding"] = [p for c in captions if (p := precision([c])) is not None]
        rows.append(_row(name, queries, asked, written, columns, answered, consensus))
    return CaptionReport(
        expected=len(queries), referenced=len(asked), without_relevant=sum(q.relevant == () for q in queries),
        encoder=encoder, rows=rows, note="" if consensus else "CIDEr: fewer than two queries have reference captions",
    )  # fmt: skip


def _row(
    name: str,
    queries: Sequence[Query],
    asked: Sequence[Query],
    written: Mapping[str, Written],
    columns: Mapping[str, Sequence[float]],
    answered: Sequence[Sequence[FiveW]],
    consensus: Mapping[str, Sequence[float]],
) -> CaptionRow:
    captions = [written[q.id].captions[name] for q in asked]
    everything = [written[q.id].captions[name] for q in queries]
    unknown = [written[q.id].captions[name] for q in queries if q.relevant == ()]
    metrics = {m: Measured.of(bootstrap_interval(v)) for m, v in columns.items() if len(v)}
    full = [c for c in captions if c.text]
    against = None
    if HEADLINE in consensus and name != HEADLINE:
        against = Measured.of(paired_bootstrap(consensus[HEADLINE], consensus[name]))
    return CaptionRow(
        name=name,
        metrics=metrics,
        cider_against_headline=against,
        grounding=precision(everything),
        mentions=sum(len(s.mentions) for c in everything for s in c.sentences),
        answered={q: sum(q in a for a in answered) / len(answered) for q in five_w.QUESTIONS} if answered else {},
        empty=len(captions) - len(full),
        silent=sum(not c.text for c in unknown) / len(unknown) if unknown else None,
        words=sum(len(c.text.split()) for c in full) / len(full) if full else 0.0,
        eventa=_eventa(asked, written, metrics),
    )


def _eventa(asked: Sequence[Query], written: Mapping[str, Written], metrics: Mapping[str, Measured]) -> float | None:
    """With the final ranking's figures; None where a part is not measured."""
    ranked = [q for q in asked if q.relevant]
    if not ranked or "CIDEr" not in metrics or "CLIPScore" not in metrics:
        return None
    scores = [ranking_scores(written[q.id].ranking, q.relevant or ()) for q in ranked]
    mean = {m: sum(s[m] for s in scores) / len(scores) for m in ("mAP", "R@1", "R@10")}
    return eventa_overall(mean["mAP"], mean["R@1"], mean["R@10"], metrics["CLIPScore"].mean, metrics["CIDEr"].mean)


def _text(written: Mapping[str, Written], query: Query, row: str) -> str:
    found: Caption = written[query.id].captions[row]
    return found.text
