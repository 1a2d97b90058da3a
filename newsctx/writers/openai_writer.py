"""Captions by any OpenAI-compatible server: vLLM, `transformers serve`, Ollama, HF Inference Providers."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
from collections.abc import Generator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from newsctx.errors import ModelUnavailable, SettingsError
from newsctx.records import ModelInfo
from newsctx.settings import CaptionSettings
from newsctx.writers import sse
from newsctx.writers.base import CaptionEvidence
from newsctx.writers.completion import Call
from newsctx.writers.language_model import LanguageModelWriter, Request


class OpenAIWriter(LanguageModelWriter):
    """Asks the server of `caption.base_url`. Nothing is sent before the analyst allowed that URL for the photograph,
    except to this machine itself.

    Raises:
        SettingsError: no model is named, or the connection would be unencrypted and that is not allowed.
    """

    def __init__(self, settings: CaptionSettings) -> None:
        parts = urlsplit(settings.base_url)
        self.base_url, self.local = settings.base_url, is_loopback(parts.hostname or "")
        if not settings.model:
            raise SettingsError(
                f"caption.model is empty: name the model that {settings.base_url} is to use, as its list "
                f"{settings.base_url}/models has it"
            )
        if parts.scheme == "http" and not self.local and not settings.allow_http:
            raise SettingsError(
                f"caption.base_url {settings.base_url!r} is not encrypted: use https, or set caption.allow_http for a "
                "server in your own network"
            )
        self.model, self.key_variable = settings.model, settings.api_key_env
        digest = hashlib.sha256(f"{settings.base_url}\n{settings.model}".encode()).hexdigest()
        self.info = ModelInfo(
            slot="caption_writer", name=f"{settings.model} ({parts.netloc})", digest=digest, device=settings.base_url
        )

    def held_back(self, evidence: CaptionEvidence) -> str:
        allowed = {url.rstrip("/") for url in evidence.allowed}
        return "" if self.local or self.base_url in allowed else self.base_url

    def stream(self, request: Request, settings: CaptionSettings) -> Generator[str, None, None]:
        """Pieces of the server's answer; closing it closes the connection.

        Raises:
            ModelUnavailable: the key is not in the environment, or the server does not answer; names URL and remedy.
        """
        secret = self._key()
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "User-Agent": "newsctx"}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        call = Call(
            url=f"{self.base_url}/chat/completions", headers=headers, body=self._body(request, settings),
            local=self.local, connect_seconds=settings.connect_seconds, read_seconds=settings.read_seconds,
            answer_seconds=settings.answer_seconds, retries=settings.retries, backoff_seconds=settings.backoff_seconds,
            backoff_most=settings.backoff_most, max_chars=settings.max_answer_chars, secret=secret,
        )  # fmt: skip
        with closing(sse.stream(call, settings.draft_seconds)) as pieces:
            yield from pieces

    def _key(self) -> str:
        """The key, read each time it is used and kept nowhere."""
        if not self.key_variable:
            return ""
        secret = os.environ.get(self.key_variable, "").strip()
        if not secret or not secret.isascii() or not secret.isprintable():
            problem = "holds characters that no key has" if secret else "is not set"
            raise ModelUnavailable(
                f"the server {self.base_url} needs a key: the environment variable {self.key_variable} "
                f"(caption.api_key_env) {problem}; set it before the program starts"
            )
        return secret

    def _body(self, request: Request, settings: CaptionSettings) -> dict[str, Any]:
        """Only what every server understands: `transformers serve` refuses further fields."""
        content: str | list[dict[str, Any]] = request.text
        if request.photograph is not None:
            data = base64.b64encode(request.photograph).decode()
            image = {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}"}}
            content = [image, {"type": "text", "text": request.text}]
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": request.system}, {"role": "user", "content": content}],
            "max_tokens": settings.max_new_tokens,
            "temperature": settings.temperature,
            "seed": settings.seed,
            "stream": True,
        }


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine by its form; names that merely resolve to it are not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
