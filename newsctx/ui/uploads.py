"""Files that come in over Gradio: what its own reading of them leaves open.

Gradio fetches an address that stands in the place of a file, for any component and any caller; keeps the temporary
files of uploads that break off; holds fields of any size in memory. Here nothing is fetched, and nothing is left.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import HTTPException
from gradio import processing_utils, route_utils, routes, utils
from starlette.datastructures import FormData

from newsctx.errors import PhotoRefused
from newsctx.settings import LimitsSettings
from newsctx.ui.language import tr

log = logging.getLogger(__name__)
_FIELD_BYTES = 100_000  # of all fields of an upload that are no file: Gradio's page sends none
_LOOK_AGAIN = 2.0  # seconds for which the size of the waiting files is taken to be the same
_plain = route_utils.GradioMultiPartParser


class Parser(_plain):  # type: ignore[misc, valid-type]
    """Gradio's reader of uploads, which removes what it has begun to write whatever goes wrong."""

    most_files = 1000

    def __init__(self, *args: Any, **named: Any) -> None:
        named["max_files"] = min(self.most_files, named.get("max_files", self.most_files))
        super().__init__(*args, **named)
        self._field_bytes = 0

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        file = self._current_part.file
        if file is not None:
            # Gradio names an upload's folder by its bytes: of two who upload the same photograph, the one whose case
            # takes it first would take it from the other
            file.sha.update(secrets.token_bytes(32))

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            self._field_bytes += end - start
            if self._field_bytes > _FIELD_BYTES:
                raise route_utils.MultiPartException("The fields of an upload are larger than a file's name needs.")
        super().on_part_data(data, start, end)

    async def parse(self) -> FormData:
        try:
            form = await super().parse()
        except BaseException as error:
            self._remove(set())
            if isinstance(error, OSError):  # a full disk
                log.error("an upload could not be kept: %s", error)
                raise route_utils.MultiPartException(
                    tr(
                        "The file could not be kept here: %(reason)s. Tell whoever runs the workbench.",
                        reason=error.strerror or "",
                    )
                ) from error
            raise
        # a part that has not ended, or has another name than those that are taken, is nobody's
        self._remove({f.file.name for f in form.getlist("files") if isinstance(f, route_utils.GradioUploadFile)})
        return form

    def _remove(self, kept: set[str]) -> None:
        for file in self._files_to_close_on_error:
            if file.name not in kept:
                file.close()
                Path(file.name).unlink(missing_ok=True)


def _refusal(url: object) -> gr.Error:
    return gr.Error(
        tr("Nothing is fetched in the place of a file. Download %(url)s yourself and upload it.", url=str(url)[:80]),
        print_exception=False,
    )


async def _fetch_nothing(url: str, *args: Any, **named: Any) -> Any:
    raise _refusal(url)


def _fetch_nothing_now(url: str, *args: Any, **named: Any) -> Any:
    raise _refusal(url)


async def _pass_nothing_on(url: str, *args: Any, **named: Any) -> Any:
    raise HTTPException(status_code=403, detail="Nothing is fetched for others: open the address itself.")


def harden(settings: LimitsSettings) -> None:
    """For this process, whatever is served in it: Gradio fetches no addresses and reads uploads with `Parser`.

    Raises RuntimeError where this release of Gradio has no such parts: then it has to be looked at again.
    """
    Parser.most_files = settings.upload_files
    parts: tuple[tuple[Any, str, Any], ...] = (
        (route_utils, "GradioMultiPartParser", Parser), (routes, "GradioMultiPartParser", Parser),
        (processing_utils, "async_ssrf_protected_get", _fetch_nothing),
        (processing_utils, "async_ssrf_protected_download", _fetch_nothing),
        (processing_utils, "ssrf_protected_download", _fetch_nothing_now),
        (processing_utils, "save_url_to_cache", _fetch_nothing_now),
        (routes, "secure_url_stream_response", _pass_nothing_on),
    )  # fmt: skip
    for module, name, ours in parts:
        if not hasattr(module, name):
            raise RuntimeError(f"this Gradio has no {module.__name__}.{name}: see newsctx.ui.uploads.harden")
        setattr(module, name, ours)


class Waiting:
    """How much lies in the upload folder that no case has taken, and whether the disk has room for more."""

    def __init__(self, settings: LimitsSettings, folder: Callable[[], str] = utils.get_upload_folder) -> None:
        self._settings, self._folder = settings, folder
        self._known: tuple[float, str] = (-_LOOK_AGAIN, "")

    def __call__(self) -> str:
        """Why no upload can be taken now; "" where one can."""
        if time.monotonic() - self._known[0] >= _LOOK_AGAIN:
            self._known = (time.monotonic(), self._why())
        return self._known[1]

    def _why(self) -> str:
        folder = Path(self._folder())
        if not folder.is_dir():
            return ""
        if shutil.disk_usage(folder).free < self._settings.free_bytes:
            return tr("The disk of the workbench is full: no upload can be kept. Tell whoever runs it.")
        if _size(folder) > self._settings.waiting_bytes:
            return tr("Too many uploads wait to be taken by a case. Try again in a few minutes.")
        return ""


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except OSError:  # taken meanwhile
            continue
    return total


def taken(path: str) -> bytes:
    """The bytes of an upload, which is removed. Raises PhotoRefused for anything that is no upload.

    What a caller of the API names may be any path: only regular files inside the upload folder are read.
    """
    folder, named = Path(utils.get_upload_folder()).resolve(), Path(path)
    try:
        inside = named.resolve(strict=True)
    except (OSError, ValueError):
        inside = Path()
    if not inside.is_relative_to(folder) or named.is_symlink() or not inside.is_file():
        raise PhotoRefused(tr("The file was not uploaded here, or it is gone. Upload the photograph again."))
    try:
        return inside.read_bytes()
    finally:
        inside.unlink(missing_ok=True)
        if inside.parent != folder:
            with suppress(OSError):  # other files lie there
                inside.parent.rmdir()
