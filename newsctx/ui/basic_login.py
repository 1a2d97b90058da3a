"""Names and passwords that programs send with every request (`Authorization: Basic`, RFC 7617), where they may.

Hashing a password takes a core for a while, so that one which was right is remembered for some minutes: a digest of it
with a key that ends with the process, and for as long as the account has that password.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from newsctx.accounts import Account

LONGEST = 4_000  # characters of the header
KEPT = 1_000  # right passwords that are remembered; the oldest is forgotten
CHALLENGE = {"WWW-Authenticate": 'Basic realm="newsctx", charset="UTF-8"'}


def read(header: str) -> tuple[str, str] | None:
    """Name and password of an Authorization header; None where it holds none."""
    kind, _, told = header.partition(" ")
    if kind.lower() != "basic" or len(header) > LONGEST:
        return None
    try:
        name, found, password = base64.b64decode(told.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if found else None


class Proven:
    """Names and passwords that were right a moment ago; safe for several threads."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, tuple[float, str, str]] = OrderedDict()  # -> until, name, hash of the password

    def find(self, name: str, password: str, get: Callable[[str], Account | None]) -> Account | None:
        """The account, as `get` knows it now; None where name and password have to be checked."""
        with self._lock:
            until, known, hashed = self._known.get(self._digest(name, password), (0.0, "", ""))
        if not known or self._clock() > until:
            return None
        account = get(known)
        return account if account and account.hash == hashed else None

    def keep(self, name: str, password: str, account: Account) -> None:
        """They were right."""
        with self._lock:
            self._known[self._digest(name, password)] = (self._clock() + self._seconds, account.name, account.hash)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def _digest(self, name: str, password: str) -> bytes:
        return hmac.digest(self._key, f"{name}\0{password}".encode(errors="replace"), hashlib.sha256)
