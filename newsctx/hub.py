"""The model hub: whether it can be reached is asked once and quickly, so that nobody waits for a minute of retries."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

SECONDS = 3.0  # to wait for a connection, and then for an answer
REMEMBERED = 60.0  # seconds that an answer holds
WEIGHTS = "open_clip_model.safetensors"  # what open_clip looks for first where a repository is named without a file
_OTHERS = ("open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin")  # and then
_PORTS = {"http": 80, "https": 443, "socks4": 1080, "socks5": 1080, "socks5h": 1080}
_answers: dict[tuple[str, str], tuple[float, str]] = {}  # (endpoint, proxy) -> when it was asked, why not


def reachable(endpoint: str) -> bool:
    """Whether the endpoint answers a request, through the proxy that the environment names for it, within seconds."""
    return not unreachable_because(endpoint)


def unreachable_because(endpoint: str) -> str:
    """Why the endpoint cannot be used, or nothing where it answers; an answer is remembered for a minute.

    One small request is made, because only that tells whether a proxy lets it through: the hub's library repeats what
    a proxy refuses, or leaves unanswered, for most of a minute.
    """
    proxy = _proxy(endpoint)
    asked, why = _answers.get((endpoint, proxy), (-REMEMBERED, ""))
    now = time.monotonic()
    if now - asked < REMEMBERED:
        return why
    try:
        why = _refusal(urlsplit(endpoint), proxy)
    except (OSError, http.client.HTTPException, ValueError) as error:
        way = f"the proxy {_bare(proxy)}" if proxy else "no proxy"
        reason = "no answer" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        why = f"{urlsplit(endpoint).hostname or endpoint} through {way}: {reason}"
    _answers[endpoint, proxy] = (now, why)
    return why


def _proxy(endpoint: str) -> str:
    """The proxy for an endpoint; empty where there is none, or `no_proxy` names the host."""
    parts = urlsplit(endpoint)
    known = getproxies()
    proxy = known.get(parts.scheme) or known.get("all") or ""
    if not proxy or proxy_bypass(parts.hostname or ""):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _refusal(endpoint: SplitResult, proxy: str) -> str:
    """Ask for the endpoint's headers; why it is of no use, or nothing. Raises what the connection raises."""
    host, port = endpoint.hostname or "", endpoint.port or _PORTS.get(endpoint.scheme, 443)
    via = urlsplit(proxy)
    first = (via.hostname or "", via.port or _PORTS.get(via.scheme, 80)) if proxy else (host, port)
    if proxy and via.scheme != "http":  # a proxy of another kind is seen to be there, not asked
        socket.create_connection(first, SECONDS).close()
        return ""
    asked = {"Proxy-Authorization": token} if (token := _token(via)) else {}
    path = endpoint.path or "/"
    connection: http.client.HTTPConnection
    if endpoint.scheme == "https":
        connection = http.client.HTTPSConnection(*first, timeout=SECONDS, context=_unverified())
        if proxy:
            connection.set_tunnel(host, port, asked)
        asked = {}  # the proxy has it; the endpoint must not
    else:
        connection = http.client.HTTPConnection(*first, timeout=SECONDS)
        path = endpoint.geturl() if proxy else path
    try:
        connection.request("HEAD", path, headers=asked)
        status = connection.getresponse().status
    finally:
        connection.close()
    # with 407, 429 and 5xx the hub's library would try again; what else an endpoint says to `/` does not matter
    return f"{host} answers {status}" if status in (407, 429) or status >= 500 else ""


def _unverified() -> ssl.SSLContext:
    """Nothing secret is sent and nothing read: who answers is verified where something is fetched.

    The certificates are then those of the hub's library, which need not be Python's own.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _token(proxy: SplitResult) -> str:
    if proxy.username is None:
        return ""
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _bare(proxy: str) -> str:
    """Without a user and password."""
    return urlsplit(proxy).netloc.rpartition("@")[2]


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
    remedy = "Remedy: " + ", or ".join(part for part in (first, fetch, folder) if part) + "."
    from huggingface_hub import constants

    _, why = _answers.get((constants.ENDPOINT, _proxy(constants.ENDPOINT)), (0.0, ""))
    return f"{remedy} The hub cannot be reached ({why})." if why else remedy
