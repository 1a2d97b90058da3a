"""Canonical URLs: one article has one, whatever trackers, ports or fragments it was shared with.

Escaping, dot segments, letter case and the order of the query come from w3lib (Scrapy's library). Added here: tracking
parameters, default ports, the trailing slash. Hosts are never merged: `m.`, `amp.` and `www.` pages may differ in text.
"""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, url_query_cleaner

TRACKING = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "igshid", "twclid", "ttclid",
        "mc_cid", "mc_eid", "_ga", "_gl", "cmpid", "ncid", "smid", "ito", "ocid", "xtor", "mkt_tok", "oly_enc_id",
        "oly_anon_id", "vero_id", "wt_mc", "__twitter_impression",
    }
)  # fmt: skip
_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """The canonical form of an absolute http(s) URL.

    Raises:
        ValueError: not an absolute http or https URL with a host, or an impossible port.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{_short(text)} is not a URL: {error}") from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme.lower() not in _PORTS or not host or any(c.isspace() or not c.isprintable() for c in host):
        raise ValueError(f"{_short(text)} is not a web address: expected http://HOST/... or https://HOST/...")
    scheme = parts.scheme.lower()
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, _PORTS[scheme]):
        netloc += f":{port}"
    # user names and passwords in a URL are left out: they do not name another article and must not be stored
    try:
        plain = canonicalize_url(urlunsplit((scheme, netloc, parts.path or "/", _untracked(parts.query), "")))
    except (ValueError, UnicodeError) as error:
        raise ValueError(f"{_short(text)} is not a URL: {error}") from error
    head, mark, query = plain.partition("?")
    root = f"{scheme}://{urlsplit(plain).netloc}/"
    if head != root:
        head = head.rstrip("/")
    return f"{head}{mark}{query}"


def _untracked(query: str) -> str:
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    drop = sorted(n for n in names if n.lower() in TRACKING or n.lower().startswith("utm_"))
    if not drop:
        return query
    return url_query_cleaner(f"http://x/?{query}", drop, remove=True, unique=False).partition("?")[2]


def url_key(url: str) -> str:
    """What makes two addresses the same article: the canonical URL without its scheme (http and https are one page)."""
    return canonical_url(url).partition("://")[2]


def derived_id(url: str) -> str:
    """The article id of a row that has only a URL: 32 hexadecimal digits of the SHA-256 of `url_key`."""
    return hashlib.sha256(url_key(url).encode()).hexdigest()[:32]


def host_of(url: str) -> str:
    """`www.example.org` of a canonical URL, without its port."""
    return urlsplit(url).hostname or ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
