"""What all language models have in common: the steps, what is sent, the reading of answers, the check and one repair.

A writer of this kind only says how an answer is streamed (`stream`); everything it may say is held against the evidence
here.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from newsctx import grounding, prompts
from newsctx.prompts.evidence import References, references, suspicious
from newsctx.records import Caption, ModelInfo, PromptSent, PromptStep, Sentence
from newsctx.settings import CaptionSettings
from newsctx.writers import language, structured
from newsctx.writers.base import CaptionEvidence
from newsctx.writers.refusal import nothing
from newsctx.writers.steps import LOOKS, asking, placeholders, steps
from newsctx.writers.unwelcome import unwelcome

BLIND = "The model did not see the photograph: none was handed over."
UNREPAIRED = "The model was asked to repair its caption and did not improve it; the first one is shown."


@dataclass(frozen=True)
class Request:
    """One question to a model. `photograph`: a JPEG without metadata; None where the step does not look."""

    system: str
    text: str
    photograph: bytes | None = None


class LanguageModelWriter:
    """Base of the writers that ask a language model; each says in `stream` how."""

    kind: Literal["generated"] = "generated"
    info: ModelInfo

    def stream(self, request: Request, settings: CaptionSettings) -> Generator[str, None, None]:
        """Pieces of the answer as they come; "" at least every `draft_seconds` while nothing comes. Closing it stops
        the model or the connection at once. Raises ModelUnavailable.
        """
        raise NotImplementedError

    def held_back(self, evidence: CaptionEvidence) -> str:
        """The service that the analyst has to allow first; "" where nothing leaves the machine or it is allowed."""
        return ""

    def remarks(self, evidence: CaptionEvidence, settings: CaptionSettings) -> tuple[str, ...]:
        """What the analyst should know about this model and these prompts."""
        return ()

    def write(self, evidence: CaptionEvidence, settings: CaptionSettings) -> Iterator[Caption]:
        """Describe, write, check, repair: see `CaptionWriter.write`.

        Nothing is asked where there is no evidence, or where the service has not been allowed.

        Raises:
            ModelUnavailable: the model is not there or does not answer.
            SettingsError: the analyst's own prompt has an unknown placeholder or lacks one that is needed.
        """
        refs = references(evidence, settings)
        if not refs.chunks and not (evidence.photograph_alone and evidence.preview):
            yield Caption(writer=self.info.name, kind="generated", note=f"{nothing(evidence)} No model was asked.")
            return
        if service := self.held_back(evidence):
            yield Caption(
                writer=self.info.name, kind="generated", awaiting=service, note=asking(service, evidence, settings)
            )
            return
        yield from _Run(self, evidence, settings, refs).drafts()


def preview(evidence: CaptionEvidence, settings: CaptionSettings) -> tuple[PromptSent, ...]:
    """What a language model would be sent, step by step; no model is asked.

    What only the model can say (its description, its caption) is announced in its place. Nothing for the extractive
    writer, and where there is no evidence. The last is the repair, which is sent only if the checker objects.

    Raises:
        SettingsError: the analyst's own prompt has an unknown placeholder or lacks one that is needed.
    """
    if settings.writer == "extractive" or not references(evidence, settings).chunks:
        return ()
    sees = evidence.preview is not None
    sent = []
    for step in steps(settings, sees):
        prompt, own = prompts.load(step, settings.preset), evidence.prompts.get(step)
        later = {} if sees and settings.describe or step != "synthesise" else {"description": ""}
        text = prompts.fill(prompt, evidence, settings, own, **later)
        template = prompt.template if own is None else "analyst"
        looks = sees and step in LOOKS
        sent.append(PromptSent(step=step, template=template, system=prompt.system, text=text, photograph=looks))
    return tuple(sent)


class _Run:
    """One writing of one caption."""

    def __init__(
        self, writer: LanguageModelWriter, evidence: CaptionEvidence, settings: CaptionSettings, refs: References
    ) -> None:
        self.writer, self.evidence, self.settings, self.refs = writer, evidence, settings, refs
        self.photograph = _seen(evidence.preview, settings.image_side) if evidence.preview else None
        self.sent: list[PromptSent] = []
        self.notes = [
            *writer.remarks(evidence, settings),
            *refs.notes,
            *suspicious(evidence, settings, placeholders(evidence, settings)),
        ]
        if self.photograph is None:
            self.notes.append(BLIND)
        self.description = ""

    def drafts(self) -> Generator[Caption, None, None]:
        """All steps; the last draft is the caption."""
        answers: dict[PromptStep, str] = {}
        for step in steps(self.settings, self.photograph is not None):
            if step == "describe":
                answer = yield from self._ask("describe", self._describing)
                self.description = structured.described(answer)
                if not self.description:
                    self.notes.append("The model described nothing.")
            elif step in ("place", "date"):
                answers[step] = yield from self._ask(step, lambda _: self._caption(()))
        if answers:
            self.notes.append(_said(answers))
        answer = yield from self._ask(
            "synthesise", self._growing, description=self.description, answers=_answers(answers)
        )
        parsed = structured.parse(answer, self.refs.ids, self.settings.max_sentences)
        sentences = self._checked(parsed.sentences)
        notes = parsed.notes or (() if sentences else ("The model wrote nothing.",))
        repaired = False
        if self.settings.repair and sentences and _objections(sentences):
            first = sentences
            sentences, notes = yield from self._repair(first, notes)
            repaired = sentences is not first
        self.notes += notes
        if other := language.note(" ".join(s.text for s in sentences), self.settings.language):
            self.notes.append(other)
        yield self._caption(sentences, repaired)

    def _repair(
        self, first: tuple[Sentence, ...], notes: tuple[str, ...]
    ) -> Generator[Caption, None, tuple[tuple[Sentence, ...], tuple[str, ...]]]:
        """The better of the first caption and the one that the model writes when it is told what was not found."""
        words = "\n".join(f"{n}. {s.text}" for n, s in enumerate(first, 1))
        problems = "; ".join(_objections(first))
        answer = yield from self._ask("repair", lambda _: self._caption(first), answer=words, problems=problems)
        parsed = structured.parse(answer, self.refs.ids, self.settings.max_sentences)
        second = self._checked(parsed.sentences)
        if second and len(_objections(second)) < len(_objections(first)):
            return second, parsed.notes
        return first, (*notes, UNREPAIRED)

    def _ask(self, step: PromptStep, shown: Callable[[str], Caption], **later: str) -> Generator[Caption, None, str]:
        """Send one step and show its answer growing; what was sent is kept."""
        prompt, own = prompts.load(step, self.settings.preset), self.evidence.prompts.get(step)
        text = prompts.fill(prompt, self.evidence, self.settings, own, **later)
        photograph = self.photograph if step in LOOKS else None
        most, every = self.settings.max_answer_chars, self.settings.draft_seconds
        started = time.perf_counter()
        answer, told = "", -every
        with closing(self.writer.stream(Request(prompt.system, text, photograph), self.settings)) as pieces:
            for piece in pieces:
                answer += piece
                if len(answer) > most:
                    answer = answer[:most]
                    self.notes.append(
                        f"The answer of step {step} was cut at caption.max_answer_chars = {most:,} characters."
                    )
                    break
                if time.perf_counter() - told >= every:
                    yield shown(answer)
                    told = time.perf_counter()
        self.sent.append(
            PromptSent(
                step=step, template=prompt.template if own is None else "analyst", system=prompt.system, text=text,
                photograph=photograph is not None, answer=answer, seconds=time.perf_counter() - started,
            )
        )  # fmt: skip
        return answer

    def _describing(self, answer: str) -> Caption:
        return self._caption(()).model_copy(update={"description": structured.described(answer)})

    def _growing(self, answer: str) -> Caption:
        return self._caption(
            structured.parse(answer, self.refs.ids, self.settings.max_sentences, whole=False).sentences
        )

    def _checked(self, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
        """Held against the evidence; a problem of the answer itself (an unknown id, what no caption says) stays."""
        found = grounding.check(sentences, self.evidence, self.settings.language)
        own = prompts.load("synthesise", self.settings.preset)
        words = (own.system, self.evidence.prompts.get("synthesise") or own.text)
        kept = [
            unwelcome(old.text, words) or (old.problem if old.problem != structured.NO_CITATION else "")
            for old in sentences
        ]
        return tuple(
            new.model_copy(update={"problem": problem}) if problem else new
            for new, problem in zip(found, kept, strict=True)
        )

    def _caption(self, sentences: tuple[Sentence, ...], repaired: bool = False) -> Caption:
        return Caption(
            text=" ".join(s.text for s in sentences), sentences=sentences, writer=self.writer.info.name,
            kind="generated", note=" ".join(dict.fromkeys(self.notes)), description=self.description,
            sent=tuple(self.sent), repaired=repaired,
        )  # fmt: skip


def _objections(sentences: tuple[Sentence, ...]) -> list[str]:
    """What the checker did not find, in words for the model."""
    found = []
    for n, sentence in enumerate(sentences, 1):
        if sentence.problem:
            found.append(f"sentence {n}: {sentence.problem}")
        found += [
            f"sentence {n}: the {m.kind} {m.text!r} is in none of the data that it cites"
            for m in sentence.mentions
            if m.struck
        ]
    return found


def _answers(answers: dict[PromptStep, str]) -> str:
    return "; ".join(f"{step}: {structured.spoken(answer)[:200] or 'none'}" for step, answer in answers.items())


def _said(answers: dict[PromptStep, str]) -> str:
    """The model's place and date, which are no evidence, for the analyst."""
    place, date = structured.place_answer(answers.get("place", "")), structured.date_answer(answers.get("date", ""))
    return (
        f"The model's own answers, unchecked: place {place or 'none in the form asked for'}, "
        f"date {date.iso if date else 'none'}."
    )


def _seen(preview: bytes, side: int) -> bytes:
    """The photograph as the model sees it: a JPEG of bare pixels, without EXIF or position."""
    import numpy as np
    from PIL import Image

    from newsctx.imaging import encode_jpeg, working_copy

    with Image.open(io.BytesIO(preview)) as image:
        return encode_jpeg(working_copy(np.asarray(image.convert("RGB")), side), quality=85)
