"""The language of the page: English texts are the keys, every other language is a catalogue beside the templates.

Texts of templates stand in `{% trans %}` or `_()`, those of Python in `tr()`. What articles, photographs, models and
analysts say is never translated; neither is what a stage notes (why it was skipped, what an answer rests on), since
that is part of the analysis document and is the same for every reader.

Gradio's own components take the same catalogue through `gr.I18n`: see `component_texts`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from babel.dates import format_skeleton
from babel.numbers import format_decimal

CATALOGUES = Path(__file__).parent / "languages"
ENGLISH = "en"
#: Code -> the language's name in itself.
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
_LOCALES = {ENGLISH: "en_GB"}  # day before month, as everywhere in this tool
#: What the language switch keeps in the browser, and what the address may say.
COOKIE, PARAMETER = "newsctx_language", "lang"
_now: ContextVar[str] = ContextVar("language", default=ENGLISH)
T = TypeVar("T")


@cache
def catalogue(code: str) -> Mapping[str, str]:
    """English text -> its translation; empty for English."""
    path = CATALOGUES / f"{code}.json"
    return json.loads(path.read_text(encoding="utf-8")) if code in LANGUAGES and path.is_file() else {}


# --- which language ---------------------------------------------------------------------------------------------


@contextmanager
def use(code: str) -> Iterator[None]:
    """What is rendered inside is in this language; an unknown one is English."""
    token = _now.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _now.reset(token)


def within(code: str, steps: Iterator[T]) -> Iterator[T]:
    """Each step of a generator is made in this language; the steps may be asked for by different threads."""
    try:
        while True:
            with use(code):
                try:
                    step = next(steps)
                except StopIteration:
                    return
            yield step
    finally:
        getattr(steps, "close", lambda: None)()


def spoken(handler: Callable[..., Iterator[T]]) -> Callable[..., Iterator[T]]:
    """A handler of the page speaks the language of the look that it is given."""

    @wraps(handler)
    def run(*args: Any, **named: Any) -> Iterator[T]:
        code = next((a.language for a in (*args, *named.values()) if hasattr(a, "language")), ENGLISH)
        yield from within(code, handler(*args, **named))

    return run


def current() -> str:
    return _now.get()


def of_browser(query: Mapping[str, Any], cookies: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The language of a visit: the address says it, else the switch has kept it, else the browser asks for it."""
    for said in (query.get(PARAMETER), cookies.get(COOKIE)):
        if said in LANGUAGES:
            return str(said)
    return next((c for c in _preferred(headers.get("accept-language") or "") if c in LANGUAGES), ENGLISH)


def _preferred(header: str) -> list[str]:
    """Language codes of an Accept-Language header, the most wanted first: `de-AT,en;q=0.7` is `de`, `en`."""
    wanted: list[tuple[float, str]] = []
    for part in header.lower().split(",")[:20]:
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        if quality > 0:
            wanted.append((-quality, tag.strip().partition("-")[0]))
    return [tag for _, tag in sorted(wanted, key=lambda w: w[0])]


# --- texts ------------------------------------------------------------------------------------------------------


def gettext(text: str) -> str:
    return catalogue(current()).get(text, text)


def ngettext(one: str, many: str, count: int) -> str:
    return gettext(one if count == 1 else many)


def tr(text: str, **values: Any) -> str:
    """A text of the interface in the page's language; `%(name)s` stands for a value."""
    found = gettext(text)
    return found % values if values else found


def trn(one: str, many: str, num: int, **values: Any) -> str:
    """The same where a number decides; `%(num)s` is the number."""
    return ngettext(one, many, num) % {"num": number(num), **values}


def N_(text: str) -> str:
    """Marks a text that stands in a table and is translated where it is used, by `tr(TABLE[...])`."""
    return text


def component_texts(texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """Language -> text -> translation, as `gr.I18n` takes it; English is its own."""
    kept = tuple(texts)
    return {code: {t: catalogue(code).get(t, t) for t in kept} for code in LANGUAGES}


# --- numbers and dates ------------------------------------------------------------------------------------------


def locale() -> str:
    return _LOCALES.get(current(), current())


def number(value: float) -> str:
    """`12,345`, in German `12.345`."""
    return _number(value, None, locale())


def decimal(value: float, digits: int) -> str:
    """A number with so many digits behind the point, or comma."""
    return _number(value, "0." + "0" * digits if digits else "0", locale())


@lru_cache(4096)
def _number(value: float, pattern: str | None, where: str) -> str:
    return format_decimal(value, format=pattern, locale=where)


def calendar(value: date, skeleton: str) -> str:
    """A date with the parts that the skeleton names (`yMMMd`, `yMMM`), in the page's language and order."""
    return _calendar(value, skeleton, locale())


@lru_cache(4096)
def _calendar(value: date, skeleton: str, where: str) -> str:
    return format_skeleton(skeleton, value, locale=where)
