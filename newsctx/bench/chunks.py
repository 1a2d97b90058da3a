"""How many of the human answers to who, what, where and when stand in the chosen chunks.

The articles have answers that people marked as phrases of the text or its title (the gold standard of Giveme5W1H,
Hamborg et al. 2019). There is no photograph, so the query of everything that ranks is the headline. Selections are held
against the first 5 sentences and against the 5 sentences closest to the headline, in the same run and article by
article; how much text each takes is printed beside, because a whole article answers most.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from newsctx.errors import EvaluationError
from newsctx.evaluation.bootstrap import bootstrap_interval, paired_bootstrap
from newsctx.evaluation.tables import Measured, shown, shown_difference, text_table
from newsctx.gazetteer import Gazetteer
from newsctx.passages import folded
from newsctx.records import Article, Hit
from newsctx.sentences import split
from newsctx.settings import ChunkSettings
from newsctx.stages import chunks

ASKED = ("who", "what", "where", "when")
FIRST, CLOSEST, OURS = "first 5 sentences", "closest 5 sentences", "five_w, 5 sentences"
_BUDGET = 5  # sentences of the baselines
_WORD = re.compile(r"\w+")
Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class GoldArticle:
    """An article and the phrases that people gave as answers; a question without a phrase is left out."""

    article_id: str
    title: str
    text: str
    gold: Mapping[str, tuple[str, ...]]


@dataclass
class ChunkBenchReport:
    """Per selection: shares[name][question] has one value per article that has the question answered; `every` the mean
    over an article's questions, one value per article; sentences and words one number per article."""

    articles: int
    phrases: dict[str, int]
    shares: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    every: dict[str, list[float]] = field(default_factory=dict)
    sentences: dict[str, list[int]] = field(default_factory=dict)
    words: dict[str, list[int]] = field(default_factory=dict)

    def difference(self, ours: str, baseline: str, question: str = "") -> Measured:
        """What a selection gains on a baseline, over all questions or on one, article by article."""
        before = self.shares[baseline][question] if question else self.every[baseline]
        after = self.shares[ours][question] if question else self.every[ours]
        return Measured.of(paired_bootstrap(before, after))

    def text(self) -> str:
        """As the command prints it."""
        rows = [
            [name, *(f"{np.mean(by[q]):.3f}" for q in ASKED), shown(Measured.of(bootstrap_interval(self.every[name]))),
             f"{np.mean(self.sentences[name]):.1f}", f"{np.mean(self.words[name]):.0f}"]
            for name, by in self.shares.items()
        ]  # fmt: skip
        gains = [
            [name, *(shown_difference(self.difference(name, base)) for base in (FIRST, CLOSEST))]
            for name in self.shares
            if name not in (FIRST, CLOSEST)
        ]
        by_question = [
            [question, *(shown_difference(self.difference(OURS, base, question)) for base in (FIRST, CLOSEST))]
            for question in ASKED
        ]
        counted = ", ".join(f"{n} {q}" for q, n in self.phrases.items())
        return "\n".join(
            [
                f"Human answers in the chosen chunks: {self.articles} articles with {counted} phrases; the query is "
                "the headline; shares of phrases, and the mean over an article's questions with its 95% interval",
                text_table(["selection", *ASKED, "all four", "sentences", "words"], rows),
                "",
                "Gain on the baselines over all four, article by article (* the interval excludes zero)",
                text_table(["selection", f"on {FIRST}", f"on {CLOSEST}"], gains),
                "",
                f"{OURS}, question by question",
                text_table(["question", f"on {FIRST}", f"on {CLOSEST}"], by_question),
            ]
        )


def read_articles(folder: Path) -> list[GoldArticle]:
    """The articles of `articles.jsonl` in the folder, or in its `five_w` folder: id, title, text and gold_who ...

    Raises:
        EvaluationError: no such file, a line that is no such object (named by its number), or no answers at all.
    """
    tried = [folder / "articles.jsonl", folder / "five_w" / "articles.jsonl"]
    path = next((p for p in tried if p.is_file()), None)
    if path is None:
        raise EvaluationError(f"{folder}: expected articles.jsonl, or five_w/articles.jsonl, in this folder.")
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                found.append(_article(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise EvaluationError(
                    f"{path}, line {number}: expected a JSON object with id, title, text and gold_who, gold_what, "
                    f"gold_where, gold_when as lists of objects with a text ({type(error).__name__}: {error})."
                ) from error
    if not (asked := [a for a in found if a.gold]):
        raise EvaluationError(f"{path}: no article has an answer to who, what, where or when.")
    return asked


def _article(row: dict) -> GoldArticle:
    gold = {
        q: tuple(dict.fromkeys(p for g in row.get(f"gold_{q}") or () if (p := _plain(g.get("text") or ""))))
        for q in ASKED
    }
    return GoldArticle(str(row["id"]), str(row["title"]), str(row["text"]), {q: p for q, p in gold.items() if p})


def run(
    articles: Sequence[GoldArticle],
    embed: Embed,
    gazetteer: Gazetteer | None,
    settings: ChunkSettings,
    progress: Callable[[int], None] = lambda done: None,
) -> ChunkBenchReport:
    """Choose chunks of every article with each method and each baseline.

    Args:
        embed: texts -> (N, D), L2-normalised; for the baseline and for the methods alike.
        settings: of the methods; the number of sentences and words is set per row.
    """
    phrases = {q: sum(len(a.gold.get(q, ())) for a in articles) for q in ASKED}
    report = ChunkBenchReport(articles=len(articles), phrases=phrases)
    for done, article in enumerate(articles, 1):
        for name, texts in _selections(article, embed, gazetteer, settings).items():
            _note(report, name, article, texts)
        progress(done)
    return report


def _selections(
    article: GoldArticle, embed: Embed, gazetteer: Gazetteer | None, settings: ChunkSettings
) -> dict[str, list[str]]:
    sentences = [s.text for s in split(article.text)]
    vectors = embed([article.title, *sentences])
    closest = np.argsort(-np.round(vectors[1:] @ vectors[0], 5), kind="stable")[:_BUDGET]

    def chosen(**changed: object) -> list[str]:
        one = {article.article_id: Article(article_id=article.article_id, headline=article.title, body=article.text)}
        hit = Hit(article_id=article.article_id, rank=1, score=1.0)
        wanted = settings.model_copy(update=changed)
        return [c.text for c in chunks.run([hit], one, article.title, embed, wanted, gazetteer=gazetteer).chunks]

    first = sentences[:_BUDGET]
    ours = chosen(method="five_w", five_w_sentences=_BUDGET)
    return {
        FIRST: first,
        f"first, as many words as {OURS}": _as_many(sentences, _words(ours)),
        CLOSEST: [sentences[i] for i in sorted(closest)],
        OURS: ours,
        f"five_w, no more words than {FIRST}": chosen(
            method="five_w", five_w_sentences=_BUDGET, five_w_words=_words(first)
        ),
        "windows, 5 sentences": chosen(method="windows", top=1, window=3, lead=1, closing=1),
        "windows, as published": chosen(method="windows"),
        "sentences, 5 sentences": chosen(method="sentences", sentence_top=1, widen=2),
        "sentences, as published": chosen(method="sentences"),
        "whole article": sentences,
    }


def _as_many(sentences: Sequence[str], words: int) -> list[str]:
    """First sentences until they have at least that many words: never fewer than what they are held against."""
    taken: list[str] = []
    for sentence in sentences:
        if _words(taken) >= words:
            break
        taken.append(sentence)
    return taken


def _note(report: ChunkBenchReport, name: str, article: GoldArticle, texts: Sequence[str]) -> None:
    held = [f" {_plain(t)} " for t in texts]
    shares = {q: [any(f" {p} " in t for t in held) for p in phrases] for q, phrases in article.gold.items()}
    for q, hits in shares.items():
        report.shares.setdefault(name, {a: [] for a in ASKED})[q].append(sum(hits) / len(hits))
    report.every.setdefault(name, []).append(float(np.mean([sum(h) / len(h) for h in shares.values()])))
    report.sentences.setdefault(name, []).append(sum(any(s.text in t for t in texts) for s in split(article.text)))
    report.words.setdefault(name, []).append(_words(texts))


def _words(texts: Sequence[str]) -> int:
    return sum(len(t.split()) for t in texts)


def _plain(text: str) -> str:
    """Words only, so that quotation marks and case do not decide."""
    return " ".join(_WORD.findall(folded(text)))
