"""What each tab holds already, so that an event sends it only what differs.

An update that was made need not have arrived: two events of a tab answer at once, a connection breaks. Every update
therefore carries a number, which the page sends back with its next event. A part of the page is left out only where
the tab is known to hold it: it was last sent in an update that the page has told of, or by the very event that asks,
whose updates arrive in their order. In doubt it is sent again.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

MOST = 1000  # tabs remembered; one that is forgotten is sent everything
_events = itertools.count(1)


def new_event() -> int:
    """A number for what answers one event of a page."""
    return next(_events)


@dataclass
class _Tab:
    told: int = 0  # number of the newest update that the page was known to hold
    number: int = 0  # of the newest update
    parts: dict[Hashable, tuple[bytes, int, int]] = field(default_factory=dict)  # -> digest, update, event


class Held:
    """The parts that tabs hold; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tabs: OrderedDict[str, _Tab] = OrderedDict()

    def received(self, tab: str, number: Any) -> None:
        """An event has begun while the tab's page held this update as its newest."""
        with self._lock:
            if tab in self._tabs:  # also backwards: an update that overtook another is in doubt
                self._tabs[tab].told = int(number) if isinstance(number, int | float) else 0

    def doubtful(self, tab: str) -> bool:
        """Whether updates were made that the tab has not told of: what it shows may be older."""
        with self._lock:
            known = self._tabs.get(tab, _Tab())
            return known.told != known.number

    def differing(
        self, tab: str, event: int, parts: Mapping[Hashable, Any], every: bool = False
    ) -> tuple[dict[Hashable, Any], int]:
        """The parts that the tab may not hold, which this event sends now, and the number of the update.

        every: send all of them, e.g. to put back controls that were moved for something that was refused.
        """
        fresh = {name: digest(value) for name, value in parts.items()}  # outside the lock
        with self._lock:
            known = self._tabs.setdefault(tab, _Tab())
            self._tabs.move_to_end(tab)
            while len(self._tabs) > MOST:
                self._tabs.popitem(last=False)
            sent = {n: v for n, v in parts.items() if every or not self._holds(known, n, fresh[n], event)}
            if sent:
                known.number += 1
                known.parts |= {n: (fresh[n], known.number, event) for n in sent}
            return sent, known.number

    @staticmethod
    def _holds(known: _Tab, name: Hashable, now: bytes, event: int) -> bool:
        held, number, by = known.parts.get(name, (b"", 0, 0))
        return held == now and (by == event or number <= known.told)


def digest(value: Any) -> bytes:
    """Of what a component is sent: HTML, or an update of its properties."""
    text = value if isinstance(value, str) else repr(value)
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()
