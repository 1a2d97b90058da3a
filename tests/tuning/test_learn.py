"""Learning weights on one half and judging them on the other: a world whose best settings are known."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from newsctx.evaluation.truth import Query
from newsctx.records import ChannelResult
from newsctx.refine import Surroundings
from newsctx.settings import Settings
from newsctx.tuning.halves import halves
from newsctx.tuning.learn import against_best, judge, learn, preset
from newsctx.tuning.observed import Observed

ARTICLES = [f"a{i:02}" for i in range(40)]


class World:
    """`visual` is right at rank 1 or 2, `words_ocr` is noise, `content` is right where the headline weighs most."""

    archive = SimpleNamespace(neighbourhood=SimpleNamespace(around=lambda ids: Surroundings()))

    def __init__(self, settings: Settings) -> None:
        self.settings, self.searched = settings, 0
        self.fusion = settings.fusion  # this profile has no calibrations

    def search(self, request) -> SimpleNamespace:
        number = int(Path(request.filename).stem)
        truth = ARTICLES[number]
        others = [a for a in ARTICLES if a != truth]
        rng = np.random.default_rng(number)
        noise = [str(a) for a in rng.permutation(others)]
        seen = [noise[0], truth, *noise[1:10]] if number % 2 else [truth, *noise[:10]]
        alpha = self.settings.structure.alpha
        read = [truth, *noise[:5]] if alpha["headline"] > alpha["body"] else [*noise[:5], truth]
        return SimpleNamespace(
            results=(
                ranked("visual", seen, 0.9),
                ranked("words_ocr", noise[:10][::-1], 0.8),
                ranked("content", read, 0.5),
                ChannelResult(name="words_note", state="no_query", reason="no note"),
            )
        )

    def photo_vector(self, request) -> SimpleNamespace:
        return request  # stands for the vector: what `structural` recognises the photograph by

    def structural(self, vector) -> tuple[ChannelResult, ...]:
        return tuple(r for r in World.search(self, vector).results if r.name == "content")


def ranked(name: str, articles: list[str], top: float) -> ChannelResult:
    return ChannelResult(name=name, state="ran", hits=tuple((a, top - i / 100) for i, a in enumerate(articles)))


@pytest.fixture
def asked(tmp_path: Path) -> list[Query]:
    found = []
    for number in range(30):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(b"photograph")
        found.append(Query(id=f"q{number:02}", image=path, relevant=(ARTICLES[number],)))
    return found


def test_noise_loses_its_weight_and_the_parts_that_help_gain_it(asked: list[Query]) -> None:
    bad = {"alpha": {"headline": 0.1, "lead": 0.3, "body": 0.6, "captions": 0.0}}
    settings = Settings.model_validate({"structure": bad})
    learning, reporting = halves(asked, 0)
    one, other = (Observed(half, World, settings) for half in (learning, reporting))
    after, scores = learn(one, settings)
    assert set(scores) == {"rrf", "weighted", "evidence"} and max(scores.values()) == scores[after.fusion.method]
    assert after.structure.alpha["headline"] > after.structure.alpha["body"], "the content channel alone says so"
    rows = {r.name: r for r in judge(other, settings, after)}
    learned, before = rows[f"fused, learned ({after.fusion.method})"], rows["fused, defaults (weighted)"]
    assert {"fused, defaults (rrf)", "fused, defaults (evidence)"} <= set(rows)
    # with its headline, content has every truth first: nothing is better than mAP 1
    assert learned.metrics["mAP"].mean == pytest.approx(1.0)
    assert before.metrics["mAP"].mean < 1 and learned.gain.mean == pytest.approx(1 - before.metrics["mAP"].mean)
    best, gain = against_best(other, after)
    alone = rows[f"{best} alone"].metrics["mAP"].mean
    assert alone == max(r.metrics["mAP"].mean for n, r in rows.items() if n.endswith(" alone"))
    assert gain.mean == pytest.approx(learned.metrics["mAP"].mean - alone)
    assert rows["words_ocr alone"].metrics["R@1"].mean == 0
    assert rows["visual alone"].metrics["mAP"].mean == pytest.approx(
        np.mean([0.5 if int(q.id[1:]) % 2 else 1.0 for q in reporting])
    )


def test_the_preset_is_read_back_as_the_settings_that_were_learned(asked: list[Query]) -> None:
    settings = Settings()
    after, _ = learn(Observed(asked, World, settings), settings)
    again = Settings.model_validate_json(json.dumps(preset(after)))
    assert again == after


def test_learning_is_the_same_in_every_run_and_searches_once(asked: list[Query]) -> None:
    searched: list[str] = []

    class Counting(World):
        def search(self, request):
            searched.append(request.filename + repr(self.settings.structure))
            return super().search(request)

    first, _ = learn(Observed(asked, Counting, Settings()), Settings())
    assert len(searched) == len(asked), "other weights, fusions and parts of an article search nothing again"
    assert learn(Observed(asked, World, Settings()), Settings())[0] == first


def test_what_a_query_leaves_out_is_neither_ranked_nor_learned_from(asked: list[Query]) -> None:
    own = asked[0].model_copy(update={"exclude": (ARTICLES[0],), "relevant": (ARTICLES[1],)})
    seen = Observed([own], World, Settings())
    assert ARTICLES[0] not in seen.rankings(Settings())[0]
    assert all(ARTICLES[0] not in seen.channel(name, Settings())[0] for name in seen.ran())
    plain = Observed([own.model_copy(update={"exclude": ()})], World, Settings())
    assert seen.rankings(Settings())[0] == [a for a in plain.rankings(Settings())[0] if a != ARTICLES[0]], (
        "the others rank as they do where it is in: it is left out of the fusion, not of the channels"
    )


def test_a_channel_that_is_switched_off_can_be_found_useful(asked: list[Query]) -> None:
    off = Settings.model_validate({"retrieve": {"weights": {"visual": 0.0, "content": 0.0}}})
    after, _ = learn(Observed(asked, World, off), off)
    assert after.retrieve.weights["visual"] > 0 or after.retrieve.weights["content"] > 0
