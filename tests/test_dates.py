"""Partial dates: the expected values are read off the calendar by hand."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from newsctx.dates import coarsen, common, covers, dateline_date, days_between, parse_published
from newsctx.records import PartialDate


def d(text: str) -> PartialDate:
    return PartialDate.model_validate(text)


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2017-12-26", "2017-12-26"),
        ("2017-12-26T23:30:00-05:00", "2017-12-26"),  # the day as written, not the next day of UTC
        ("2017-12-26T23:30:00Z", "2017-12-26"),
        ("2017-12-26 08:00:00+00:00", "2017-12-26"),
        ("20171226T093000Z", "2017-12-26"),
        ("2017-12", "2017-12"),
        (" 2017 ", "2017"),
        (2017, "2017"),
        ("1970s", "1970s"),
        ("20171226", "2017-12-26"),
        ("20171226093000", "2017-12-26"),
        ("Tue, 26 Dec 2017 21:00:00 +0100", "2017-12-26"),
        ("26 December 2017", "2017-12-26"),
        ("December 26th, 2017", "2017-12-26"),
        ("Sept. 5, 2017", "2017-09-05"),
        ("December 2017", "2017-12"),
        (1514246400, "2017-12-26"),  # 17526 days * 86400 s
        ("1514246400000", "2017-12-26"),
        (date(2017, 12, 26), "2017-12-26"),
        (datetime(2017, 12, 26, 8), "2017-12-26"),
    ],
)
def test_reads_published(value: object, iso: str) -> None:
    assert parse_published(value).iso == iso  # type: ignore[arg-type, union-attr]


@pytest.mark.parametrize("value", [None, "", "   "])
def test_missing_is_none(value: str | None) -> None:
    assert parse_published(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2017-02-30",
        "30 February 2017",
        "0000",
        "9999-01-01",
        "yesterday",
        "Marching 2017",
        "12/26/2017",
        12,
        -5,
        True,
        "1975s",
        "20171399",
    ],
)
def test_refuses_nonsense_and_names_it(value: object) -> None:
    with pytest.raises(ValueError, match="expected an ISO date") as refused:
        parse_published(value)  # type: ignore[arg-type]
    assert repr(value) in str(refused.value)


@pytest.mark.parametrize(
    ("text", "hint", "iso"),
    [
        ("Headline\nAgency | Updated: 2017-09-15 17:52\nBEIJING -- Text", None, "2017-09-15"),
        ("Posted Tuesday, December 26th 2017\nText", None, "2017-12-26"),
        ("LONDON, Dec 26 (Agency) - Text", 2017, "2017-12-26"),
        ("LONDON, Dec 26 (Agency) - Text", None, None),  # no year to be had
        ("LONDON, Feb 30 (Agency) - Text", 2017, None),
        ("The war ended on 8 May 1945 in Europe.", 2017, None),  # a date of the story
        ("", 2017, None),
        ("x" * 500 + " Updated: 2017-09-15", None, None),  # not at the top
    ],
)
def test_dateline(text: str, hint: int | None, iso: str | None) -> None:
    found = dateline_date(text, hint)
    assert (found.iso if found else None) == iso


def test_days_between_is_symmetric_gap_of_spans() -> None:
    assert days_between(d("2017-12-26"), d("2018-01-02")) == 7
    assert days_between(d("2018-01-02"), d("2017-12-26")) == 7
    assert days_between(d("2017-12"), d("2018-01-02")) == 2  # 31 Dec -> 2 Jan
    assert days_between(d("2010s"), d("2017-12-26")) == 0


def test_covers_and_coarsen() -> None:
    assert covers(d("2010s"), d("2019-12-31")) and not covers(d("2017-12"), d("2017"))
    assert [coarsen(d("2017-12-26"), p).iso for p in ("day", "month", "year", "decade")] == [  # type: ignore[arg-type]
        "2017-12-26", "2017-12", "2017", "2010s",
    ]  # fmt: skip
    assert coarsen(d("2017"), "day").iso == "2017"


@pytest.mark.parametrize(
    ("dates", "iso"),
    [
        ([], None),
        (["2017-12-26", "2017-12-26"], "2017-12-26"),
        (["2017-12-26", "2017-12"], "2017-12"),
        (["2017-12-26", "2017-12-27"], "2017-12"),
        (["2017-12-31", "2018-01-01"], "2010s"),
        (["2019-12-31", "2020-01-01"], None),
    ],
)
def test_common(dates: list[str], iso: str | None) -> None:
    found = common(d(x) for x in dates)
    assert (found.iso if found else None) == iso
