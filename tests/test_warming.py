"""Archived photographs are got ready to be compared ahead, only while nobody waits, and once."""

from __future__ import annotations

import threading

import pytest

from newsctx.settings import ServingSettings, Settings
from newsctx.verification import cache
from newsctx.warming import READY_TO_COMPARE, Warming
from newsctx.workbench import Workbench

THREE = Settings(serving=ServingSettings(warm_photos=3))


@pytest.fixture
def bench(demo_archive, models, tmp_path):
    made = Workbench(demo_archive, tmp_path / "state", models, THREE)
    yield made
    made.close()


def test_photographs_are_looked_at_once(bench, capsys, monkeypatch):
    Warming(bench).run()
    assert f"3 {READY_TO_COMPARE}" in capsys.readouterr().out
    line = bench.pipeline()
    kept = cache.FeatureCache(line.cache.folder / "photographs", THREE.verify, THREE.copy_detection)
    ids = line.archive.store.image_ids()
    assert [kept.path(i).exists() for i in ids[:4]] == [True, True, True, False]
    monkeypatch.setattr(cache, "photo_features", lambda *_: pytest.fail("looked at again"))
    Warming(bench).run()
    assert kept.get(ids[0], lambda: None) is not None  # what an analysis asks for


def test_nothing_is_looked_at_while_somebody_waits(bench, monkeypatch):
    waits = threading.Event()
    waits.set()
    monkeypatch.setattr(Workbench, "busy", property(lambda self: waits.is_set()))
    warming = Warming(bench)
    warming.start()
    warming.join(1.0)
    assert warming.is_alive() and warming.done == 0
    waits.clear()
    warming.join(60)
    assert warming.done == 3


def test_it_ends_at_once_while_somebody_waits(bench, monkeypatch, capsys):
    monkeypatch.setattr(Workbench, "busy", property(lambda self: True))
    warming = Warming(bench)
    warming.start()
    warming.stop()
    assert not warming.is_alive() and READY_TO_COMPARE not in capsys.readouterr().out


def test_an_archive_that_is_not_there_is_no_error_here(models, tmp_path, capsys, caplog):
    bench = Workbench(tmp_path / "none", tmp_path / "state", models, THREE)
    Warming(bench).run()
    bench.close()
    assert not [r for r in caplog.records if r.exc_info]
