"""The list of what can leave this machine: to whom, what they would see, whether it is off, and how to keep it off.

A connection that is not listed here is a defect: `tests/services` runs a whole analysis without a network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from newsctx.records import Record
from newsctx.settings import ServiceName, Settings

ServiceId = Literal[
    "reverse_search", "web_archive", "geocoder", "fetch", "language_model", "model_hub", "article_links",
    "map_tiles", "fonts", "analytics",
]  # fmt: skip
#: off: switched off by the settings. unset: nothing is set up that it could ask. choose: off until an analyst chooses
#: it in a case. click: asked by an analyst's own click on an address that is shown. local: it is on this machine.
#: never: this program makes no such connection.
Standing = Literal["off", "unset", "choose", "click", "local", "never"]
#: Who would talk to it.
Way = Literal["browser", "machine", "none"]

NAMES: dict[ServiceId, str] = {
    "reverse_search": "Reverse image search", "web_archive": "Web archive", "geocoder": "Geocoder",
    "fetch": "Fetching an article", "language_model": "Language model behind a server",
    "model_hub": "Model downloads", "article_links": "Links to articles", "map_tiles": "Map tiles",
    "fonts": "Fonts", "analytics": "Usage statistics",
}  # fmt: skip
DOES: dict[ServiceId, str] = {
    "reverse_search": "Opens a search engine's own page: you upload the photograph there, or give its address.",
    "web_archive": "Opens what the Internet Archive has kept of an article's address.",
    "geocoder": "Looks up a place that the built-in gazetteer does not know.",
    "fetch": "Reads one page, whose address you type, into the case as an article.",
    "language_model": "Has the caption written by a model on another machine.",
    "model_hub": "Fetches, once, the weights of a profile that you choose or of a model that the settings name.",
    "article_links": "A headline with an address opens the outlet's page.",
    "map_tiles": "Maps are drawn here from outlines that come with the program.",
    "fonts": "Texts are set in the fonts of your system.",
    "analytics": "The interface's framework would count starts and events; it is told not to before it loads.",
}
SEES: dict[ServiceId, str] = {
    "reverse_search": "Your browser's internet address, and what you give it there: the photograph that you upload or "
    "the address that you type. This program uploads nothing. A link without an address tells only that somebody "
    "opened the page.",
    "web_archive": "Your browser's internet address and the address of the article.",
    "geocoder": "The name that you look up, this machine's internet address and the program's name. No photograph, no "
    "note, nothing else of the case.",
    "fetch": "This machine's internet address and which page was asked for.",
    "language_model": "The photograph, re-encoded and without metadata, and the evidence in the prompts that are shown "
    "beforehand; this machine's internet address.",
    "model_hub": "Which model is fetched, and this machine's internet address. Nothing of any case.",
    "article_links": "Your browser's internet address and that somebody opened the article. Not from where.",
    "map_tiles": "Nothing.",
    "fonts": "Nothing.",
    "analytics": "Nothing.",
}
ENDS: dict[ServiceId, str] = {  # how it is kept off for good
    "reverse_search": "Leave reverse_search out of services.allowed.",
    "web_archive": "Leave web_archive out of services.allowed.",
    "geocoder": "Leave geocoder out of services.allowed, or name a server of your own in services.geocoder_url.",
    "fetch": "Set fetch.enabled to false.",
    "language_model": "Leave caption.model empty, or name a server on this machine in caption.base_url.",
    "model_hub": "Set the environment variable HF_HUB_OFFLINE to 1 and stay with the embedded profile.",
    "article_links": "They are ordinary links: nothing happens before you follow one.",
    "map_tiles": "Nothing to switch off.",
    "fonts": "Nothing to switch off.",
    "analytics": "It is off; no setting turns it on.",
}
ORDER: tuple[ServiceId, ...] = tuple(NAMES)
CHOSEN: tuple[ServiceName, ...] = ("reverse_search", "web_archive", "geocoder")  # in a case, by an analyst

#: Hosts and privacy policies of those whose operators are known beforehand.
HOSTS: dict[ServiceId, tuple[str, ...]] = {
    "reverse_search": ("lens.google.com", "www.bing.com", "yandex.com", "tineye.com", "weverify.eu"),
    "web_archive": ("web.archive.org",),
}
POLICIES: dict[str, str] = {
    "lens.google.com": "https://policies.google.com/privacy",
    "www.bing.com": "https://privacy.microsoft.com/privacystatement",
    "yandex.com": "https://yandex.com/legal/confidential/",
    "tineye.com": "https://tineye.com/privacy",
    "web.archive.org": "https://archive.org/about/terms.php",
    "nominatim.openstreetmap.org": "https://osmfoundation.org/wiki/Privacy_Policy",
    "huggingface.co": "https://huggingface.co/privacy",
}


class Service(Record):
    """One way out of this machine, as it stands here."""

    id: ServiceId
    name: str
    does: str
    way: Way
    hosts: tuple[str, ...] = ()  # empty: the host is in an address that is shown each time, or there is none
    sees: str
    standing: Standing
    by: str = ""  # the setting or variable that makes it so; empty: how the program is made
    ends: str
    policies: tuple[tuple[str, str], ...] = ()  # host, address of its operator's privacy policy

    @property
    def open(self) -> bool:
        """Whether anything could leave by it, if somebody chose to."""
        return self.standing in ("choose", "click")


def services(settings: Settings, environment: Mapping[str, str] | None = None) -> tuple[Service, ...]:
    """Every service as the settings and the environment leave it."""
    environment = os.environ if environment is None else environment
    return tuple(_service(one, settings, environment) for one in ORDER)


def _service(one: ServiceId, settings: Settings, environment: Mapping[str, str]) -> Service:
    standing, by = _standing(one, settings, environment)
    hosts = _hosts(one, settings, environment)
    return Service(
        id=one, name=NAMES[one], does=DOES[one], way=_WAYS.get(one, "none"), hosts=hosts, sees=SEES[one],
        standing=standing, by=by, ends=ENDS[one], policies=tuple((h, POLICIES[h]) for h in hosts if h in POLICIES),
    )  # fmt: skip


_WAYS: dict[ServiceId, Way] = {
    "reverse_search": "browser", "web_archive": "browser", "article_links": "browser", "geocoder": "machine",
    "fetch": "machine", "language_model": "machine", "model_hub": "machine",
}  # fmt: skip


def _hosts(one: ServiceId, settings: Settings, environment: Mapping[str, str]) -> tuple[str, ...]:
    match one:
        case "geocoder":
            return (_host(settings.services.geocoder_url),)
        case "language_model":
            return (_host(settings.caption.base_url),)
        case "model_hub":
            return (_host(environment.get("HF_ENDPOINT") or "https://huggingface.co"),)
    return HOSTS.get(one, ())


def _standing(one: ServiceId, settings: Settings, environment: Mapping[str, str]) -> tuple[Standing, str]:
    match one:
        case "reverse_search" | "web_archive" | "geocoder":
            return ("choose" if one in settings.services.allowed else "off"), "services.allowed"
        case "fetch":
            return ("click" if settings.fetch.enabled else "off"), "fetch.enabled"
        case "language_model":
            if not settings.caption.model:
                return "unset", "caption.model"
            return ("local" if _loopback(settings.caption.base_url) else "choose"), "caption.base_url"
        case "model_hub":
            off = any(environment.get(n, "").upper() in _YES for n in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
            return ("off" if off else "click"), "HF_HUB_OFFLINE"
        case "article_links":
            return "click", ""
    return "never", ""


_YES = ("1", "ON", "YES", "TRUE")  # as the hub's library reads its variables


def _host(url: str) -> str:
    """Host and port as a browser would show them; never user or password."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _loopback(url: str) -> bool:
    from newsctx.writers.openai_writer import is_loopback

    return is_loopback(urlsplit(url).hostname or "")
