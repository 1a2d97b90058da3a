"""The report of the caption stage over written captions whose figures can be counted by hand."""

from __future__ import annotations

import pytest

from newsctx.evaluation.caption_report import caption_report
from newsctx.evaluation.caption_run import HEADLINE, WITHOUT, Written, headline_caption, without_evidence
from newsctx.evaluation.truth import Query
from newsctx.records import Article, Caption, Context, Hit, Mention, Photo, Sentence
from newsctx.settings import CaptionSettings
from newsctx.writers import make_writer
from newsctx.writers.base import CaptionEvidence

QUERIES = (
    Query(id="a", relevant=("n1",), captions=("Runners pass the bridge in Cologne on Sunday.",)),
    Query(id="b", relevant=("n2",), captions=("People hold candles at a vigil in Paris.", "A vigil in Paris.")),
    Query(id="c", relevant=()),  # the archive knows nothing of it
)


def caption(text: str, *found: bool) -> Caption:
    """With one mention per flag: the first words of the text."""
    words = text.split()
    mentions = tuple(
        Mention(kind="name", start=0, end=len(words[0]), text=words[0], found=("n1#headline",) if ok else ())
        for ok in found
    )
    sentence = Sentence(text=text, metadata_ids=("n1#headline",), mentions=mentions)
    return Caption(text=text, sentences=(sentence,), writer="w")


EMPTY = Caption(writer="w", note="not established")
WRITTEN = {
    i: Written(id=i, ranking=ranking, captions={"w": own, HEADLINE: headline})
    for i, ranking, own, headline in (
        ("a", ("n1", "n2"), caption(QUERIES[0].captions[0], True, True), caption("Run", False)),
        ("b", ("n1", "n2"), caption("A vigil in Paris.", True, False), EMPTY),
        ("c", (), EMPTY, caption("Sale", True)),
    )
}
COSINES = {("a", "w"): 0.3, ("b", "w"): -0.1, ("a", HEADLINE): 0.2, ("c", HEADLINE): 0.9}


def test_rows_are_measured_on_the_queries_with_references() -> None:
    report = caption_report(QUERIES, WRITTEN, "w", ("tiny", COSINES))
    own, headline = report.rows
    assert (report.expected, report.referenced, report.without_relevant) == (3, 2, 1)
    assert own.metrics["CLIPScore"].mean == pytest.approx((2.5 * 0.3 + 0) / 2)
    assert headline.metrics["CLIPScore"].mean == pytest.approx((2.5 * 0.2 + 0) / 2)  # an empty caption scores 0
    assert own.metrics["grounding"].mean == pytest.approx((1 + 0.5) / 2) and own.grounding == pytest.approx(3 / 4)
    assert own.mentions == 4 and headline.mentions == 2
    assert (own.empty, headline.empty) == (0, 1) and (own.silent, headline.silent) == (1.0, 0.0)
    assert own.words == pytest.approx((8 + 4) / 2)
    assert own.metrics["CIDEr"].mean > headline.metrics["CIDEr"].mean == 0
    assert own.cider_against_headline and own.cider_against_headline.mean == own.metrics["CIDEr"].mean
    assert headline.eventa == 0 and own.eventa and 0 < own.eventa < 1


def test_the_text_says_tokeniser_encoder_and_counts() -> None:
    text = caption_report(QUERIES, WRITTEN, "w", ("tiny", COSINES)).text()
    for words in ("expected 3 queries, 2 with reference", "Treebank", "CLIPScore: tiny", "0.750 of 4 mentions"):
        assert words in text


def test_without_encoder_or_references_that_is_said_and_nothing_invented() -> None:
    bare = tuple(q.model_copy(update={"captions": ()}) for q in QUERIES)
    report = caption_report(bare, WRITTEN, "w", ("not measured: none is loaded", {}))
    assert report.referenced == 0 and all(not r.metrics for r in report.rows)
    assert "not measured: none is loaded" in report.text() and "fewer than two" in report.text()


def test_the_headline_is_copied_and_without_evidence_nothing_is_said() -> None:
    article = Article(article_id="n1", headline="Ferry hits pier in Lisbon", body="x")
    photo = Photo(sha256="0" * 64, phash="0" * 16, format="JPEG", bytes=1, width=64, height=64)
    given = CaptionEvidence(photo, (Hit(article_id="n1", rank=1, score=1.0),), {"n1": article}, (), Context())
    copied = headline_caption(given)
    assert copied.text == "Ferry hits pier in Lisbon" and all(m.found for m in copied.sentences[0].mentions)
    settings = CaptionSettings()
    *_, silent = make_writer(settings).write(without_evidence(given), settings)
    assert silent.text == "" and silent.note.startswith("not established")
    assert headline_caption(without_evidence(given)).text == "" and WITHOUT != HEADLINE
