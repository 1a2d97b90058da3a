"""Outside services: what could leave this machine, what each would see, and the step before anything does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsctx.services.geocoder import ATTRIBUTION, LICENCE, Lookup
from newsctx.services.leave import last_sent, leave
from newsctx.services.links import ENGINES
from newsctx.services.registry import CHOSEN, DOES, ENDS, NAMES, SEES, Service
from newsctx.ui.html import link, moment, picture
from newsctx.ui.language import tr
from newsctx.ui.page import Page
from newsctx.ui.trail import who

if TYPE_CHECKING:
    from newsctx.audit import AuditEntry

TEMPLATE = "services.html"
OFFERED = 20  # addresses of articles that the web archive's field offers
STANDINGS = {
    "off": "switched off here", "unset": "off: nothing is set up", "choose": "off until chosen",
    "click": "by your click", "local": "on this machine", "never": "never",
}  # fmt: skip
WAYS = {"browser": "your browser", "machine": "this machine", "none": "nobody"}


@dataclass(frozen=True)
class Asked:
    """A step that waits for the analyst's word, and what came of it."""

    service: str
    host: str
    url: str  # that is opened or asked, whole
    what: str = ""  # what the analyst typed for it
    name: str = ""  # of a search engine
    agent: str = ""  # how the request names itself
    going: bool = False
    found: Lookup | None = None
    problem: str = ""


def view(page: Page) -> dict[str, Any]:
    """A card for each service."""
    return {
        "case": page.case is not None,
        "cards": [card(page, one) for one in page.services],
        "engines": [{"id": e.id, "name": e.name, "host": e.host, "takes": bool(e.by_address)} for e in ENGINES],
        "addresses": addresses(page),
        "copy": upload_copy(page),
        "sizes": sizes(page),
    }


def card(page: Page, one: Service) -> dict[str, Any]:
    """One service with its state in this case; `ask` is the step that waits, where it is this one's."""
    trail = page.history.trail
    given, sent = standing_leave(page, one), last_used(page, one)
    offered = one.id in CHOSEN and page.case is not None and choosable(page, one.id)
    asked = page.look.service
    return {
        "id": one.id,
        "name": tr(NAMES[one.id]),
        "does": tr(DOES[one.id]),
        "sees": tr(SEES[one.id]),
        "ends": tr(ENDS[one.id]),
        "hosts": ", ".join(one.hosts) if one.standing != "unset" else "",
        "way": tr(WAYS[one.way]) if one.way != "none" else "",
        "standing": "chosen" if given else one.standing,
        "standing_title": tr("chosen for this case") if given else tr(STANDINGS[one.standing]),
        "by": one.by,
        "given": given,
        "last": sent,
        "open": one.open,
        "policies": [{"host": host, "url": url} for host, url in one.policies],
        "choosable": offered,
        "trail": bool(trail),
        "asked": confirm(asked, bool(given))
        if isinstance(asked, Asked) and asked.service == one.id and offered
        else None,
    }


def confirm(asked: Asked, given: bool) -> dict[str, Any]:
    """The step before something leaves: all of what goes, and to whom."""
    return {
        "service": asked.service, "host": asked.host, "url": asked.url, "what": asked.what, "name": asked.name,
        "agent": asked.agent, "going": asked.going, "problem": asked.problem, "given": given,
    }  # fmt: skip


def standing_leave(page: Page, one: Service) -> dict[str, str] | None:
    """By whom and when a service was chosen for this case; None where it is not."""
    if one.id == "language_model":
        made = [e for e in page.history.trail if e.detail.get("override", {}).get("action") == "allow_remote"]
        return _entry(made[-1]) if made and page.edits.allowed else None
    found = leave(page.history.trail, one.id) if one.standing == "choose" else None
    return _entry(found) if found else None


def last_used(page: Page, one: Service) -> dict[str, str] | None:
    """When something went there last, and what."""
    if one.id == "language_model":  # its versions say so: each names the server that wrote it
        versions = page.case.captions if page.case else ()
        wrote = [v for v in versions if v.caption.sent and v.caption.writer.endswith(f"({''.join(one.hosts)})")]
        return {"who": "", "made": moment(wrote[-1].made), "what": wrote[-1].caption.writer} if wrote else None
    found = last_sent(page.history.trail, one.id)
    return _entry(found) if found else None


def _entry(entry: AuditEntry) -> dict[str, str]:
    what, host = str(entry.detail.get("what") or ""), str(entry.detail.get("host") or "")
    return {"who": who(entry), "made": moment(entry.made), "what": ": ".join(filter(None, (host, what)))}


def addresses(page: Page) -> list[dict[str, str]]:
    """Articles of this case that have an address, best first, for the web archive."""
    hits = (page.hits(page.latest) if page.latest else None) or ()
    cards = [page.card(h.article_id) for h in hits]
    return [{"url": link(c.url), "headline": c.headline} for c in cards if link(c.url)][:OFFERED]


def upload_copy(page: Page) -> str:
    """Where the copy without metadata lies; empty where the search was not chosen or the photograph is covered."""
    if page.case is None or not chosen(page, "reverse_search"):
        return ""
    return picture(page.pictures.upload_copy(page.case.case_id))


def choosable(page: Page, service: str) -> bool:
    """Whether a service may be chosen here at all, by who looks at the page."""
    return page.right in ("edit", "own") and any(s.id == service and s.standing == "choose" for s in page.services)


def chosen(page: Page, service: str) -> bool:
    """Whether a service may be asked in this case."""
    return choosable(page, service) and leave(page.history.trail, service) is not None


def sizes(page: Page) -> str:
    """`clip: 605 MB` of every profile with weights that are not on this machine."""
    from newsctx.ui.profiles_panel import short, to_fetch

    missing = [c for c in page.profiles if "missing" in (c.weights, c.second.weights)]
    return ", ".join(f"{short(c.name)}: {to_fetch(c)}" for c in missing if to_fetch(c))


def geocoder(page: Page) -> dict[str, Any]:
    """The form below the place: nothing of it where the geocoder is switched off here."""
    service = next((s for s in page.services if s.id == "geocoder"), None)
    asked = page.look.service
    mine = isinstance(asked, Asked) and asked.service == "geocoder"
    found = asked.found if mine else None
    return {
        "on": choosable(page, "geocoder"),
        "host": ", ".join(service.hosts) if service else "",
        "asked": confirm(asked, chosen(page, "geocoder")) if mine else None,
        "found": None if found is None else {
            "text": found.text, "host": found.host, "asked": found.asked, "remembered": found.remembered,
            "rows": [{"index": i, "title": a.title, "name": a.place.name, "lat": f"{a.place.lat:.4f}",
                      "lon": f"{a.place.lon:.4f}"} for i, a in enumerate(found.answers)],
        },
        "attribution": ATTRIBUTION,
        "licence": LICENCE,
        "origin": origin(page),
    }  # fmt: skip


def origin(page: Page) -> str:
    """Where the place that was set by hand is from, where it is from a geocoder: its licence asks for the credit."""
    made = [o for o in (page.document.overrides if page.document else ()) if o.action == "set_place"]
    return made[-1].reason if made and made[-1].place and ATTRIBUTION in made[-1].reason else ""
