"""Records refuse nonsense when they are built."""

import math
from datetime import date

import pytest
from pydantic import ValidationError

from newsctx.records import ChannelResult, Chunk, Cluster, Hit, PartialDate, Place, RetrieveResult, Sentence


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("2016-02", "month", date(2016, 2, 1), date(2016, 2, 29)),
        ("2017", "year", date(2017, 1, 1), date(2017, 12, 31)),
        ("1970s", "decade", date(1970, 1, 1), date(1979, 12, 31)),
        ("2017-12-26", "day", date(2017, 12, 26), date(2017, 12, 26)),
    ],
)
def test_a_partial_date_keeps_its_precision(text, precision, first, last):
    when = PartialDate.model_validate(text)
    assert (when.precision, when.first, when.last, when.iso) == (precision, first, last, text)
    assert PartialDate.model_validate_json(when.model_dump_json()) == when


@pytest.mark.parametrize("text", ["2017-02-30", "2017-13", "17-12-26", "0000", "2017-1-2", "1975s", ""])
def test_dates_that_do_not_exist_are_refused(text):
    with pytest.raises(ValidationError):
        PartialDate.model_validate(text)


def test_the_hierarchy_folds_repeated_neighbours():
    place = Place(name="Singapore", level="city", region="Singapore", country="Singapore", continent="Asia")
    assert place.hierarchy == ("Singapore", "Asia") and place.label == "Singapore"


def cluster(**changes):
    base = dict(id="e1", place="Nice", atom="nice", first=date(2016, 7, 14), last=date(2016, 7, 16),
                article_ids=("a", "b"), text="t", representative="a")  # fmt: skip
    return Cluster(**(base | changes))


@pytest.mark.parametrize(
    "build",
    [
        lambda: Hit(article_id="a", rank=0, score=1),
        lambda: Hit(article_id="a", rank=1, score=math.nan),
        lambda: Hit(article_id="a", rank=1, score=1, probability=1.2),
        lambda: RetrieveResult(hits=(Hit(article_id="a", rank=1, score=1), Hit(article_id="a", rank=2, score=1))),
        lambda: RetrieveResult(hits=(Hit(article_id="a", rank=2, score=1),)),
        lambda: ChannelResult(name="copy", state="unavailable"),
        lambda: ChannelResult(name="copy", state="ran", hits=(("a", 1.0), ("b", 2.0))),
        lambda: ChannelResult(name="copy", state="ran", hits=(("a", 1.0), ("a", 1.0))),
        lambda: cluster(last=date(2016, 7, 13)),
        lambda: cluster(representative="z"),
        lambda: cluster(article_ids=("a", "a")),
        lambda: Chunk(chunk_id="a#body:0-3", article_id="a", start=0, end=3, text="four"),
        lambda: Chunk(chunk_id="a#body:3-3", article_id="a", start=3, end=3, text=""),
        lambda: Sentence(text="Nobody says so."),
        lambda: Place(name="x", level="city", lat=1.0),
        lambda: Place(name="x", level="city", lat=91.0, lon=0.0),
    ],
)
def test_nonsense_is_refused(build):
    with pytest.raises(ValidationError):
        build()
