"""What counts as a logo, and that an archive knows its own: by hand, and against a slow oracle."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from newsctx.archive.enrich import Enricher
from newsctx.archive.importer import import_archive
from newsctx.archive.logos import logos, note, stories
from newsctx.archive.store import ArchiveStore
from newsctx.records import PartialDate

NOWHERE = Enricher(resolve=lambda text: None, link=lambda headline, abstract, body: (), digest="none")


def named(*texts: str) -> list[tuple[str, PartialDate | None]]:
    return [(f"a{i}", d) for i, d in enumerate(dates(*texts))]


def dates(*texts: str) -> list[PartialDate | None]:
    return [PartialDate.model_validate(t) if t else None for t in texts]


@pytest.mark.parametrize(
    ("when", "count"),
    [
        (("2017-05-01", "2017-05-03", "2017-05-08"), 1),  # 7 days apart: one event
        (("2017-05-01", "2017-05-09"), 2),  # 8 days apart
        (("2017-05-01", "2017-05-06", "2017-05-11", "2017-05-16"), 2),  # 1 and 11 (or 16); 6 is near both
        (("2017-05-01", "2017-05", "2017"), 1),  # the same day may lie in all three
        (("2016", "2017-01-05", "2017-03"), 2),  # 2016 may end 5 days before 5 January; March is further
        (("", "", "2017-05-01"), 3),  # undated: nothing says that they are one event
        ((), 0),
    ],
)
def test_stories_by_their_dates_by_hand(when: tuple[str, ...], count: int) -> None:
    assert stories(named(*when), 7) == count


def test_stories_by_dates_are_the_largest_set_far_apart() -> None:
    """Slow oracle: every subset."""
    draw = np.random.default_rng(0)
    forms = ("2017", "2017-{m:02d}", "2017-{m:02d}-{d:02d}")
    for _ in range(60):
        when = dates(*(
            forms[draw.integers(3)].format(m=draw.integers(1, 4), d=draw.integers(1, 29)) for _ in range(7)
        ))  # fmt: skip

        def apart(a: PartialDate, b: PartialDate) -> bool:
            return max((a.first - b.last).days, (b.first - a.last).days) > 7

        best = max(
            len(s)
            for n in range(1, 8)
            for s in itertools.combinations(when, n)
            if all(apart(a, b) for a, b in itertools.combinations(s, 2))
        )
        assert stories([(str(i), d) for i, d in enumerate(when)], 7) == best


def test_words_tell_stories_of_one_week_apart_and_undated_ones_together() -> None:
    """Articles are named by their story and a number: fire1, fire2, vote1 ..."""

    def alike(a: str, b: str) -> bool | None:
        return None if "?" in (a[0], b[0]) else a[:-1] == b[:-1]

    week = [(a, PartialDate.model_validate("2017-05-01")) for a in ("fire1", "fire2", "vote1", "flood1", "fire3")]
    assert stories(week, 7, alike) == 3 and stories(week, 7, alike, enough=2) == 2
    assert stories([(a, None) for a, _ in week], 7, alike) == 3
    assert stories([*week, ("?1", week[0][1])], 7, alike) == 3  # no words, same day: not known to be another
    assert stories([*week, ("?1", None)], 7, alike) == 4
    years = [("fire1", PartialDate.model_validate(f"201{i}-05-01")) for i in range(4)]
    assert stories(years, 7, alike) == 4  # the same again years later: a file picture


def test_a_syndicated_photograph_is_no_logo() -> None:
    week = named(*(f"2017-05-{d:02d}" for d in range(1, 8)))
    years = named("2014", "2015-02", "2016-07-01", "2016-07-02", "2017-05-01")
    anniversary = [*week, ("again", years[0][1])]
    found = logos({"photo": week, "logo": years, "again": anniversary, "rare": years[:3]}, 4, 7)
    assert found == {"logo": 5}
    assert logos({"logo": years}, 5, 7) == {}  # four stories only
    assert logos({"icon": week}, 4, 7, lambda a, b: False) == {"icon": 7}  # seven stories of one week
    assert "5 articles" in note(5)


def test_an_archive_tells_which_images_articles_share(tmp_path: Path) -> None:
    for name, colour in (("logo", "red"), ("own", "blue")):
        Image.new("RGB", (40, 40), colour).save(tmp_path / f"{name}.png")
    rows = [
        {"id": f"a{i}", "headline": f"Story {i}", "published": f"201{i}-05-01", "images": ["logo.png", "logo.png"]}
        for i in range(3)
    ]
    rows += [{"id": "a3", "headline": "Undated", "images": ["logo.png", "own.png"]}]
    (tmp_path / "articles.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    import_archive(tmp_path / "articles.jsonl", tmp_path / "archive", enricher=NOWHERE)
    with ArchiveStore.open(tmp_path / "archive") as store:
        logo = next(i for i in store.image_ids() if len(store.articles_of_image(i)) == 4)
        when = dates("2010-05-01", "2011-05-01", "2012-05-01", "")
        assert store.shared_images(4) == {logo: tuple((f"a{i}", d) for i, d in enumerate(when))}
        assert store.shared_images(5) == {}
        assert logos(store.shared_images(4), 4, 7) == {logo: 4}
