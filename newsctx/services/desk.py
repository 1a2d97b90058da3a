"""The part of the workbench about outside services: what may be asked, leave for a case, and the asking itself.

Nothing is sent without leave that stands in the case's trail, and what is sent stands there, too, before it goes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from newsctx.cache import StageCache, digest
from newsctx.cases import CaseStore
from newsctx.errors import ServiceRefused
from newsctx.media import Media
from newsctx.passages import plain
from newsctx.services import registry
from newsctx.services.geocoder import Lookup, Question, geocoder
from newsctx.services.leave import leave
from newsctx.services.registry import CHOSEN, NAMES, Service
from newsctx.settings import Settings

_CACHED = "geocoder"
_MOST = 2000  # characters that an entry keeps of what was sent


class ServiceDesk:
    """What the workbench does with outside services; `who` is the name that the analyst goes by."""

    _cases: CaseStore
    _media: Media
    _cache: StageCache
    settings: Settings

    @property
    def services(self) -> tuple[Service, ...]:
        """Everything that could leave this machine, and whether it can."""
        return registry.services(self.settings)

    def allow_service(self, case_id: str, service: str, on: bool = True, who: str = "", reason: str = "") -> None:
        """Choose an outside service for a case, or let go of it. Raises CaseNotFound, ServiceRefused."""
        if on:
            self._check_allowed(service)
        elif service not in CHOSEN:
            raise ServiceRefused(_unknown(service))
        if on != (leave(self._cases.trail(case_id), service) is not None):
            self._cases.record(case_id, "leave", who, {"service": service, "on": on, "reason": plain(reason)[:_MOST]})

    def note_sent(self, case_id: str, service: str, host: str, what: str, who: str = "") -> None:
        """Write down that something goes to a service, before it goes: opened by the browser, or asked for.

        Nothing is written of one that is switched off here: nothing can go to it.

        Raises CaseNotFound, ServiceRefused.
        """
        if service not in NAMES:
            raise ServiceRefused(_unknown(service))
        if service in CHOSEN:
            self._check_leave(case_id, service)
        if not any(one.id == service and one.open for one in self.services):
            return
        self._cases.record(
            case_id, "sent", who, {"service": service, "host": plain(host)[:300], "what": plain(what)[:_MOST]}
        )

    def geocoder_question(self, text: str) -> Question:
        """What looking a name up would send, and to whom; nothing is sent. Raises ServiceRefused."""
        self._check_allowed("geocoder")
        return geocoder(self.settings.services).question(text)

    def look_up_place(self, case_id: str, text: str, who: str = "") -> Lookup:
        """Ask the geocoder for a name, as `geocoder_question` shows it; an answer that is known is not asked for again.

        Raises CaseNotFound; ServiceRefused: not allowed here, not chosen for the case, unreachable or no usable answer.
        """
        question = self.geocoder_question(text)
        self._check_leave(case_id, "geocoder")
        key = digest("lookup 1", question)
        known = self._cache.get(_CACHED, key, Lookup)
        if known:
            return known[0].model_copy(update={"remembered": True})
        self.note_sent(case_id, "geocoder", question.host, question.text, who)
        answers = geocoder(self.settings.services).ask(question)
        today = datetime.now(UTC).date().isoformat()
        found = Lookup(text=question.text, host=question.host, asked=today, answers=answers)
        if answers:  # a place that is missing today can be on the map tomorrow
            self._cache.put(_CACHED, key, found, 0.0, self._cases.get(case_id).photo_sha256)  # goes with the photograph
        return found

    def upload_copy(self, case_id: str) -> Path:
        """A JPEG of the photograph's bare pixels, to be uploaded by hand: no metadata, no name. Raises CaseNotFound."""
        case, s = self._cases.get(case_id), self.settings.services
        return self._media.upload_copy(case.photo_sha256, lambda: self._cases.photo(case), s.copy_side, s.copy_quality)

    def _check_allowed(self, service: str) -> None:
        if service not in CHOSEN:
            raise ServiceRefused(_unknown(service))
        if service not in self.settings.services.allowed:
            raise ServiceRefused(
                f"{NAMES[service]} is switched off here (services.allowed): whoever runs this workbench decides that."
            )

    def _check_leave(self, case_id: str, service: str) -> None:
        self._check_allowed(service)
        if leave(self._cases.trail(case_id), service) is None:
            raise ServiceRefused(f"{NAMES[service]} was not chosen for this case: choose it first, nothing was sent.")


def _unknown(service: str) -> str:
    return f"There is no service {service[:40]!r} to choose. Known: {', '.join(CHOSEN)}."
