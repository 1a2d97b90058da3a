"""Addresses that an analyst's browser opens: they hold what the analyst typed for them, and nothing of the case."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from newsctx.addresses import why_not_public
from newsctx.errors import ServiceRefused

MOST = 2000  # characters of an address, as `imports.max_line`
ARCHIVE = "https://web.archive.org/web/*/"
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_INSIDE = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".intranet")  # names of houses, not of the web


@dataclass(frozen=True)
class Engine:
    """One place to search for a picture."""

    id: str
    name: str
    page: str  # where a picture is uploaded by hand
    by_address: str = ""  # what a picture's address is put behind; empty: it takes none

    @property
    def host(self) -> str:
        return urlsplit(self.page).netloc

    def link(self, picture: str = "") -> str:
        """Where the browser goes: the upload page, or the search for a picture's public address.

        Raises ServiceRefused for an address that is none, or that is not public.
        """
        if not picture.strip():
            return self.page
        if not self.by_address:
            raise ServiceRefused(f"{self.name} takes no address of a picture: open its page without one.")
        return self.by_address + quote(public_address(picture), safe="")


ENGINES: tuple[Engine, ...] = (
    Engine("google", "Google Lens", "https://lens.google.com/", "https://lens.google.com/uploadbyurl?url="),
    Engine(
        "bing", "Bing Visual Search", "https://www.bing.com/visualsearch",
        "https://www.bing.com/images/searchbyimage?cbir=sbi&imgurl=",
    ),
    Engine(
        "yandex", "Yandex Images", "https://yandex.com/images/",
        "https://yandex.com/images/search?rpt=imageview&url=",
    ),
    Engine("tineye", "TinEye", "https://tineye.com/", "https://tineye.com/search?url="),
    Engine("invid", "InVID-WeVerify (browser extension)", "https://weverify.eu/verification-plugin/"),
)  # fmt: skip


def engine(name: str) -> Engine:
    """Raises ServiceRefused for an unknown one."""
    found = next((e for e in ENGINES if e.id == name), None)
    if found is None:
        raise ServiceRefused(
            f"There is no search engine {name[:40]!r} here. Known: {', '.join(e.id for e in ENGINES)}."
        )
    return found


def archive_link(article: str) -> str:
    """What the Internet Archive has kept of an address. Raises ServiceRefused, as `public_address`."""
    return ARCHIVE + quote(public_address(article), safe=":/?&=%;,+~@!$'()-._")


def host_of(text: str) -> str:
    """Host and port of an http or https address, without user and password; empty where it is none."""
    try:
        parts = urlsplit(text.strip())
        return parts.netloc.rpartition("@")[2] if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def public_address(text: str) -> str:
    """An http or https address of the public web, without a fragment: others must not learn what a house calls its own.

    Raises ServiceRefused.
    """
    text = text.strip()
    expected = "expected http://HOST/... or https://HOST/... of the public web"
    if len(text) > MOST:
        raise ServiceRefused(f"The address has {len(text):,} characters; at most {MOST:,} are taken.")
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".").lower()
        sound = parts.scheme in ("http", "https") and bool(host) and (parts.port or 1) and text.isprintable()
    except ValueError:
        sound, host = False, ""
    if not sound or any(c.isspace() or c in '\\"<>' for c in text):
        raise ServiceRefused(f"{text[:80]!r} is no address of a page or picture: {expected}.")
    if "@" in parts.netloc:
        raise ServiceRefused(f"The address of {host[:80]!r} has a user or password: take it out.")
    if why := _not_public(host):
        raise ServiceRefused(f"{host[:80]!r} is {why}: nobody outside could open it; {expected}.")
    return parts._replace(fragment="").geturl()


def _not_public(host: str) -> str:
    try:
        return why_not_public(ipaddress.ip_address(host))
    except ValueError:
        pass
    if "." not in host or _NUMBER.fullmatch(host.rpartition(".")[2]):  # `intranet`, 127.1, 0x7f.1: read as 127.0.0.1
        return "no name of the public web"
    return "a name inside a house" if host.endswith(_INSIDE) else ""
