"""What a captioner is asked and how it answers: the writer's own prompt, and the answer that the writer reads.

The evidence of a pair is put together as the caption stage has it, and `newsctx.prompts` fills the prompt: what trains
is, word for word and with its data blocks, what is sent at inference. The target is the structured answer: the
outlet's sentences, each with the ids that hold its names, places, dates and numbers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from newsctx import grounding, prompts
from newsctx.adapters import TrainedPrompt
from newsctx.errors import TrainingError
from newsctx.passages import make_chunk, plain
from newsctx.prompts.evidence import LANGUAGES, references
from newsctx.records import Article, ArticlePlace, Chunk, Context, Photo, Sentence
from newsctx.sentences import split
from newsctx.settings import CaptionSettings
from newsctx.training.captioner_data import Pair
from newsctx.words import content_words
from newsctx.writers.base import CaptionEvidence

PRESETS = tuple(p for p in prompts.PRESETS if "{answers}" not in prompts.load("synthesise", p).text)
#: No prompt shows the file of a photograph; legible text is part of a pair's description.
_UNSEEN = Photo(sha256="0" * 64, phash="0" * 16, format="none", bytes=1, width=1, height=1)


@dataclass(frozen=True)
class Target:
    """The answer to learn, and how far the evidence holds it."""

    text: str
    sentences: int
    cited: int  # sentences that cite something
    mentions: int  # names, places, dates and numbers
    found: int  # of them in the evidence


@dataclass(frozen=True)
class CaptionPrompt:
    """The prompt of the synthesis under a preset."""

    prompt: prompts.Prompt
    preset: str

    def trained(self, chat: bool) -> TrainedPrompt:
        """As it is stored with the weights; the text with its gaps."""
        p = self.prompt
        return TrainedPrompt(name=p.template, preset=self.preset, system=p.system, text=p.text, chat=chat)

    def fill(self, pair: Pair) -> tuple[str, str]:
        """(system, user) of a pair."""
        user = prompts.fill(self.prompt, evidence_of(pair), _settings(pair), description=pair.description)
        return self.prompt.system, user

    def target(self, pair: Pair) -> Target:
        """The caption as `newsctx.writers.structured` reads it. Citations are found, not given: a sentence cites the
        ids that hold its mentions, or the passage with most of its words.
        """
        evidence = evidence_of(pair)
        short = {address: i for i, address in references(evidence, _settings(pair)).ids.items()}
        known = {c.chunk_id: c for c in evidence.chunks if c.chunk_id in short}
        metadata = tuple(a for a in short if a not in known)
        rows, mentions, found = [], 0, 0
        for text in _sentences(pair):
            whole = Sentence(text=text, chunk_ids=tuple(known), metadata_ids=metadata, problem="unchecked")
            checked = grounding.check([whole], evidence)[0]
            mentions += len(checked.mentions)
            found += sum(bool(m.found) for m in checked.mentions)
            cited = _cover([m.found for m in checked.mentions if m.found]) or _nearest(text, tuple(known.values()))
            rows.append({"text": text, "chunks": [short[a] for a in cited]})
        answer = json.dumps({"sentences": rows}, ensure_ascii=False)
        return Target(answer, len(rows), sum(bool(r["chunks"]) for r in rows), mentions, found)


def caption_prompt(preset: str = "") -> CaptionPrompt:
    """The prompt that the writer's settings choose by default, or the preset's.

    Raises:
        TrainingError: an unknown preset, or one whose prompt needs the answers of other steps.
    """
    name = preset or CaptionSettings().preset
    if name not in PRESETS:
        raise TrainingError(
            f"prompt preset {name!r}: expected one of {', '.join(PRESETS)}; the others ask for more than a pair has (a "
            "description, passages and their metadata)."
        )
    return CaptionPrompt(prompts.load("synthesise", name), name)


def evidence_of(pair: Pair) -> CaptionEvidence:
    """A pair as the caption stage hands evidence over: its passages are the body of one article."""
    given, texts = pair.metadata, [c for c in pair.chunks if c.strip()]
    article = Article(
        article_id=pair.article_id or "article", headline=given.headline, source=given.source,
        published=given.published, places=tuple(ArticlePlace(keyword=k) for k in given.places if k.strip()),
        body="\n".join(texts),
    )  # fmt: skip
    chunks: list[Chunk] = []
    at = 0
    for text in texts:
        chunks.append(make_chunk(article.article_id, "body", at, at + len(text), text, "ranked"))
        at += len(text) + 1
    return CaptionEvidence(_UNSEEN, (), {article.article_id: article}, tuple(chunks), Context())


def _settings(pair: Pair) -> CaptionSettings:
    """The writer's defaults; the prompt does not forbid the answer that follows it."""
    default = CaptionSettings()
    return CaptionSettings(
        max_sentences=max(default.max_sentences, len(_sentences(pair))),
        language=pair.language if pair.language in LANGUAGES else default.language,  # type: ignore[arg-type]
    )


def _sentences(pair: Pair) -> list[str]:
    return [plain(s.text) for s in split(pair.caption)]


def _cover(found: Sequence[tuple[str, ...]]) -> list[str]:
    """Few ids that together hold every mention."""
    chosen: list[str] = []
    for ids in found:
        if not set(ids) & set(chosen):
            chosen.append(ids[0])
    return chosen


def _nearest(text: str, chunks: Sequence[Chunk]) -> list[str]:
    words = set(content_words(text))
    shared = [len(words & set(content_words(c.text))) for c in chunks]
    return [chunks[shared.index(max(shared))].chunk_id] if any(shared) else []
