"""Who is logged in, and how often somebody may try to.

Logins are kept in memory: a restart of the workbench ends them all. Of a token only its digest is kept.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from newsctx.accounts import Account, folded_name
from newsctx.settings import AccessSettings
from newsctx.ui.limits import grouped

PER_ACCOUNT = 50  # logins at once; the oldest ends
TRACKED = 20_000  # names and addresses whose failures are counted; the oldest is forgotten


@dataclass
class _Login:
    name: str
    stamp: str  # of the password: another one ends the login
    begun: float
    used: float


class Sessions:
    """The logins; safe for several threads."""

    def __init__(self, settings: AccessSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle, self._most = settings.idle_hours * 3600, settings.session_hours * 3600
        self._clock = clock
        self._lock = threading.Lock()
        self._logins: OrderedDict[str, _Login] = OrderedDict()

    def begin(self, account: Account) -> str:
        """A new login; returns its token, which only the browser keeps."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._clear(now)
            mine = [key for key, one in self._logins.items() if one.name == account.name]
            for key in mine[: max(0, len(mine) - PER_ACCOUNT + 1)]:
                del self._logins[key]
            self._logins[_digest(token)] = _Login(account.name, _stamp(account), now, now)
        return token

    def find(self, token: str, get: Callable[[str], Account | None]) -> Account | None:
        """The account that a token logs in, as `get` knows it now; None: no login, or one that has ended."""
        key, now = _digest(token), self._clock()
        with self._lock:
            one = self._logins.get(key)
            if one is None:
                return None
            account = get(one.name)
            if account is None or _stamp(account) != one.stamp or self._over(one, now):
                del self._logins[key]
                return None
            one.used = now
            return account

    def end(self, token: str) -> None:
        with self._lock:
            self._logins.pop(_digest(token), None)

    def end_all(self, name: str) -> None:
        """Log an account out everywhere."""
        with self._lock:
            for key in [key for key, one in self._logins.items() if one.name == name]:
                del self._logins[key]

    def _over(self, one: _Login, now: float) -> bool:
        return now - one.used > self._idle or now - one.begun > self._most

    def _clear(self, now: float) -> None:
        for key in [key for key, one in self._logins.items() if self._over(one, now)]:
            del self._logins[key]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _stamp(account: Account) -> str:
    return hashlib.sha256(account.hash.encode()).hexdigest()


@dataclass
class _Failures:
    times: deque[float] = field(default_factory=deque)
    tried: float = float("-inf")  # the latest try, right or wrong


class Attempts:
    """Counts failed logins by name and by address.

    A try counts as failed from its beginning, so that many at once are not more than one after another.
    """

    def __init__(self, settings: AccessSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def begin(self, name: str, address: str) -> float:
        """Begin a try. 0: it may be checked; else the seconds until the next one may, and this one must not be."""
        now = self._clock()
        with self._lock:
            both = [self._of(key, now) for key in self._keys(name, address)]
            limits = (self._settings.failures_name, self._settings.failures_address)
            waits = [
                one.tried + self._settings.pause_seconds - now
                for one, most in zip(both, limits, strict=True)
                if len(one.times) >= most
            ]
            if waits and max(waits) > 0:
                return max(waits)
            for one in both:
                one.times.append(now)
                one.tried = now
            return 0.0

    def passed(self, name: str, address: str) -> None:
        """The try was right: the name's failures are forgotten, the address keeps those of other names."""
        with self._lock:
            by_name, by_address = self._keys(name, address)
            self._known.pop(by_name, None)
            if (one := self._known.get(by_address)) and one.times:
                one.times.pop()

    def delay(self, name: str, address: str) -> float:
        """Seconds to wait before a failed try is answered."""
        now = self._clock()
        with self._lock:
            count = max(len(self._of(key, now).times) for key in self._keys(name, address))
        return min(self._settings.slow_seconds * 2.0 ** min(max(count - 1, 0), 3), 8 * self._settings.slow_seconds)

    def _keys(self, name: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("name", folded_name(name[:256])), ("address", grouped(address))

    def _of(self, key: tuple[str, str], now: float) -> _Failures:
        one = self._known.setdefault(key, _Failures())
        self._known.move_to_end(key)
        while len(self._known) > TRACKED:
            self._known.popitem(last=False)
        while one.times and now - one.times[0] > self._settings.window_minutes * 60:
            one.times.popleft()
        return one
