"""One row of a source: which fields an article has, and what they may hold.

`parse_row` turns a dictionary of any origin (JSON, CSV cells, Parquet values) into a `Row`, or refuses it with a
reason. Everything is untrusted text: control characters go, Unicode is NFC, lengths are bounded.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import regex

from newsctx.archive.urls import canonical_url, derived_id, host_of, url_key
from newsctx.placement import paragraphs
from newsctx.settings import ImportSettings
from newsctx.unicodetext import stream_safe, well_formed

# C0/C1 controls except tab and newline, non-characters, and bidirectional overrides (they forge text)
_UNWANTED = regex.compile(r"[\p{Cc}--[\t\n]]|\p{Noncharacter_Code_Point}|[\u202a-\u202e\u2066-\u2069\ufeff]", regex.V1)
_SPACE = regex.compile(r"\s+")


class RowRejected(ValueError):
    """The row is no article; the message is the reason that the import reports."""


@dataclass(frozen=True)
class ImageRef:
    """A photograph as the source names it, before any file was read."""

    path: str = ""
    url: str = ""
    caption: str = ""
    position: int | None = None  # paragraph of the body


@dataclass(frozen=True)
class Row:
    """A checked row; `published` is still the source's own text."""

    article_id: str  # given, else derived from the URL
    url: str = ""  # canonical
    url_key: str = ""
    source: str = ""
    headline: str = ""
    abstract: str = ""
    body: str = ""
    published: str | int = ""
    places: tuple[str, ...] = ()
    images: tuple[ImageRef, ...] = ()
    captions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    language: str = ""
    warnings: tuple[str, ...] = field(default=(), compare=False)


def parse_row(data: Mapping[str, Any], settings: ImportSettings) -> Row:
    """Checks one row.

    Raises:
        RowRejected: neither id nor url, or a field of the wrong type.
    """
    warnings: list[str] = []
    given_id = _line(data, "id", settings.max_line)
    url = _url(data, given_id, settings, warnings)
    if not given_id and not url:
        raise RowRejected("neither `id` nor `url`: one of them must name the article")
    text = {name: _long(data, name, settings, warnings) for name in ("abstract", "body")}
    return Row(
        article_id=given_id or derived_id(url),
        url=url,
        url_key=url_key(url) if url else "",
        source=_line(data, "source", settings.max_line) or (host_of(url) if url else ""),
        headline=_SPACE.sub(" ", _long(data, "headline", settings, warnings)),
        published=_published(data, settings),
        places=_unique(_items(data, "places", settings, split=";")),
        images=_images(data, text["body"], settings, warnings),
        captions=_unique(_items(data, "captions", settings)),
        links=_links(_items(data, "links", settings, split=None), warnings),
        language=_line(data, "language", settings.max_line).lower(),
        **text,
        warnings=tuple(warnings),
    )


def clean(text: str) -> str:
    """NFC, newlines as `\\n`, without control characters and bidirectional overrides, stripped.

    Lone surrogates become U+FFFD (`well_formed`), very long runs of combining marks are divided (`stream_safe`).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return unicodedata.normalize("NFC", stream_safe(_UNWANTED.sub("", well_formed(text)))).strip()


def _scalar(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):  # a whole number that pandas made a float, because the column has gaps
        return str(int(value)) if value.is_integer() else str(value)
    raise RowRejected(f"`{name}`: expected text, found {type(value).__name__}")


def _line(data: Mapping[str, Any], name: str, longest: int) -> str:
    text = _SPACE.sub(" ", _scalar(data.get(name), name))
    if len(text) > longest:
        raise RowRejected(f"`{name}` has {len(text)} characters: at most {longest}")
    return text


def _long(data: Mapping[str, Any], name: str, settings: ImportSettings, warnings: list[str]) -> str:
    text = _scalar(data.get(name), name)
    if len(text) > settings.max_text:
        warnings.append(f"`{name}` of {len(text)} characters was cut to {settings.max_text}")
        text = text[: settings.max_text].rstrip()
    return text


def _url(data: Mapping[str, Any], given_id: str, settings: ImportSettings, warnings: list[str]) -> str:
    raw = _line(data, "url", settings.max_line)
    if not raw:
        return ""
    try:
        return canonical_url(raw)
    except ValueError as error:
        if not given_id:
            raise RowRejected(f"`url`: {error}, and there is no `id`") from error
        warnings.append(f"`url`: {error}")
        return ""


def _published(data: Mapping[str, Any], settings: ImportSettings) -> str | int:
    value = data.get("published")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and abs(value) < 2**63 else _line(data, "published", settings.max_line)


def _list(data: Mapping[str, Any], name: str, split: str | None = "") -> list[Any]:
    """A list, a JSON list in a CSV cell, or a text, split at `split` (None: at spaces, "": kept whole)."""
    value = data.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in "[{" and text:
            try:
                value = json.loads(text)
            except ValueError:
                value = None  # a place such as `[Paris]`: plain text after all
        if not isinstance(value, list | dict):
            return [text] if split == "" else text.replace(";", " ").split() if split is None else text.split(split)
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list | tuple):
        return list(value)
    raise RowRejected(f"`{name}`: expected a list or text, found {type(value).__name__}")


def _items(data: Mapping[str, Any], name: str, settings: ImportSettings, split: str | None = "") -> list[str]:
    values = _list(data, name, split)
    if len(values) > settings.max_items:
        raise RowRejected(f"`{name}` has {len(values)} entries: at most {settings.max_items}")
    for value in values:
        if isinstance(value, bool | dict | list):
            raise RowRejected(f"`{name}`: expected texts, found {type(value).__name__} among them")
    texts = (_SPACE.sub(" ", _scalar(value, name)) for value in values)
    return [text[: settings.max_line] for text in texts if text]


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _links(values: list[str], warnings: list[str]) -> tuple[str, ...]:
    links: list[str] = []
    for value in values:
        try:
            links.append(canonical_url(value))
        except ValueError as error:
            warnings.append(f"`links`: {error}")
    return _unique(links)


def _images(data: Mapping[str, Any], body: str, settings: ImportSettings, warnings: list[str]) -> tuple[ImageRef, ...]:
    path, url = _line(data, "image", settings.max_line), _line(data, "image_url", settings.max_line)
    refs = [_reference(path, url)] if path or url else []
    values = _list(data, "images", ";")
    if len(values) > settings.max_items:
        raise RowRejected(f"`images` has {len(values)} entries: at most {settings.max_items}")
    for value in values:
        if isinstance(value, dict):
            refs.append(_described(value, data.get("body"), body, settings, warnings))
        elif isinstance(value, str | None):
            refs.append(_reference(clean(value or ""), ""))
        else:
            raise RowRejected(f"`images`: expected objects or texts, found {type(value).__name__} among them")
    named = {r.path or r.url: r for r in reversed(refs) if r.path or r.url}
    order = dict.fromkeys(r.path or r.url for r in refs if r.path or r.url)
    # the first mention of a photo keeps its place; a later one lends caption and position where the first has none
    return tuple(_merged([r for r in refs if (r.path or r.url) == name], named[name]) for name in order)


def _merged(same: list[ImageRef], first: ImageRef) -> ImageRef:
    caption = next((r.caption for r in same if r.caption), "")
    position = next((r.position for r in same if r.position is not None), None)
    url = next((r.url for r in same if r.url), "")
    return ImageRef(first.path, url, caption, position)


def _reference(path: str, url: str) -> ImageRef:
    """An `image` that is a web address is an address, not a path."""
    if path.lower().startswith(("http://", "https://", "//", "data:")):
        return ImageRef(url=url or path[:2000])
    return ImageRef(path=path, url=url)


def _described(
    value: Mapping[str, Any], raw: Any, body: str, settings: ImportSettings, warnings: list[str]
) -> ImageRef:
    ref = _reference(_line(value, "path", settings.max_line), _line(value, "url", settings.max_line))
    caption = _SPACE.sub(" ", _long(value, "caption", settings, warnings))
    position = _whole(value, "position", "paragraph number", warnings)
    if position is None and (offset := _whole(value, "offset", "character offset", warnings)) is not None:
        position = _paragraph(raw if isinstance(raw, str) else body, offset, warnings)
    count = len(paragraphs(body))
    if position is not None and position >= max(count, 1):  # kept as given: the score clamps it
        warnings.append(f"`images`: position {position} lies beyond the {count} paragraphs of the body")
    return ImageRef(ref.path, ref.url, caption, position)


def _whole(value: Mapping[str, Any], name: str, what: str, warnings: list[str]) -> int | None:
    """A whole number from 0, also where a table with gaps made it a float; anything else is reported and left out."""
    found = value.get(name)
    if found is None or found != found:  # NaN is a gap
        return None
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**31:
        warnings.append(f"`images`: {name} {str(found)[:40]!r} is not a {what}")
        return None
    return found


def _paragraph(raw: str, offset: int, warnings: list[str]) -> int:
    """The paragraph of a character offset, which counts in the body as the source has it, before it was cleaned."""
    if offset > len(raw):
        warnings.append(f"`images`: offset {offset} lies beyond the {len(raw)} characters of the body")
    return max(0, len(paragraphs(clean(raw[: offset + 1]))) - 1)
