"""A server's key kept out of everything that the server says: servers echo headers in messages, and some in answers."""

from __future__ import annotations

import regex

SHORTEST = 8  # characters from which a key is a secret: `EMPTY` and `ollama` are words that local servers ask for
HIDDEN = "***"
_BETWEEN = r"[\s\p{C}]{0,8}+"  # what may part a key's characters and still show it: white space, invisible ones


class Redactor:
    """Replaces the key in a text that comes in pieces, also where pieces, white space or invisible characters part it.

    The end of what came is held back while it may be the beginning of the key; time is linear in the length of the
    text for a key of given length.
    """

    def __init__(self, secret: str) -> None:
        self._pattern = regex.compile(_BETWEEN.join(map(regex.escape, secret))) if len(secret) >= SHORTEST else None
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown of the text so far."""
        if self._pattern is None:
            return piece
        text = self._pattern.sub(HIDDEN, self._held + piece)
        begun = self._pattern.search(text, partial=True)
        at = begun.start() if begun else len(text)
        self._held = text[at:]
        return text[:at]

    def rest(self) -> str:
        """The end of the text; half a key is hidden too, a few characters are the text's own."""
        held, self._held = self._held, ""
        return HIDDEN if sum(not c.isspace() for c in held) >= SHORTEST else held


def redacted(text: str, secret: str) -> str:
    """A whole text without the key."""
    one = Redactor(secret)
    return one.feed(text) + one.rest()
