"""The photograph of a call: bytes in a data URI, or, where the caller works on this machine, a file's path.

Nothing is ever fetched: an address is refused, so that no caller makes this machine ask others for it.
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from newsctx.api.calls import Photograph
from newsctx.errors import CallRefused
from newsctx.quoted import readable

_DATA = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[^;,]*)*;base64,", re.ASCII | re.IGNORECASE)


def photograph(given: str, filename: str, most: int, files: bool) -> Photograph:
    """The photograph that a caller gives.

    Args:
        given: `data:image/jpeg;base64,...`, or a path.
        filename: how the caller calls it; empty: the path's name.
        most: bytes.
        files: whether paths are read: the caller is a program of this machine's user.

    Raises:
        CallRefused: anything else, too large, or unreadable.
    """
    text = given.strip()
    found = _DATA.match(text)
    if found:
        return Photograph(_decoded(text[found.end() :], most), filename or "photograph")
    if files and not _elsewhere(text):
        return _read(text, filename, most)
    wanted = "a data URI, data:image/jpeg;base64,..." + (", or the path of a file of this machine" if files else "")
    raise CallRefused(
        f"photo {readable(text, 60)!r}: expected {wanted}. Addresses are never fetched: download the photograph first."
    )


def _decoded(text: str, most: int) -> bytes:
    if len(text) > most * 4 // 3 + 1000:
        raise CallRefused(f"photo: larger than {most:,} bytes; send a smaller copy.")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CallRefused(f"photo: the data URI is no base64 ({error}); encode the file's bytes again.") from error


def _elsewhere(text: str) -> bool:
    """Whether it is an address of something else than a local file."""
    scheme = urlsplit(text[:200]).scheme.lower() if "://" in text[:200] else ""
    return bool(scheme) and not (scheme == "file" and urlsplit(text).netloc in ("", "localhost"))


def _read(text: str, filename: str, most: int) -> Photograph:
    path = Path(unquote(urlsplit(text).path) if text.lower().startswith("file://") else text).expanduser()
    try:
        if not path.is_file():
            raise CallRefused(f"photo {str(path)[:200]!r}: there is no such file; give its whole path.")
        if path.stat().st_size > most:
            raise CallRefused(f"photo {str(path)[:200]!r}: larger than {most:,} bytes; give a smaller copy.")
        return Photograph(path.read_bytes(), filename or path.name)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CallRefused(f"photo {str(path)[:200]!r} cannot be read: {why}.") from error
