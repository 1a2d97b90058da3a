"""The model hub: whether it can be reached is asked once and quickly, so that nobody waits for a minute of retries."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from urllib.parse import urlsplit

SECONDS = 3.0  # to wait for a connection
REMEMBERED = 60.0  # seconds that an answer holds
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
WEIGHTS = "open_clip_model.safetensors"  # what open_clip looks for first where a repository is named without a file
_OTHERS = ("open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin")  # and then
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
def offline() -> Iterator[None]:
    """Inside, the hub's library uses what is cached and asks nobody for the rest.

    Its own switch is used and not the environment: that is read once, when the library is first imported, and an
    import inside such a block would keep the whole process offline.
    """
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


@contextmanager
def at_once() -> Iterator[None]:
    """Inside, the hub's library uses what is cached and fails at once for the rest, if the hub cannot be reached."""
    from huggingface_hub import constants

    with nullcontext() if reachable(constants.ENDPOINT) else offline():
        yield


def fetch_command(address: str) -> str:
    """The command that fetches weights into the user's cache; nothing where they are not on the hub.

    Args:
        address: `OWNER/REPOSITORY`, or `OWNER/REPOSITORY/FILE`, as open_clip's configurations name them.
    """
    repository, file = _split(address)
    return f"hf download {repository} {file or WEIGHTS}" if repository else ""


def cached(address: str) -> bool:
    """Whether weights are in this machine's cache; nothing is asked of the network."""
    from huggingface_hub import try_to_load_from_cache

    repository, file = _split(address)
    names = (file,) if file else (WEIGHTS, *_OTHERS)
    return bool(repository) and any(isinstance(try_to_load_from_cache(repository, name), str) for name in names)


def cache_folder() -> str:
    """Where the hub's library keeps what it fetched."""
    from huggingface_hub import constants

    return str(constants.HF_HUB_CACHE)


def _split(address: str) -> tuple[str, str]:
    owner, _, rest = address.strip("/").partition("/")
    name, _, file = rest.partition("/")
    return (f"{owner}/{name}", file) if owner and name else ("", "")


_OPEN_CLIP_FOLDER = "give a folder with open_clip_config.json and weights as `local-dir:PATH`"


def how_to_fetch(address: str, folder: str = _OPEN_CLIP_FOLDER) -> str:
    """What to do for weights that are not on this machine; `address` as the hub names them, or empty.

    Args:
        folder: how a folder of one's own is given.
    """
    command = fetch_command(address)
    fetch = f"`{command}` on a machine with a network and copy its cache here" if command else ""
    first = "load the model once with a network (it is kept in the user's cache)"
    return "Remedy: " + ", or ".join(part for part in (first, fetch, folder) if part) + "."
