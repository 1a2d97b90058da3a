"""The legible text of the photograph against headline, abstract, body and photo captions."""

from __future__ import annotations

from newsctx.archive.index import ArchiveIndex
from newsctx.channels import words
from newsctx.encoders import SentenceEncoder
from newsctx.records import ChannelResult
from newsctx.settings import Settings

NAME = "words_ocr"
NO_TEXT = "no text in the photograph"


def search(text: str, index: ArchiveIndex, encoder: SentenceEncoder | None, settings: Settings) -> ChannelResult:
    """The k best articles for the text as it stands there: a photograph has no operators."""
    return words.search(NAME, text, index, encoder, settings, NO_TEXT)
