"""A browser's tab without the browser: it speaks to the page's server as Gradio's own script does.

Events are joined to the server's queue, answers arrive on one stream per tab as whole outputs and then as what differs;
the tab keeps the values of the components, so that the next event sends what a browser would send.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
import regex

TAG = regex.compile(r"<(?:button|form|a)\b[^>]*\bdata-act=\"[^\"]*\"[^>]*>")
DATA = regex.compile(r"\bdata-([a-z_-]+)(?:=\"([^\"]*)\")?")
KIND, TEXT = regex.compile(r'data-kind="(\w+)"'), regex.compile(r"<[^>]+>")


@dataclass
class Answer:
    """How one event was answered; seconds from the click."""

    first: float = 0.0  # to the first update
    last: float = 0.0  # to the last one
    received: int = 0  # characters of the stream
    error: str = ""  # what went wrong; also what the page says in an error
    broken: bool = False  # the error is one of the connection
    refused: bool = False  # the page shows both sides of a conflict


@dataclass
class Config:
    """Which components and events the page has."""

    components: dict[int, dict[str, Any]]
    events: dict[tuple[int, str], dict[str, Any]]  # (component, event) -> dependency
    loads: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, found: dict[str, Any]) -> Config:
        """From Gradio's own `/config`."""
        events: dict[tuple[int, str], dict[str, Any]] = {}
        loads = []
        for one in found["dependencies"]:
            for target, event in one["targets"]:
                if event == "load":
                    loads.append(one)
                elif target is not None:
                    events.setdefault((int(target), str(event)), one)
        return cls({c["id"]: c for c in found["components"]}, events, loads)

    def named(self, elem_id: str) -> int:
        """The component of this element id."""
        return next(i for i, c in self.components.items() if c.get("props", {}).get("elem_id") == elem_id)

    def button(self, label: str) -> int:
        """The button with this label."""
        buttons = {i: c.get("props", {}).get("value") for i, c in self.components.items() if c["type"] == "button"}
        return next(i for i, value in buttons.items() if label in str(value))


class Tab:
    """One page that is open."""

    def __init__(self, client: httpx.AsyncClient, config: Config, who: str, rng: Any) -> None:
        self.client, self.config, self.who, self.rng = client, config, who, rng
        self.session = secrets.token_hex(6)
        self.values: dict[int, Any] = {i: c.get("props", {}).get("value") for i, c in config.components.items()}
        self._waiting: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._early: dict[str, list[dict[str, Any]]] = {}
        self._stream: asyncio.Task[None] | None = None

    # --- what the page shows --------------------------------------------------------------------------------------

    def html(self, panel: str) -> str:
        return str(self.values.get(self.config.named(f"nx-{panel}")) or "")

    def buttons(self, panel: str, act: str, **wanted: str) -> list[dict[str, str]]:
        """What the enabled buttons and forms of a panel would send for an act."""
        found = []
        for tag in TAG.findall(self.html(panel)):
            data = {k: unescape(v) for k, v in DATA.findall(tag)}
            disabled = regex.search(r"\sdisabled(?=[\s>=])", tag)
            if data.get("act") == act and not disabled and all(data.get(k) == v for k, v in wanted.items()):
                found.append({k: v for k, v in data.items() if k not in ("key", "keep")})
        return found

    @property
    def case(self) -> str:
        found = regex.search(r'data-case="([^"]*)"', self.html("head"))
        return unescape(found[1]) if found else ""

    def said(self) -> tuple[str, str]:
        """The kind and the text of the message that is shown; empty: none."""
        shown = self.html("message")
        kind = KIND.search(shown)
        if kind is None or regex.search(r"\shidden>", shown.split(">", 1)[0] + ">"):
            return "", ""
        return kind[1], " ".join(unescape(TEXT.sub(" ", shown)).split())

    # --- events ---------------------------------------------------------------------------------------------------

    async def load(self, case_id: str = "") -> Answer:
        """The page opens."""
        answers = [
            await self._event(one, None, None, f"?case={case_id}" if case_id else "") for one in self.config.loads
        ]
        return max(answers, key=lambda a: a.received)

    async def act(self, data: dict[str, Any], panel: str = "head") -> Answer:
        """A button or form of a panel."""
        target = self.config.named(f"nx-{panel}")
        return await self._event(self.config.events[target, "act"], target, {"reason": "", "who": self.who, **data})

    async def analyse(self) -> Answer:
        """The button of the same name."""
        target = self.config.button("Analyse")
        return await self._event(self.config.events[target, "click"], target, None)

    async def upload(self, data: bytes, name: str) -> Answer:
        """A photograph is dropped."""
        start = time.perf_counter()
        try:
            sent = await self.client.post("gradio_api/upload", files={"files": (name, data, "image/jpeg")})
        except httpx.HTTPError as error:
            return Answer(last=time.perf_counter() - start, error=f"upload: {type(error).__name__}: {error}")
        if sent.status_code != 200:
            return Answer(error=f"upload: HTTP {sent.status_code} {sent.text[:200]}")
        drop = self.config.named("drop")
        path = sent.json()[0]
        self.values[drop] = {
            "path": path, "orig_name": name, "size": len(data), "mime_type": "image/jpeg", "url": None,
            "is_stream": False, "meta": {"_type": "gradio.FileData"},
        }  # fmt: skip
        return await self._event(self.config.events[drop, "upload"], drop, None, since=start)

    async def _event(
        self, event: dict[str, Any], target: int | None, data: Any, query: str = "", since: float | None = None
    ) -> Answer:  # fmt: skip
        start = since or time.perf_counter()
        body = {
            "data": [self._sent(i) for i in event["inputs"]], "event_data": data, "fn_index": event["id"],
            "trigger_id": target, "session_hash": self.session,
        }  # fmt: skip
        answer = Answer()
        try:
            cookie = {"cookie": f"newsctx_who={quote(self.who)}"}  # the name that the browser signs with
            joined = await self.client.post(f"gradio_api/queue/join{query}", json=body, headers=cookie)
            if joined.status_code != 200:
                answer.error = f"HTTP {joined.status_code} {joined.text[:200]}"
                return answer
            await self._follow(joined.json()["event_id"], event["outputs"], start, answer)
        except (httpx.HTTPError, OSError) as error:
            answer.error, answer.broken = f"{type(error).__name__}: {error}", True
        answer.last = time.perf_counter() - start
        return answer

    def _sent(self, component: int) -> Any:
        if self.config.components[component]["type"] == "state":
            return None
        return self.values.get(component)

    async def _follow(self, event_id: str, outputs: Sequence[int], start: float, answer: Answer) -> None:
        """Take in the answers to one event until it is complete."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for early in self._early.pop(event_id, []):
            queue.put_nowait(early)
        self._waiting[event_id] = queue
        if self._stream is None or self._stream.done():
            self._stream = asyncio.create_task(self._read())
        whole: list[Any] | None = None
        try:
            while True:
                message = await asyncio.wait_for(queue.get(), 120)
                kind, output = message.get("msg"), message.get("output") or {}
                answer.received += message.pop("size", 0)
                if kind == "process_generating" and message.get("success", True):
                    whole = _grown(whole, output.get("data") or [])
                    self._put(outputs, whole)
                    answer.first = answer.first or time.perf_counter() - start
                elif kind in ("process_completed", "unexpected_error", "broken"):
                    answer.first = answer.first or time.perf_counter() - start
                    answer.broken = kind == "broken"
                    if not message.get("success", False):
                        answer.error = f"{kind}: {str(output.get('error') or message)[:200]}"
                    elif whole is None and output.get("data"):
                        self._put(outputs, output["data"])
                    break
        except TimeoutError:
            answer.error = "no answer within 120 s"
        finally:
            del self._waiting[event_id]
        kind, text = self.said()
        if kind == "error":
            answer.refused = bool(self.buttons("message", "apply-mine")) or "Nothing was taken back" in text
            answer.error = answer.error or ("" if answer.refused else text)

    def _put(self, outputs: Sequence[int], data: Sequence[Any]) -> None:
        for component, value in zip(outputs, data, strict=False):
            if isinstance(value, dict) and value.get("__type__") == "update":
                if "value" in value:
                    self.values[component] = value["value"]
            elif self.config.components[component]["type"] != "state":
                self.values[component] = value

    async def _read(self) -> None:
        """The tab's stream; the server closes it when nothing is under way any more."""
        while self._waiting:
            url = f"gradio_api/queue/data?session_hash={self.session}"
            try:
                async with self.client.stream("GET", url, timeout=httpx.Timeout(10, read=None)) as stream:
                    async for line in stream.aiter_lines():
                        if not line.startswith("data:"):
                            continue
                        message = json.loads(line[5:])
                        if message.get("msg") == "close_stream":
                            break
                        self._pass_on(message, len(line))
            except (httpx.HTTPError, OSError) as error:
                for queue in self._waiting.values():
                    queue.put_nowait({"msg": "broken", "output": {"error": f"stream: {type(error).__name__} {error}"}})
                return

    def _pass_on(self, message: dict[str, Any], size: int) -> None:
        event_id = message.get("event_id")
        if event_id is None:
            if message.get("msg") == "unexpected_error":
                for queue in self._waiting.values():
                    queue.put_nowait(message)
        elif event_id in self._waiting:
            self._waiting[event_id].put_nowait({**message, "size": size})
        else:
            self._early.setdefault(event_id, []).append({**message, "size": size})


def _grown(before: list[Any] | None, news: list[Any]) -> list[Any]:
    """Outputs after what differs was applied; the first come whole."""
    if before is None:
        return list(news)
    return [_edited(old, edits) for old, edits in zip(before, news, strict=False)]


def _edited(value: Any, edits: Sequence[Any]) -> Any:
    for action, path, new in edits:
        if not path:
            value = new if action == "replace" else value + new
            continue
        at = value
        for step in path[:-1]:
            at = at[step]
        last = path[-1]
        match action:
            case "replace":
                at[last] = new
            case "append":
                at[last] += new
            case "add" if isinstance(at, list):
                at.insert(int(last), new)
            case "add":
                at[last] = new
            case "delete":
                del at[last]
    return value
