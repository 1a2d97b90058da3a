"""Pairs as tokens: the prompt that the writer sends, the caption as its answer, and a loss on the answer alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from newsctx.adapters import TrainedPrompt
from newsctx.errors import TrainingError
from newsctx.training.captioner_data import Pair
from newsctx.training.captioner_prompt import CaptionPrompt

IGNORED = -100  # what torch's cross-entropy leaves out


@dataclass(frozen=True)
class Example:
    """One pair. `labels` repeats `ids` where a token is learned, else it is IGNORED."""

    ids: tuple[int, ...]
    labels: tuple[int, ...]
    chunks_left_out: int = 0

    @property
    def learned(self) -> int:
        return sum(t != IGNORED for t in self.labels)


class Tokens:
    """Renders prompts with a tokenizer, in its chat template where it has one."""

    def __init__(self, tokenizer: Any, prompt: CaptionPrompt, max_length: int) -> None:
        """`tokenizer`: a tokenizer of transformers, or a processor's (with the processor's template)."""
        if tokenizer.eos_token_id is None:
            raise TrainingError(
                f"the tokenizer of {tokenizer.name_or_path!r} has no end-of-sequence token, so a caption would never "
                "end; set eos_token in its tokenizer_config.json."
            )
        self._tokenizer, self._prompt, self.max_length = tokenizer, prompt, max_length
        self.chat = bool(getattr(tokenizer, "chat_template", None))
        self.pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id

    @property
    def trained_prompt(self) -> TrainedPrompt:
        """What inference needs, as it is stored with the weights."""
        return self._prompt.trained(self.chat)

    def example(self, pair: Pair, name: str) -> Example:
        """A pair as tokens; where it is longer than `max_length`, the last chunks are left out.

        Args:
            name: of the pair, for errors.

        Raises:
            TrainingError: the answer, or the prompt without chunks and the answer, is longer than `max_length`.
        """
        for kept in range(len(pair.chunks), -1, -1):
            shown = pair.model_copy(update={"chunks": pair.chunks[:kept]})
            prompt, answer = self._tokens(shown)
            if len(answer) > self.max_length:
                raise TrainingError(
                    f"{name}: its caption is {len(answer)} tokens with its citations, more than max_length "
                    f"{self.max_length}; shorten or remove it, or give a --max-length with room for it and the prompt."
                )
            if len(prompt) + len(answer) <= self.max_length:
                labels = (IGNORED,) * len(prompt) + answer
                return Example(prompt + answer, labels, len(pair.chunks) - kept)
        raise TrainingError(
            f"{name}: the prompt without any chunk ({len(prompt)} tokens) and the caption ({len(answer)}) are more "
            f"than max_length {self.max_length}; shorten the description or give a larger --max-length."
        )

    def texts(self, pair: Pair) -> tuple[str, str]:
        """(what is asked, what is answered), special tokens as text where there is a chat template."""
        system, user = self._prompt.fill(pair)
        answer = self._prompt.target(pair).text
        if not self.chat:
            return "\n\n".join(t for t in (system, user) if t) + "\n\n", answer
        before, whole = self._rendered(system, user), self._rendered(system, user, answer)
        if whole.startswith(before):
            return before, whole[len(before) :].rstrip()
        return before, whole[whole.rindex(answer) :].rstrip()  # a template that opens an answer in another way

    def _tokens(self, pair: Pair) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The prompt's tokens, and the answer's with the token that ends it; never a token across both."""
        before, after = self.texts(pair)
        answer = self._ids(after, special=False)
        if answer[-1] not in self._enders():
            answer += (self._tokenizer.eos_token_id,)
        return self._ids(before, special=not self.chat), answer

    def _rendered(self, system: str, user: str, answer: str | None = None) -> str:
        """The chat template. A model without a system role reads the system's text before the user's, and some
        templates show only contents that are lists of parts: the first form that shows everything is used.
        """
        from jinja2.exceptions import TemplateError

        tail = [("assistant", answer)] if answer is not None else []
        forms = [[("user", f"{system}\n\n{user}".strip()), *tail]]
        if system:
            forms.insert(0, [("system", system), ("user", user), *tail])
        why = "it leaves words out"
        for turns in forms:
            for listed in (False, True):
                messages = [
                    {"role": role, "content": [{"type": "text", "text": text}] if listed else text}
                    for role, text in turns
                ]
                try:
                    shown = self._tokenizer.apply_chat_template(
                        messages, tokenize=False, add_generation_prompt=answer is None
                    )
                except (TemplateError, TypeError, ValueError) as error:
                    why = str(error)
                    continue
                if all(text.strip() in shown for _, text in turns):
                    return shown
        raise TrainingError(
            f"the chat template of {self._tokenizer.name_or_path!r} cannot show a question with its answer: {why}; "
            "use another model or mend its template."
        )

    def _enders(self) -> frozenset[int]:
        """Special tokens: a template's own end of a turn need not be the end of a sequence."""
        return frozenset(self._tokenizer.all_special_ids) | frozenset(self._tokenizer.added_tokens_decoder)

    def _ids(self, text: str, special: bool) -> tuple[int, ...]:
        """Tokens; a template writes special tokens itself, else the tokenizer adds those that begin a text."""
        ids = self._tokenizer(text, add_special_tokens=special, truncation=False, verbose=False)["input_ids"]
        if special:
            while ids and ids[-1] == self._tokenizer.eos_token_id:  # some end every text; the answer comes after it
                ids = ids[:-1]
        return tuple(ids)


def encode(tokens: Tokens, pairs: Sequence[Pair]) -> list[Example]:
    """All pairs; an error names the pair by its place and photograph."""
    named = (f"pair {i} ({p.photo or p.article_id or repr(p.caption[:40])})" for i, p in enumerate(pairs, 1))
    return [tokens.example(p, name) for p, name in zip(pairs, named, strict=True)]


def collate(examples: Sequence[Example], pad: int) -> dict[str, torch.Tensor]:
    """(B, T) ids, attention and labels, filled up on the right."""
    length = max(len(e.ids) for e in examples)

    def filled(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
        return torch.tensor([[*r, *[value] * (length - len(r))] for r in rows], dtype=torch.int64)

    return {
        "input_ids": filled([e.ids for e in examples], pad),
        "attention_mask": filled([(1,) * len(e.ids) for e in examples], 0),
        "labels": filled([e.labels for e in examples], IGNORED),
    }
