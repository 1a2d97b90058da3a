"""The language of the page: English texts are the keys, every other language is a catalogue beside the templates.

Texts of templates stand in `{% trans %}` or `_()`, those of Python in `tr()`. What articles, photographs, models and
analysts say is never translated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

CATALOGUES = Path(__file__).parent / "languages"
ENGLISH = "en"
_now: ContextVar[str] = ContextVar("language", default=ENGLISH)


@cache
def catalogue(code: str) -> Mapping[str, str]:
    """English text -> its translation; empty for English."""
    path = CATALOGUES / f"{code}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() and code.isalpha() else {}


@contextmanager
def use(code: str) -> Iterator[None]:
    """What is rendered inside is in this language; an unknown one is English."""
    token = _now.set(code or ENGLISH)
    try:
        yield
    finally:
        _now.reset(token)


def current() -> str:
    return _now.get()


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
    return ngettext(one, many, num) % {"num": num, **values}
