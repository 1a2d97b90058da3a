"""What a simulated analyst does in a case, and what was acknowledged of it."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from newsctx.bench.analyst_tab import Answer, Tab
from newsctx.settings import AnalystSettings

PLACES = ("Paris (France)", "Kyoto", "Istanbul", "Sydney", "Amsterdam", "Florence")
WORDS = ("flood", "station", "crowd", "snow", "smoke", "bridge", "march", "ferry", "night", "police")
#: Acts that are one override, or take one back; the others compute from the search on, or begin a case.
OVERRIDES = ("pin", "exclude", "move", "drop cluster", "place", "undo", "approve")


@dataclass
class Edit:
    """An edit that the page has shown as made."""

    case: str
    who: str
    what: str  # the entry that the trail must have
    says: dict[str, Any]  # parts of the override that it must hold


@dataclass
class Log:
    """What happened to all analysts."""

    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))  # act ->
    errors: list[str] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    refused: int = 0
    again: int = 0  # refused edits that were made all the same
    broken: int = 0  # questions for news asked again, as a page does, because a connection broke; an act never is

    def note(self, act: str, answer: Answer) -> None:
        self.answers[act].append(answer)
        if answer.error:
            self.errors.append(f"{act}: {answer.error}")


Photo = Callable[[random.Random], tuple[bytes, str]]


class Analyst:
    """Works in one case after the other until the time is over."""

    def __init__(self, tab: Tab, log: Log, settings: AnalystSettings, photo: Photo, seed: int) -> None:
        self.tab, self.log, self.settings, self.photo = tab, log, settings, photo
        self.rng = random.Random(seed)
        self.words = 0
        self.pending = False  # an edit is under way: the page's own question for news waits, as for who types

    async def work(self, until: float, think: bool = True) -> None:
        """Act, look, think, until this moment of `time.perf_counter`."""
        s = self.settings
        watching = asyncio.create_task(self._watch(until))
        try:
            if think:
                await asyncio.sleep(self.rng.uniform(0, s.think_most))  # they did not begin together
            while time.perf_counter() < until:
                await self.step()
                if think:
                    await asyncio.sleep(self.rng.uniform(s.think_least, s.think_most))
        finally:
            watching.cancel()

    async def _watch(self, until: float) -> None:
        """A page asks whether its case was changed elsewhere."""
        while time.perf_counter() < until:
            await asyncio.sleep(self.settings.watch)
            news = self.tab.buttons("head", "see-news")
            if news and not self.pending:
                answer = await self.tab.act(news[0], "head")
                if answer.broken:
                    self.log.broken += 1
                    answer = await self.tab.act(news[0], "head")
                self.log.note("(news)", answer)

    async def step(self) -> None:
        """One act, if the page offers it."""
        mix = self.settings.mix
        act = self.rng.choices(list(mix), list(mix.values()))[0]
        self.pending = True
        try:
            await getattr(self, "_" + act.replace(" ", "_"))()
        except Exception as error:  # an answer that this page cannot read: the run goes on, and has failed
            self.log.errors.append(f"{act}: {type(error).__name__}: {error}")
        finally:
            self.pending = False

    # --- acts -----------------------------------------------------------------------------------------------------

    async def _click(self, act: str, panel: str, data: dict[str, Any], what: str, **says: Any) -> None:
        """Send what a button would; remember the edit where the page shows that it was made."""
        case = self.tab.case
        answer = await self.tab.act(data, panel)
        self.log.note(act, answer)
        if answer.refused:
            self.log.refused += 1
            mine = self.tab.buttons("message", "apply-mine")
            if mine and self.rng.random() < 0.5:
                answer = await self.tab.act(mine[0], "message")
                self.log.note("(mine all the same)", answer)
                self.log.again += 1
            else:
                self.log.note("(dismiss)", await self.tab.act({"act": "dismiss"}, "message"))
                return
        if not answer.error and not answer.refused:
            self.log.edits.append(Edit(case, self.tab.who, what, says))

    async def _pin(self) -> None:
        found = self.tab.buttons("retrieve", "pin")
        if found:
            one = self.rng.choice(found)
            says = {"action": "pin", "article_id": one["id"], "on": bool(one.get("on"))}
            await self._click("pin", "retrieve", one, "override", **says)

    async def _exclude(self) -> None:
        found = self.tab.buttons("retrieve", "exclude", on="1")
        if found:
            one = self.rng.choice(found)
            await self._click("exclude", "retrieve", one, "override", action="exclude", article_id=one["id"], on=True)

    async def _move(self) -> None:
        found = [b for b in self.tab.buttons("retrieve", "move") if b.get("rank", "").isdigit() and int(b["rank"]) > 0]
        if found:
            one = self.rng.choice(found)
            says = {"action": "move", "article_id": one["id"], "rank": int(one["rank"])}
            await self._click("move", "retrieve", one, "override", **says)

    async def _drop_cluster(self) -> None:
        found = self.tab.buttons("events", "cluster", decision="dropped")
        if found:
            one = self.rng.choice(found)
            says = {"action": "cluster", "cluster_id": one["id"], "decision": "dropped"}
            await self._click("drop cluster", "events", one, "override", **says)

    async def _place(self) -> None:
        if self.tab.buttons("context", "set_place"):
            place = self.rng.choice(PLACES)
            data = {"act": "set_place", "value": place}
            await self._click("place", "context", data, "override", action="set_place", place=place)

    async def _undo(self) -> None:
        found = self.tab.buttons("toolbar", "undo")
        if found:
            await self._click("undo", "toolbar", found[0], "undo")

    async def _approve(self) -> None:
        found = [b for b in self.tab.buttons("caption", "approve") if b.get("version")]
        if found:
            one = found[0]
            await self._click("approve", "caption", one, "approved", action="approve", version=int(one["version"]))

    async def _note(self) -> None:
        """Type into the note and press Analyse."""
        note = self._note_field()
        if not self.tab.case or note is None:
            return
        case, self.words = self.tab.case, self.words + 1
        text = f"{self.rng.choice(WORDS)} {self.rng.choice(WORDS)} {self.tab.who} {self.words}"
        self.tab.values[note] = text
        answer = await self.tab.analyse()
        self.log.note("note, analyse", answer)
        if answer.refused:
            self.log.refused += 1
            mine = self.tab.buttons("message", "apply-mine")
            answer = await self.tab.act(mine[0], "message") if mine else answer
            self.log.note("(mine all the same)", answer)
            self.log.again += 1
        if not answer.error and not answer.refused:
            self.log.edits.append(Edit(case, self.tab.who, "inputs", {"note": text}))

    def _note_field(self) -> int | None:
        event = self.tab.config.events[self.tab.config.named("drop"), "upload"]
        return event["inputs"][1]

    async def _upload(self) -> None:
        data, name = self.photo(self.rng)
        self.log.note("upload", await self.tab.upload(data, name))
