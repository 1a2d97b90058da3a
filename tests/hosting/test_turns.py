"""Turns of guests' analyses: how many run, in which order the others begin, and what they are told."""

from __future__ import annotations

import threading
import time

from newsctx.turns import Turns


class Work(threading.Thread):
    """One analysis that runs until it is let go."""

    def __init__(self, turns: Turns, owner: str) -> None:
        super().__init__(daemon=True)
        self.turns, self.owner = turns, owner
        self.inside, self.go, self.given_up = threading.Event(), threading.Event(), threading.Event()
        self.places: list[int] = []
        self.start()

    def run(self) -> None:
        with self.turns.take(self.owner, self.given_up.is_set, self.places.append):
            self.inside.set()
            self.go.wait(10)

    def told(self, place: int) -> bool:
        """Whether it is told this place within ten seconds."""
        deadline = time.monotonic() + 10
        while self.places[-1:] != [place] and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.places[-1:] == [place]

    def end(self) -> None:
        self.go.set()
        self.join(10)


def test_two_run_and_the_third_is_told_its_place() -> None:
    turns = Turns(2)
    first, second = Work(turns, "a"), Work(turns, "b")
    assert first.inside.wait(10) and second.inside.wait(10) and first.places == []
    third = Work(turns, "c")
    assert third.told(1)
    fourth = Work(turns, "d")
    assert fourth.told(2) and not third.inside.is_set()
    first.end()
    assert third.inside.wait(10)
    assert fourth.told(1)
    second.end()
    assert fourth.inside.wait(10)
    third.end()
    fourth.end()
    assert third.places == [1, 0] and fourth.places == [2, 1, 0]


def test_the_second_of_one_owner_holds_up_nobody_else() -> None:
    turns = Turns(2)
    first = Work(turns, "a")
    assert first.inside.wait(10)
    again = Work(turns, "a")
    assert again.told(1)
    other = Work(turns, "b")
    assert other.inside.wait(10), "a place is free, and it is not for the one who has one"
    assert not again.inside.is_set()
    first.end()
    assert again.inside.wait(10)
    again.end()
    other.end()


def test_who_gives_up_leaves_the_queue() -> None:
    turns = Turns(1)
    first = Work(turns, "a")
    assert first.inside.wait(10)
    second = Work(turns, "b")
    assert second.told(1)
    third = Work(turns, "c")
    assert third.told(2)
    second.given_up.set()
    assert second.inside.wait(10), "its worker goes on at once, and finds that it was stopped"
    second.end()
    first.end()
    assert third.inside.wait(10)
    third.end()
