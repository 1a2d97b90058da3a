"""The models: every profile with what it costs in download, memory and encoding, and the way to change it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsctx import hub
from newsctx.ui.language import decimal, number, tr, trn
from newsctx.ui.page import Page

if TYPE_CHECKING:
    from newsctx.profile_choices import Choice
    from newsctx.switching import SwitchState

TEMPLATE = "profiles.html"
ENCODED = {
    "photographs": "photographs", "photographs, second encoder": "photographs, second encoder",
    "texts": "texts", "local features": "local features",
}  # fmt: skip


def view(page: Page) -> dict[str, Any]:
    """A card per profile; while a switch is at work, how far it has come."""
    switch = page.switch if page.switch and page.switch.running else None
    return {
        "current": page.archive.profile,
        "label": label(page.archive.profile, switch),
        "locked": page.profile_locked,
        "cards": [card(c, switch, bool(page.profile_locked)) for c in page.profiles],
        "progress": progress(switch) if switch else None,
        "cache": home_relative(hub.cache_folder()),
    }


def label(current: str, switch: SwitchState | None) -> str:
    """What the button in the head line says: `embedded`, or `embedded → clip: photographs 43%`."""
    if switch is None:
        return short(current)
    share = f": {encoded(switch)} {percent(switch)}%" if switch.total else ""
    return f"{short(switch.before)} → {short(switch.target)}{share}"


def card(choice: Choice, switch: SwitchState | None, locked: bool) -> dict[str, Any]:
    """One profile; an empty `action` has no button."""
    return {
        "name": choice.name,
        "short": short(choice.name),
        "summary": _sentence(choice.summary),
        "current": choice.current,
        "works": choice.works,
        "target": switch is not None and switch.target == choice.name,
        "rows": rows(choice),
        "reason": _sentence(choice.reason),
        "fetch": "" if locked else choice.fetch,  # a visitor of somebody else's machine cannot follow it
        "action": action(choice),
        "disabled": locked or switch is not None,
    }


def rows(choice: Choice) -> list[dict[str, str]]:
    """Name, value and state (`ok` or `cost`) of everything that the choice means."""
    found = [
        {"name": tr("Model"), "value": choice.model or tr("none"), "state": ""},
        *second(choice),
        {"name": tr("Download"), **download(choice)},
        {"name": tr("Memory"), "value": memory(choice), "state": ""},
        {"name": tr("This archive"), **archive(choice)},
    ]
    if choice.model:
        places, events = choice.scorers
        same = tr("%(scorers)s scorers", scorers=places)
        value = same if places == events else tr("places %(places)s, events %(events)s", places=places, events=events)
        found.append({"name": tr("Scorers"), "value": value, "state": ""})
    return found


def second(choice: Choice) -> list[dict[str, str]]:
    """The second image encoder; nothing for a profile without one."""
    if not choice.second.model:
        return []
    idle = choice.current and choice.works and not choice.second.loaded
    value = tr("%(model)s, not loaded", model=choice.second.model) if idle else choice.second.model
    return [{"name": tr("Second encoder"), "value": value, "state": "cost" if idle else ""}]


def download(choice: Choice) -> dict[str, str]:
    """Whether the weights are here, and how much there is to fetch."""
    size = to_fetch(choice)
    match "missing" if choice.second.weights == "missing" else choice.weights:
        case "here":
            return {"value": tr("nothing: on this machine"), "state": "ok"}
        case "missing":
            return {"value": tr("%(size)s, once: not on this machine", size=size or tr("weights")), "state": "cost"}
        case "none":
            return {"value": tr("nothing"), "state": ""}
    return {"value": size or tr("not known"), "state": ""}


def to_fetch(choice: Choice) -> str:
    """Size of the weights that are not on this machine; of all of them where none is missing; empty: not known."""
    parts = [(choice.weights, choice.cost)] if choice.model else []
    parts += [(choice.second.weights, choice.second.cost)] if choice.second.model else []
    missing = [cost for state, cost in parts if state == "missing"] or [cost for _, cost in parts]
    return megabytes(sum(c.download for c in missing if c)) if missing and all(missing) else ""


def memory(choice: Choice) -> str:
    """What the models take, where there are any."""
    if not choice.model and not choice.second.model:
        return tr("no image-text model")
    costs = ([choice.cost] if choice.model else []) + ([choice.second.cost] if choice.second.model else [])
    total = megabytes(sum(c.memory for c in costs if c))
    return tr("about %(size)s", size=total) if all(costs) else tr("not known")


def archive(choice: Choice) -> dict[str, str]:
    """What is left to encode, and how long that takes."""
    if choice.ready:
        value = tr("searched with it") if choice.works else tr("encoded already, a switch takes seconds")
        return {"value": value if choice.model or choice.works else tr("nothing to encode"), "state": "ok"}
    if not choice.model:
        return {"value": tr("words and local features to index"), "state": "cost"}
    parts: list[str] = []
    if choice.photos_left or choice.articles:
        parts += [
            _count(choice.photos_left, choice.photos),
            trn("texts of %(num)s article", "texts of %(num)s articles", choice.articles),
        ]
    if choice.second.photos_left:
        count = _count(choice.second.photos_left, choice.photos)
        parts.append(tr("%(photographs)s by the second encoder", photographs=count))
    if choice.seconds is not None:
        parts.append(tr("%(time)s on this CPU", time=duration(choice.seconds)))
    return {"value": tr("to encode: %(what)s", what=", ".join(parts)), "state": "cost"}


def _count(left: int, photos: int) -> str:
    if left >= photos:
        return trn("%(num)s photograph", "%(num)s photographs", left)
    return tr("%(left)s of %(all)s photographs", left=number(left), all=number(photos))


def action(choice: Choice) -> str:
    """What the button does."""
    idle = bool(choice.second.model) and not choice.second.loaded
    if choice.current and choice.works and not idle:
        return ""
    if "missing" in (choice.weights, choice.second.weights):
        size = to_fetch(choice)
        if choice.current:
            return tr("Fetch %(size)s and load", size=size) if size else tr("Fetch and load")
        return tr("Fetch %(size)s and switch", size=size) if size else tr("Fetch and switch")
    if choice.current and choice.works:
        return tr("Load the second encoder")
    if choice.current:
        return tr("Index the archive with it")
    return tr("Switch") if choice.ready else tr("Encode and switch")


def progress(switch: SwitchState) -> dict[str, Any]:
    """The line and the bar of a switch at work."""
    if switch.cancelling:
        text = tr("Stopping after this step…")
    elif switch.phase == "loading":
        text = tr("Loading the models; weights that are not here are fetched first…")
    else:
        left = switch.seconds_left
        known = {"what": encoded(switch), "done": number(switch.done), "total": number(switch.total)}
        if left is None:
            text = tr("Encoding %(what)s: %(done)s of %(total)s.", **known)
        else:
            text = tr("Encoding %(what)s: %(done)s of %(total)s, %(time)s left.", **known, time=duration(left))
    return {
        "target": short(switch.target),
        "before": short(switch.before),
        "text": text,
        "percent": percent(switch),
        "known": bool(switch.total),
        "cancelling": switch.cancelling,
    }


def encoded(switch: SwitchState) -> str:
    """What is being encoded."""
    return tr(ENCODED.get(switch.what, "")) or switch.what


def percent(switch: SwitchState) -> int:
    """Of what is being encoded, 0-100."""
    return 100 * switch.done // switch.total if switch.total else 0


def home_relative(path: str) -> str:
    """`~/.cache/...` for a folder of the user."""
    home = str(Path.home())
    return "~" + path.removeprefix(home) if path.startswith(home + "/") else path


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", "!", "?")) else ".")


def short(name: str) -> str:
    """A profile's name; of a folder only the last part."""
    return name.rstrip("/").rpartition("/")[2] if name.startswith("local-dir:") else name


def megabytes(count: int) -> str:
    """`605 MB`, `1.7 GB`."""
    return f"{count} MB" if count < 1000 else f"{decimal(count / 1000, 1)} GB"


def duration(seconds: float) -> str:
    """`under a minute`, `about 6 min`, `about 3 h`."""
    if seconds < 50:
        return tr("under a minute")
    if seconds < 90 * 60:
        return tr("about %(num)s min", num=max(1, round(seconds / 60)))
    return tr("about %(num)s h", num=round(seconds / 3600))
