"""What no caption says: a link, markup, an instruction, the prompt itself. A model that writes it has obeyed a text.

Nothing is taken out: the analyst sees the words as they came, with what is wrong about them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from newsctx.untrusted import MEANINGS, flags

LINK = "It holds a link or an address, which no caption needs: what it leads to may be what somebody planted."
LEAK = "It repeats the prompt: the model was led to tell its instructions."
ORDER = "It reads like an instruction or markup, not like a caption ({kinds}): the model may have obeyed a text."
RUN = 7  # words in a row that a caption shares with a prompt by no accident (own choice)

_LINK = re.compile(
    r"\b(?:https?|ftp|file|data|javascript|vbscript|mailto|tel)\s{0,2}:\s{0,2}[/\w]|\bwww\.\w|\]\s{0,2}\(\s{0,2}\S"
    r"|\b[\w-]{1,60}(?:\.[\w-]{1,60}){0,3}\.(?:com|org|net|io|info|biz|ru|cn|xyz|example|test|invalid|local)\b(?:/\S|\b)"
    r"|[\w.+-]{1,60}@[\w-]{1,60}\.\w{2,}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")


def unwelcome(text: str, prompts: tuple[str, ...] = ()) -> str:
    """Why a sentence is none of a caption; "" where nothing speaks against it.

    Args:
        text: one sentence, as the model wrote it.
        prompts: our own words that the model was sent, without any data.
    """
    if _LINK.search(text):
        return LINK
    if any(_runs(text) & _runs(prompt) for prompt in prompts):
        return LEAK
    kinds = dict.fromkeys(MEANINGS[flag.kind] for flag in flags(text))
    return ORDER.format(kinds=", ".join(kinds)) if kinds else ""


@lru_cache(maxsize=64)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = [w.casefold() for w in _WORD.findall(text)]
    return frozenset(tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))
