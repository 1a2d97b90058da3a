"""Headers that keep a browser from doing what the page never asks of it.

The content policy must let Gradio's own inline scripts and templates run; it still keeps whatever came alive from
loading, sending or framing anything outside of this server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OFF = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
        "midi", "payment", "usb")  # fmt: skip


def content_policy(frame_ancestors: tuple[str, ...]) -> str:
    """Gradio evaluates templates and inline scripts, and styles its components inline; nothing comes from elsewhere."""
    rules = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "worker-src": "'self' blob:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self' data: blob:",
        "object-src": "'none'",
        "frame-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(frame_ancestors) or "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class SafeHeaders:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, frame_ancestors: tuple[str, ...] = ()) -> None:
        """`frame_ancestors`: origins that may show the page in a frame."""
        self.app = app
        self._always = {
            "Content-Security-Policy": content_policy(frame_ancestors),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": ", ".join(f"{name}=()" for name in _OFF),
        } | ({} if frame_ancestors else {"X-Frame-Options": "DENY"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "default-src" in headers.get("content-security-policy", ""):  # a page with a stricter one
                    headers.setdefault("X-Content-Type-Options", "nosniff")
                else:
                    for name, value in self._always.items():
                        headers[name] = value
                headers.setdefault("Cache-Control", "private")  # pictures of cases are no shared cache's
            await send(message)

        await self.app(scope, receive, answer)
