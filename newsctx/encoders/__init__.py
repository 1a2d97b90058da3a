"""Encoders: pictures and texts to L2-normalised vectors."""

from newsctx.encoders.image import ImageEncoder
from newsctx.encoders.image_text import ImageTextEncoder
from newsctx.encoders.sentence import SentenceEncoder

__all__ = ["ImageEncoder", "ImageTextEncoder", "SentenceEncoder"]
