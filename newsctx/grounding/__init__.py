"""Holding a caption's names, places, dates and numbers against the evidence that it cites.

No model: what stands in a sentence is found by its form and looked up, word for word, in the cited passages and
metadata. Another form of the same value counts (26 December for Dec. 26, Merkel for Angela Merkel, twelve for 12), a
coarser date counts, a finer or another one does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from newsctx.grounding.checking import check_sentence
from newsctx.records import Caption, Sentence

if TYPE_CHECKING:  # the writers check their own sentences
    from newsctx.writers.base import CaptionEvidence

__all__ = ["check", "precision"]


def check(sentences: Sequence[Sentence], evidence: CaptionEvidence, language: str = "") -> tuple[Sentence, ...]:
    """The sentences with their `mentions` and `problem` filled in; nothing else of them changes.

    `mentions`: every name, place, date and number in the order of the text, each with the cited ids that hold it.
    `problem`: ids that name nothing in the evidence, or that nothing is cited; empty where all is well. What an
    analyst accepted before stays accepted. Time is linear in the length of sentences and evidence; never raises on
    any text.

    Args:
        language: ISO 639-1 of the sentences; "" guesses whether they are German. German writes every noun with a
            capital: there only runs of several capitals count as names, and single words that the cited evidence or the
            gazetteer know. A lone surname that neither knows is not marked.
    """
    return tuple(check_sentence(s, evidence, language) for s in sentences)


def precision(captions: Iterable[Caption | Sequence[Sentence]]) -> float | None:
    """Share of the mentions of checked captions that the cited evidence holds, 0..1; None where there is no mention.

    Accepted mentions that were not found count as not found: the figure is about the writer, not about the analyst.
    """
    groups = [c.sentences if isinstance(c, Caption) else c for c in captions]
    found = [bool(m.found) for sentences in groups for s in sentences for m in s.mentions]
    return sum(found) / len(found) if found else None
