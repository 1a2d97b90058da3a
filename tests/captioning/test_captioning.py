"""News captions and the visual-event filter: what is written, what stays, and going on after a kill."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newsctx.archive.importer import import_archive
from newsctx.archive.store import ArchiveStore
from newsctx.captioning.base import Judgement
from newsctx.captioning.extractive import ExtractiveCaptioner
from newsctx.captioning.run import CAPTIONS, JUDGEMENTS, caption_articles, judge_articles
from newsctx.captioning.visual_words import VisualWords
from newsctx.cli import main
from newsctx.records import Article, ArticleImage, ModelInfo
from newsctx.training.corpus import load_corpus

BODY = "Water stood in the streets of Ghent on Monday. Boats carried people out. It rained on. A fourth sentence here."
ROWS = (
    {"id": "a", "headline": "Ghent under water", "abstract": "The Leie burst its banks in Ghent.", "body": BODY},
    {"id": "b", "headline": "Budget passes", "abstract": "Parliament agreed on next year's budget on Tuesday."},
    {"id": "c", "headline": "A flood, captioned", "captions": ["Given by the source."]},
    {"id": "d", "headline": "Hochwasser in Gent", "language": "de", "abstract": "Die Leie trat über die Ufer in Gent."},
)


class Numbered:
    """Writes its own version number; counts what it is asked for."""

    def __init__(self, version: str, stop_after: int = 99) -> None:
        self.info = ModelInfo(slot="news_captioner", name="numbered", digest=version)
        self.asked: list[str] = []
        self._stop = stop_after

    def write(self, article: Article, most: int) -> tuple[str, ...]:
        if len(self.asked) == self._stop:
            raise KeyboardInterrupt
        self.asked.append(article.article_id)
        return tuple(f"{self.info.digest} {i} of {article.article_id}" for i in range(most))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return imported(tmp_path, ROWS)


def imported(folder: Path, rows) -> Path:
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    import_archive(source, folder / "archive")
    return folder / "archive"


def captions(archive: Path) -> dict[str, tuple[str, ...]]:
    with ArchiveStore.open(archive) as store:
        return {a.article_id: a.captions for page in store.iter_articles() for a in page}


def test_extractive_captions_are_the_articles_own_sentences():
    article = Article(article_id="a", headline="Ghent under water", abstract=ROWS[0]["abstract"], body=BODY)
    assert ExtractiveCaptioner().write(article, 5) == (
        "The Leie burst its banks in Ghent.",
        "Water stood in the streets of Ghent on Monday.",
        "Boats carried people out.",
        "Ghent under water",
    )  # `It rained on.` is too short, the fourth sentence is not of the lead
    assert len(ExtractiveCaptioner().write(article, 2)) == 2
    twice = article.model_copy(update={"body": article.abstract})
    assert ExtractiveCaptioner().write(twice, 5) == ("The Leie burst its banks in Ghent.", "Ghent under water")
    assert ExtractiveCaptioner().write(Article(article_id="x", headline="", abstract="", body=""), 5) == ()


def test_articles_without_captions_get_some_and_given_ones_stay(archive: Path):
    done = caption_articles(archive, Numbered("v1"), 2)
    assert (done.written, done.given, done.kept, done.changed) == (3, 1, 0, 3)
    found = captions(archive)
    assert found["a"] == ("v1 0 of a", "v1 1 of a") and found["c"] == ("Given by the source.",)
    again = Numbered("v1")
    done = caption_articles(archive, again, 2)
    assert again.asked == [] and (done.kept, done.written, done.given, done.changed) == (3, 0, 1, 0)


def test_another_writer_replaces_its_predecessors_captions_alone(archive: Path):
    caption_articles(archive, Numbered("v1"), 2)
    done = caption_articles(archive, Numbered("v2"), 1)
    assert (done.written, done.given) == (3, 1)
    assert captions(archive)["a"] == ("v2 0 of a",) and captions(archive)["c"] == ("Given by the source.",)


def test_a_killed_run_goes_on_and_readers_see_none_or_all(archive: Path):
    caption_articles(archive, Numbered("v1"), 1)
    with pytest.raises(KeyboardInterrupt):
        caption_articles(archive, Numbered("v2", stop_after=2), 1)
    assert captions(archive)["a"] == ("v1 0 of a",), "the archive is as it was"
    with (archive / CAPTIONS).open("a") as file:
        file.write('{"article_id": "d", "mak')  # torn by the kill
    rest = Numbered("v2")
    done = caption_articles(archive, rest, 1)
    assert rest.asked == ["d"] and (done.written, done.kept, done.changed) == (1, 2, 3)
    assert captions(archive)["d"] == ("v2 0 of d",)


def test_a_changed_text_is_captioned_anew_and_an_unchanged_import_keeps_captions(archive: Path):
    caption_articles(archive, Numbered("v1"), 1)
    imported(archive.parent, ROWS)
    assert captions(archive)["b"] == ("v1 0 of b",), "the same source is nothing new"
    imported(archive.parent, ({**ROWS[0], "headline": "Ghent dries"}, *ROWS[1:]))
    writer = Numbered("v1")
    caption_articles(archive, writer, 1)
    assert writer.asked == ["a"]


def test_visual_words_say_why_and_leave_other_languages_alone(archive: Path):
    with ArchiveStore.open(archive) as store:
        found = {a: VisualWords().judge(store.article(a)) for a in "abcd"}
    assert found["b"] == Judgement(visual=False, reason="no word for something that a photograph can show")
    assert found["c"].visual is True and "'flood'" in found["c"].reason
    assert found["a"].visual is True and "'boats'" in found["a"].reason, "only the beginning of the body says so"
    assert found["d"].visual is None and "article is de" in found["d"].reason
    floods = Article(article_id="x", headline="FLOODED towns", abstract="", body="")
    assert VisualWords().judge(floods).visual is True, "inflected and in capitals"


def test_visual_words_are_those_of_the_painted_kinds_and_of_captions_but_no_words_of_other_news():
    def judged(headline: str, *captions: str) -> bool | None:
        images = tuple(ArticleImage(caption=c) for c in captions)
        return VisualWords().judge(Article(article_id="x", headline=headline, images=images)).visual

    seen = ("Boat hits pier", "Express leaves the railway", "Gale takes roofs", "Snowstorm halts city", "Late trophy",
            "Runners cross the bridge", "Candles for the lost", "House burned down", "Placards at gate")  # fmt: skip
    assert [t for t in seen if not judged(t)] == []
    unseen = (
        "Central bank raises rates",
        "Court upholds the ruling",
        "Talks on the trade deal continue",
        "Supporters of the bill",
        "Minister champions a reform",
        "Shipping costs rise",
        "A wave of layoffs",
    )
    assert [t for t in unseen if judged(t)] == []
    assert judged("The nose", "Evening procession near the church spires.") is True
    assert judged("The nose", "The minister at his desk.") is False


def test_another_photo_caption_is_judged_anew(archive: Path):
    row = ROWS[0] | {"images": [{"url": "https://n.example/a.jpg", "caption": "A desk."}]}
    imported(archive.parent, (row, *ROWS[1:]))
    judge_articles(archive, VisualWords())
    assert judge_articles(archive, VisualWords()).judged == 0
    row["images"] = [{"url": "https://n.example/a.jpg", "caption": "A flood."}]
    imported(archive.parent, (row, *ROWS[1:]))
    assert judge_articles(archive, VisualWords()).judged == 1


def test_training_leaves_out_what_was_judged_not_visual(tmp_path: Path):
    from training.training_world import make_world

    archive, _ = make_world(tmp_path)
    before = load_corpus(archive)
    assert before.visual_filter.startswith("not applied")

    class NoMarches:
        info = ModelInfo(slot="visual_judge", name="no-marches", digest="1")

        def judge(self, article: Article) -> Judgement:
            return Judgement(visual="march" not in article.headline, reason="test")

    done = judge_articles(archive, NoMarches())
    assert (done.judged, done.visual, done.not_visual) == (24, 16, 8)  # 4 cities x 3 kinds x 2 articles
    assert judge_articles(archive, NoMarches()).kept == 24
    after = load_corpus(archive)
    assert len(before.entries) - len(after.entries) == 8 == after.left_out["no visual event"]
    assert after.visual_filter == "applied: 24 articles judged, 8 are not about a visual event"


def test_the_commands(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "done.json"
    assert main(["caption-articles", "--archive", str(archive), "--json", str(out)]) == 0
    assert json.loads(out.read_text())["written"] == 3 and "next: python -m newsctx index" in capsys.readouterr().out
    assert main(["filter-articles", "--archive", str(archive)]) == 0
    assert "2 about a visual event, 1 not, 1 undecided" in capsys.readouterr().out
    assert (archive / JUDGEMENTS).is_file()
    assert main(["caption-articles", "--archive", str(archive), "--most", "0"]) == 1
    assert "--most 0" in capsys.readouterr().err
    assert main(["caption-articles", "--archive", str(tmp_path / "none")]) == 1
    assert not (tmp_path / "none").exists()
