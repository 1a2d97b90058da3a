"""Tokens of a language model as text, as soon as their characters are whole."""

from __future__ import annotations

from typing import Any

_BYTES = 8  # tokens after which something is no character any more: UTF-8 has at most four bytes


class Detokeniser:
    """Tokens to text one by one; characters that need several tokens come when they are whole.

    A token is decoded with the few before it, because many tokenisers write a space or not by what stands before; the
    time of a token does not grow with the text.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer, self._ids, self._prefix, self._read = tokenizer, [], 0, 0

    def push(self, token: int) -> str:
        """The text that is certain with this token; "" where a character is not whole yet."""
        self._ids.append(token)
        text = self._new()
        if not text or (text.endswith("\ufffd") and len(self._ids) - self._read < _BYTES):
            return ""
        self._prefix, self._read = self._read, len(self._ids)
        return text

    def rest(self) -> str:
        """What has not been said, at the end."""
        return self._new() if self._read < len(self._ids) else ""

    def _new(self) -> str:
        before = self._decode(self._ids[self._prefix : self._read])
        return self._decode(self._ids[self._prefix :])[len(before) :]

    def _decode(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
