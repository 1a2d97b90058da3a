"""The words that the word channels search with."""

from __future__ import annotations

from newsctx.records import Photo

NO_WORDS = "no text in the photograph and no note"


def words_query(photo: Photo, note: str) -> str:
    """The photograph's legible text, then the analyst's note; empty where there is neither."""
    return "\n".join(t for t in (photo.ocr_text.strip(), note.strip()) if t)
