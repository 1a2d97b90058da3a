"""Looking up one place at a Nominatim server, through geopy; asked by `desk` alone, after the analyst said so.

The server is one that the operator named, and is trusted with the question; its answer is not trusted: its size, its
time and its form are bounded, redirects are not followed, and names become plain text. No cookies, no credentials, no
proxies of the environment: the request goes to the host that was shown.
"""

from __future__ import annotations

import json
import queue
import threading
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderRateLimited, GeocoderServiceError, GeocoderTimedOut, GeocoderUnavailable, GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from newsctx.errors import ServiceRefused
from newsctx.passages import plain
from newsctx.records import Place, PlaceLevel, Record
from newsctx.settings import ServicesSettings

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"  # https://www.openstreetmap.org/copyright asks for it
LICENCE = "https://www.openstreetmap.org/copyright"
LANGUAGE = "en"  # of the names, as the gazetteer's
INSTEAD = "set a place that the gazetteer knows, or click on the map"
_LETTERS = 200  # of a name that is kept
_KINDS: dict[PlaceLevel, frozenset[str]] = {
    "continent": frozenset({"continent"}),
    "country": frozenset({"country"}),
    "region": frozenset({"state", "region", "province", "county", "state_district", "district", "archipelago"}),
    "city": frozenset({"city", "town", "village", "municipality", "hamlet", "borough"}),
}
_CITIES = ("city", "town", "village", "municipality", "hamlet")
_REGIONS = ("state", "region", "province", "state_district", "county")


class Question(Record):
    """What would be sent: all of it."""

    text: str
    host: str
    url: str
    agent: str


class GeoAnswer(Record):
    """One place that a server knows by the name."""

    title: str  # the whole hierarchy, as the server writes it
    place: Place


class Lookup(Record):
    """What a question came to."""

    text: str
    host: str
    asked: str  # ISO date; of a remembered answer the day on which it was sent
    answers: tuple[GeoAnswer, ...] = ()
    remembered: bool = False  # nothing was sent this time

    def origin(self) -> str:
        """Where a place of this answer is from, for the audit trail and reports."""
        return f"Place from Nominatim ({self.host}), {ATTRIBUTION}; asked for “{self.text}” on {self.asked}."


class _Raw(BaseModel):
    """What is read of an answer; anything else in it is left unread."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    display_name: Annotated[str, Field(min_length=1, max_length=5000)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    name: str = ""
    kind: str = Field("", validation_alias=AliasChoices("addresstype", "type"))
    address: dict[str, Any] = Field(default_factory=dict)


_ANSWERS = TypeAdapter(list[_Raw])


class Geocoder:
    """One server, asked by one thread at a time and not too often."""

    def __init__(self, settings: ServicesSettings) -> None:
        self._settings = settings
        self._ask = RateLimiter(
            self._nominatim(_Bounded).geocode, min_delay_seconds=settings.geocoder_wait,
            error_wait_seconds=settings.geocoder_wait, max_retries=0, swallow_exceptions=False,
        )  # fmt: skip
        self._turn = threading.Lock()

    @property
    def host(self) -> str:
        return urlsplit(self._settings.geocoder_url).netloc

    def question(self, text: str) -> Question:
        """What `ask` would send, nothing is sent. Raises ServiceRefused for a name that is none."""
        text, most = plain(text), self._settings.geocoder_chars
        if not text:
            raise ServiceRefused("There is no name to look up: type the name of a place.")
        if len(text) > most:
            raise ServiceRefused(f"The name has {len(text):,} characters; at most {most} are sent: shorten it.")
        noted = _Noting()
        self._nominatim(lambda s: noted).geocode(text, **self._named())
        return Question(text=text, host=self.host, url=noted.url, agent=self._settings.geocoder_agent)

    def ask(self, question: Question) -> tuple[GeoAnswer, ...]:
        """Send a question and read the answer; no place is no error. Raises ServiceRefused."""
        host, most = self.host, self._settings.geocoder_seconds
        if not self._turn.acquire(timeout=most):
            raise ServiceRefused(f"Others are asking {host} at the moment: try again in a few seconds.")
        try:
            found = self._ask(question.text, **self._named())
        except GeocoderRateLimited as error:
            raise ServiceRefused(f"{host} wants to be asked less often: try again later, or {INSTEAD}.") from error
        except GeocoderTimedOut as error:
            raise ServiceRefused(f"{host} did not answer within {most:g} seconds: try again, or {INSTEAD}.") from error
        except GeocoderUnavailable as error:
            raise ServiceRefused(
                f"{host} cannot be reached from this machine ({_short(error)}): nothing was looked up; {INSTEAD}."
            ) from error
        except (GeopyError, ValueError, TypeError, AttributeError) as error:
            raise ServiceRefused(f"{host} gave no usable answer ({_short(error)}): {INSTEAD}.") from error
        finally:
            self._turn.release()
        return tuple(_answer(_Raw.model_validate(one.raw)) for one in (found or ())[: self._settings.geocoder_answers])

    def _named(self) -> dict[str, Any]:
        return {
            "exactly_one": False, "limit": self._settings.geocoder_answers, "addressdetails": True,
            "language": LANGUAGE, "timeout": self._settings.geocoder_seconds,
        }  # fmt: skip

    def _nominatim(self, adapter: Any) -> Nominatim:
        s = self._settings
        parts = urlsplit(s.geocoder_url)
        return Nominatim(
            domain=parts.netloc + parts.path, scheme=parts.scheme, user_agent=s.geocoder_agent, proxies={},
            adapter_factory=lambda **_: adapter(s),
        )  # fmt: skip


@cache
def geocoder(settings: ServicesSettings) -> Geocoder:
    """The one of this process: the server's patience is one for all who ask."""
    return Geocoder(settings)


# --- one request ------------------------------------------------------------------------------------------------------


class _Noting(BaseSyncAdapter):
    """Notes the address that would be asked, and asks nobody."""

    def __init__(self) -> None:
        super().__init__(proxies={}, ssl_context=None)
        self.url = ""

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> list[Any]:
        self.url = url
        return []

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        raise NotImplementedError


class _Bounded(BaseSyncAdapter):
    """Gets a list of places, or says what is wrong with the answer."""

    def __init__(self, settings: ServicesSettings) -> None:
        super().__init__(proxies={}, ssl_context=None)
        self._most = settings.geocoder_bytes

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> list[dict[str, Any]]:
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            said = json.loads(text)
            _ANSWERS.validate_python(said)
        except (ValidationError, ValueError, RecursionError) as error:
            raise GeocoderServiceError("it is no list of places") from error
        return [dict(one) for one in said]

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        """The whole answer within the time: a server that drips is left alone with its connection."""
        client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, headers=dict(headers))
        came: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                came.put(self._body(client, url))
            except Exception as error:  # handed to the caller
                came.put(error)

        threading.Thread(target=work, name="geocoder", daemon=True).start()
        try:
            found = came.get(timeout=timeout)
        except queue.Empty as error:
            raise GeocoderTimedOut("too slow") from error
        finally:
            threading.Thread(target=client.close, daemon=True).start()  # it may wait for what it closes
        match found:
            case bytes():
                return found.decode("utf-8", "replace")
            case AdapterHTTPError() | GeopyError():  # the first is an OSError, too
                raise found
            case httpx.TimeoutException():
                raise GeocoderTimedOut("too slow") from found
            case httpx.TransportError() | OSError():
                raise GeocoderUnavailable(str(found) or type(found).__name__) from found
        raise GeocoderServiceError(f"{type(found).__name__}: {found}") from found

    def _body(self, client: httpx.Client, url: str) -> bytes:
        with client.stream("GET", url, headers={"Accept": "application/json", "Accept-Encoding": "identity"}) as said:
            if said.is_redirect:
                raise GeocoderServiceError(f"it redirects to {said.headers.get('location', '')[:80]!r}")
            if said.status_code != 200:
                raise AdapterHTTPError(
                    f"status {said.status_code}", status_code=said.status_code, headers=dict(said.headers), text=None
                )
            if said.headers.get("content-encoding", "identity").lower() != "identity":
                raise GeocoderServiceError("it is packed, which was not asked for")
            body = bytearray()
            for part in said.iter_raw():
                body += part
                if len(body) > self._most:
                    raise GeocoderServiceError(f"it has more than {self._most:,} bytes (services.geocoder_bytes)")
            return bytes(body)


# --- the answer -------------------------------------------------------------------------------------------------------


def _answer(raw: _Raw) -> GeoAnswer:
    title = plain(raw.display_name)[:_LETTERS]
    name = plain(raw.name)[:_LETTERS] or title.split(",")[0].strip() or f"{raw.lat:.4f}, {raw.lon:.4f}"
    level = next((level for level, kinds in _KINDS.items() if raw.kind in kinds), "venue")
    country, code, continent = _country(raw)
    city = _first(raw, _CITIES) if level == "venue" else ""
    region = _first(raw, _REGIONS) if level in ("venue", "city") else ""
    place = Place(
        name=name, level=level, city="" if city == name else city, region="" if region == name else region,
        country=country, country_code=code, continent=continent, lat=raw.lat, lon=raw.lon,
    )  # fmt: skip
    return GeoAnswer(title=title or name, place=place)


def _country(raw: _Raw) -> tuple[str, str, str]:
    """Name, code and continent as the gazetteer has them, so that the place compares with those of articles."""
    from newsctx.pipeline import gazetteer  # loads the world's places, which nobody needs to list services

    known = gazetteer().gazetteer
    code = str(raw.address.get("country_code") or "").upper()[:2]
    entry = known.countries.get(code)
    if entry is None:
        return _first(raw, ("country",)), "", ""
    return entry["name"], code, known.continents.get(entry.get("continentcode", ""), "")


def _first(raw: _Raw, names: tuple[str, ...]) -> str:
    said = (raw.address.get(name) for name in names)
    return next((text for one in said if isinstance(one, str) and (text := plain(one)[:_LETTERS])), "")


def _short(error: Exception) -> str:
    return plain(str(error))[:160] or type(error).__name__
