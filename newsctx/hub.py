"""The model hub: whether it can be reached is asked once and quickly, so that nobody waits for a minute of retries."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

SECONDS = 3.0  # to wait for a connection
REMEMBERED = 60.0  # seconds that an answer holds
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_answers: dict[str, tuple[float, bool]] = {}


def reachable(endpoint: str) -> bool:
    """Whether a connection to the endpoint's host can be opened; behind a proxy only a request could tell: True."""
    if any(os.environ.get(name) for name in _PROXIES):
        return True
    asked, answer = _answers.get(endpoint, (-REMEMBERED, False))
    now = time.monotonic()
    if now - asked < REMEMBERED:
        return answer
    parts = urlsplit(endpoint)
    port = parts.port or (80 if parts.scheme == "http" else 443)
    try:
        socket.create_connection((parts.hostname or "", port), SECONDS).close()
        answer = True
    except OSError:
        answer = False
    _answers[endpoint] = (now, answer)
    return answer


@contextmanager
def at_once() -> Iterator[None]:
    """Inside, the hub's library uses what is cached and fails at once for the rest, if the hub cannot be reached."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or not reachable(constants.ENDPOINT)
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def how_to_fetch(repository: str) -> str:
    """What to do for weights that are not on this machine; `repository` as the hub names it, or empty."""
    fetch = f"`hf download {repository}` on a machine with a network and copy its cache here" if repository else ""
    first = "load the model once with a network (it is kept in the user's cache)"
    folder = "give a folder with open_clip_config.json and weights as `local-dir:PATH`"
    return "Remedy: " + ", or ".join(part for part in (first, fetch, folder) if part) + "."
