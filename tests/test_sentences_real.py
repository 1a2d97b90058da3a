"""Sentence spans over real news (not part of the project; see NEWSCTX_TEST_DATA)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from newsctx.sentences import MAX_SENTENCE, split


def test_every_visible_character_of_real_articles_is_in_one_span() -> None:
    folder = os.environ.get("NEWSCTX_TEST_DATA")
    path = Path(folder or ".", "five_w", "articles.jsonl")
    if not folder or not path.is_file():
        pytest.skip("NEWSCTX_TEST_DATA does not name a folder with five_w/articles.jsonl")
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert texts
    for text in texts:
        spans = split(text)
        assert all(text[s.start : s.end] == s.text and len(s.text) <= MAX_SENTENCE for s in spans)
        assert "".join("".join(s.text.split()) for s in spans) == "".join(text.split())
        assert len(spans) >= len(text) // 500  # news sentences are some 150 characters long
