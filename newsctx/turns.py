"""Turns: how many analyses run at once, and in which order the others begin."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_LOOK = 0.2  # seconds between two looks whether one who waits has given up


@dataclass(eq=False)
class _Ticket:
    owner: str
    stopped: Callable[[], bool]


class Turns:
    """Lets `total` analyses run at once and one of each owner; the others wait in the order in which they came."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._running: list[_Ticket] = []

    @contextmanager
    def take(self, owner: str, stopped: Callable[[], bool], moved: Callable[[int], None]) -> Iterator[None]:
        """Inside, it is the owner's turn, or the wait was given up (`stopped`).

        Args:
            moved: told the place in the queue, 1 is next, whenever it changes, and 0 when the wait has ended.
        """
        ticket = _Ticket(owner, stopped)
        with self._changed:
            self._waiting.append(ticket)
        try:
            self._wait(ticket, moved)
            yield
        finally:
            with self._changed:
                for tickets in (self._waiting, self._running):
                    if ticket in tickets:
                        tickets.remove(ticket)
                self._changed.notify_all()

    def _wait(self, ticket: _Ticket, moved: Callable[[int], None]) -> None:
        told = 0
        while not ticket.stopped():
            with self._changed:
                place = self._place(ticket)
                if place == 0:
                    self._waiting.remove(ticket)
                    self._running.append(ticket)
                    self._changed.notify_all()
                    break
                if place == told:
                    self._changed.wait(_LOOK)
                    continue
            moved(place)  # outside of the lock: whoever is told may wait for something
            told = place
        if told:
            moved(0)

    def _place(self, ticket: _Ticket) -> int:
        """0: it is this one's turn; else how many stand before it, and itself. An owner's second one holds up nobody
        else.
        """
        free, busy = self._total - len(self._running), {t.owner for t in self._running}
        before = 0
        for other in self._waiting:
            may = free > 0 and other.owner not in busy
            if other is ticket:
                return 0 if may else before + 1
            if other.stopped():
                continue
            before += 1
            if may:
                free, busy = free - 1, busy | {other.owner}
        return 0
