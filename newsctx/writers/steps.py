"""Which prompts are sent in which order, what they hold, and what an analyst is therefore asked to allow."""

from __future__ import annotations

from newsctx import prompts
from newsctx.prompts.evidence import references
from newsctx.records import PromptStep
from newsctx.settings import CaptionSettings
from newsctx.writers.base import CaptionEvidence

LOOKS: frozenset[PromptStep] = frozenset({"describe", "synthesise", "place", "date"})  # steps with the photograph
_SENT = {  # placeholder -> what it holds, in words for somebody who is asked to allow it
    "ocr": "the text that is legible in the photograph",
    "note": "your note",
    "claim": "the claim",
    "chunks": "{chunks}",
    "metadata": "their articles' headline, date, places and outlet, and the place and date that you set",
    "articles": "date, places, headline, abstract and lead of up to {articles}",
    "established": "the place and date that the archive supports, and what contradicts them",
}


def steps(settings: CaptionSettings, sees: bool = True) -> tuple[PromptStep, ...]:
    """The steps of a preset in their order; `sees`: there is a photograph to look at. A repair comes only if needed."""
    repair: tuple[PromptStep, ...] = ("repair",) if settings.repair else ()
    if settings.preset == "newsrecon":
        return ("place", "date", "synthesise", *repair)
    describe: tuple[PromptStep, ...] = ("describe",) if settings.describe and sees else ()
    return (*describe, "synthesise", *repair)


def placeholders(evidence: CaptionEvidence, settings: CaptionSettings) -> frozenset[str]:
    """What the prompts of all steps hold, in the analyst's own wording where there is one."""
    wordings = (
        evidence.prompts.get(step) or prompts.load(step, settings.preset).text
        for step in steps(settings, evidence.preview is not None)
    )
    return frozenset(name for text in wordings for name in prompts.placeholders(text))


def asking(service: str, evidence: CaptionEvidence, settings: CaptionSettings) -> str:
    """What the analyst is asked to allow: all that the prompts in use would send, whether it is empty now or not."""
    used = placeholders(evidence, settings)
    counts = {
        "chunks": _counted(len(references(evidence, settings).chunks), "passage of articles", "passages of articles"),
        "articles": _counted(settings.top_articles, "article", "articles"),
    }
    looks = evidence.preview is not None and LOOKS & set(steps(settings))
    what = ["the photograph"] if looks else []
    what += [words.format(**counts) for name, words in _SENT.items() if name in used]
    if evidence.prompts:
        what.append("your own wording of the prompts")
    return (
        f"Nothing has been sent. {service} would receive {'; '.join(what)}: allow it for this photograph, or choose "
        "another writer."
    )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
