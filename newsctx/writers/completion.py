"""A request to an OpenAI-compatible server, its answers read, and what goes wrong in words for the analyst."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from newsctx.errors import ModelUnavailable
from newsctx.passages import plain
from newsctx.writers.secrecy import HIDDEN, redacted

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})  # statuses after which the same request may succeed


@dataclass(frozen=True)
class Call:
    """One request. `secret`: what must not show in a message, the key."""

    url: str
    headers: Mapping[str, str] = field(repr=False)  # with the key
    body: Mapping[str, Any]
    local: bool  # the server is this machine: no proxy is asked
    connect_seconds: float
    read_seconds: float
    answer_seconds: float
    retries: int
    backoff_seconds: float
    backoff_most: float
    max_chars: int
    secret: str = field(default="", repr=False)


def parse_json(data: bytes, call: Call) -> Any:
    """The value of an event or answer. Raises ModelUnavailable for anything that is no JSON."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        shown = clean(data[:2000].decode("utf-8", "replace"), call)[:200]  # cut after: half a key is one too
        raise ModelUnavailable(
            f"the server {call.url} sent something that is no chat completion ({shown!r}); check that caption.base_url "
            "is an OpenAI-compatible address, up to /v1"
        ) from error


def text_of(event: Any, call: Call, part: str) -> tuple[str, bool]:
    """The text of an event or answer, and whether it is the last one."""
    if isinstance(event, dict) and event.get("error"):
        said = event["error"].get("message", "") if isinstance(event["error"], dict) else event["error"]
        raise ModelUnavailable(f"the server {call.url} broke off: {clean(str(said), call)}; see its log")
    choices = event.get("choices") if isinstance(event, dict) else None
    if not isinstance(choices, list):
        raise ModelUnavailable(
            f"the server {call.url} sent JSON without `choices`; check that caption.base_url is an OpenAI-compatible "
            "address, up to /v1"
        )
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    said = first.get(part) if isinstance(first.get(part), dict) else {}
    content = said.get("content") if said else ""
    if isinstance(content, list):  # parts, as some servers send them
        content = "".join(str(p.get("text", "")) for p in content if isinstance(p, dict))
    return content if isinstance(content, str) else "", bool(first.get("finish_reason"))


def refused(call: Call, response: httpx.Response, said: str, attempt: int) -> str:
    """What a refusal means and what to do."""
    status = response.status_code
    if status in (401, 403):
        remedy = "set the environment variable that caption.api_key_env names to a key that the server accepts"
    elif status == 404:
        remedy = f"check caption.base_url, and that the server has the model {call.body.get('model')!r} (caption.model)"
    elif status == 413:
        remedy = "lower caption.image_side or caption.evidence_chars"
    elif 300 <= status < 400:
        where = clean(response.headers.get("location", ""), call)
        remedy = f"it points to {where!r}; redirects are not followed, set caption.base_url to where the server is"
    elif status in BUSY:
        remedy = f"asked {attempt + 1} times; try again later, or raise caption.retries"
    else:
        remedy = "check caption.model, and whether it reads photographs"
    shown = f" ({clean(said, call)})" if said.strip() else ""
    return f"the server {call.url} answers {status}{shown}; {remedy}"


def lost(call: Call, error: Exception, begun: bool, attempt: int) -> str:
    """What a lost connection means and what to do."""
    why = clean(str(error), call) or type(error).__name__
    if begun:
        return f"the connection to {call.url} was lost in the middle of the answer ({why}); write the caption again"
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return (
            f"no server answers at {call.url} ({why}; tried {attempt + 1} times); start it, e.g. `transformers serve`, "
            "or set caption.base_url"
        )
    return f"the connection to {call.url} was lost ({why}; tried {attempt + 1} times); see the server's log"


def wait_before(call: Call, attempt: int, asked: str) -> float:
    """Seconds to the next attempt: what the server asks for, else doubled each time; no jitter, runs should agree.

    Raises ModelUnavailable where the server asks for more than `backoff_most`.
    """
    seconds = retry_after(asked)
    if seconds is None:
        return min(call.backoff_seconds * 2**attempt, call.backoff_most)
    if seconds > call.backoff_most:
        raise ModelUnavailable(
            f"the server {call.url} is busy and asks to wait {seconds:,.0f} s, longer than caption.backoff_most = "
            f"{call.backoff_most:g}; try again then"
        )
    return seconds


def retry_after(value: str) -> float | None:
    """Seconds of a Retry-After header, a number or an HTTP date; None where there is none that can be read."""
    if value.strip().isdecimal():
        return float(value[:12])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time()) if value else None
    except (ValueError, TypeError, OverflowError):
        return None


def clean(text: str, call: Call) -> str:
    """One line without control characters and without the key."""
    text = redacted(plain(text), call.secret)
    return (text.replace(call.secret, HIDDEN) if call.secret else text)[:300]  # a short one too: it is no caption
