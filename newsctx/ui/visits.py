"""Who sends an event of the page or of the API: told by the server's own session, never by what a page sends.

Every handler is wrapped by `visited`; what it does with cases goes through the workbench as this visitor may use it
(`newsctx.access`). In a handler that is not wrapped nobody asks: where there are accounts it can do nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any, Protocol, TypeVar

import gradio as gr

from newsctx.access import DESK, Visitor

T = TypeVar("T")
_now: ContextVar[Visitor | None] = ContextVar("visitor", default=None)


class Gate(Protocol):
    """Tells who asks."""

    def visitor(self, request: gr.Request | None) -> Visitor:
        """The visitor of a request; None: a call without one, as tests and scripts make it."""
        ...


class OpenGate:
    """A desk without accounts: whoever reaches the page may do everything."""

    def visitor(self, request: gr.Request | None) -> Visitor:
        return DESK


def current() -> Visitor | None:
    """Who asks now; None outside of `visited`."""
    return _now.get()


@contextmanager
def acting(visitor: Visitor) -> Iterator[None]:
    """Inside, this visitor asks."""
    token = _now.set(visitor)
    try:
        yield
    finally:
        _now.reset(token)


def visited(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A method of an object with a `gate`, whose parameter of type gr.Request tells who asks.

    Each step of a generator is made for that visitor; the steps may be asked for by different threads.
    """

    def asks(self: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Visitor:
        request = next((a for a in (*args, *named.values()) if isinstance(a, gr.Request)), None)
        return self.gate.visitor(request)

    @wraps(handler)
    def run(self: Any, *args: Any, **named: Any) -> Any:
        with acting(asks(self, args, named)):
            return handler(self, *args, **named)

    @wraps(handler)
    def steps(self: Any, *args: Any, **named: Any) -> Iterator[Any]:
        visitor, made = asks(self, args, named), handler(self, *args, **named)
        try:
            while True:
                with acting(visitor):
                    try:
                        step = next(made)
                    except StopIteration:
                        return
                yield step
        finally:
            made.close()

    return steps if isgeneratorfunction(handler) else run
