"""Weak labels, worked by hand from the rule in NewsRECON sec. 1."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from toy_index import article

from newsctx.errors import TrainingError
from newsctx.training.labels import Label, event_day, make_labels, positives_of, read_labels, write_labels
from newsctx.training.photos import TrainingPhoto

ARTICLES = [
    article("a1", day="2019-03-10", place="Paris (France) ; Lyon"),
    article("a2", day="2019-03-17", place="Paris (France)"),
    article("a3", day="2019-03-18", place="Paris"),
    article("a4", day="2019-03-10", place="Rome (Italy)"),
    article("a5", day="2019-03", place="Paris"),  # not known to the day: never event-relevant
    article("a6", place="Île-de-France (Paris)"),
]


def photo(place: str, date: str | None = None, published: str | None = None) -> TrainingPhoto:
    return TrainingPhoto(id="p", image=Path("x.jpg"), place=place, date=date, published=published)


def labels(*args: str | None) -> Label:
    return make_labels([photo(*args)], ARTICLES)[0]


def test_the_lowest_level_is_a_keyword_or_a_part_in_brackets_and_the_window_is_seven_days() -> None:
    # 10 March +- 7 days: the 10th and the 17th are inside, the 18th is 8 days away
    assert labels("Paris, France", "2019-03-10") == Label("p", ("a1", "a2", "a3", "a5", "a6"), ("a1", "a2"))


def test_a_country_photo_takes_the_bracketed_part() -> None:
    assert labels("France", "2019-03-24").location == ("a1", "a2")  # `Île-de-France` is another atom
    assert labels("France", "2019-03-24").event == ("a2",)


def test_another_place_and_a_part_of_a_name_are_not_relevant() -> None:
    assert labels("Par", "2019-03-10") == Label("p", (), ())
    assert labels("Rome", "2019-03-10") == Label("p", ("a4",), ("a4",))


@pytest.mark.parametrize(
    ("known", "published", "expected"),
    [
        ("2019-03-10", None, date(2019, 3, 10)),
        ("2019-03-10", "2019-05-01", date(2019, 3, 10)),  # the day itself wins
        ("2019-03", "2019-03-20", date(2019, 3, 20)),
        ("2019-03", "2019-04-01", None),  # published in another month
        ("2019", "2019-12-31", date(2019, 12, 31)),
        ("2019", "2020-01-01", None),
        ("2019", None, None),
        ("2019", "2019-12", None),  # not a day either
        ("2010s", "2019-03-10", None),  # a decade gives no event label
        (None, "2019-03-10", None),
    ],
)
def test_the_day_of_a_coarse_date(known: str | None, published: str | None, expected: date | None) -> None:
    assert event_day(photo("Paris", known, published)) == expected


def test_without_a_day_there_are_location_labels_only() -> None:
    assert labels("Paris", "2010s", "2019-03-10") == Label("p", ("a1", "a2", "a3", "a5", "a6"), ())


def test_positives_by_setting() -> None:
    both, place = Label("p", ("a", "b"), ("b",)), Label("p", ("a",), ())
    assert positives_of(both, "event_else_location") == ("b",)
    assert positives_of(place, "event_else_location") == ("a",)
    assert positives_of(place, "event") == ()
    assert positives_of(both, "location") == ("a", "b")


def test_a_file_of_labels_comes_back_and_foreign_ones_are_refused(tmp_path: Path) -> None:
    file, one = tmp_path / "labels.jsonl", photo("Paris")
    write_labels([Label("p", ("a1", "a2"), ("a1",))], file)
    assert read_labels(file, [one], ["a1", "a2"]) == {"p": Label("p", ("a1", "a2"), ("a1",))}
    with pytest.raises(TrainingError, match=r"1 of its 2 articles.*\(a2\).*another archive"):
        read_labels(file, [one], ["a1"])
    write_labels([Label("p", (), ())], file)
    with pytest.raises(TrainingError, match="no photograph has a relevant article"):
        read_labels(file, [one], ["a1"])
    write_labels([Label("q", ("a1",), ())], file)
    with pytest.raises(TrainingError, match="does not have: q"):
        read_labels(file, [one], ["a1"])
