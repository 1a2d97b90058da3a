"""A language model's answer read as sentences with citations, whatever it looks like; nothing in it is ever evaluated.

Asked for is `{"sentences": [{"text": "...", "chunks": ["c1", "m2"]}]}`. Models wrap it in code fences and talk, leave
commas behind, are stopped in the middle, or write plain prose; all of that is read as far as it goes. What cites
nothing, or something that is not there, keeps its words and says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from newsctx.passages import plain
from newsctx.records import PartialDate, Sentence
from newsctx.sentences import split

NO_CITATION = "It cites nothing."
PROSE = "The model answered in plain text instead of the structure asked for."
CUT_OFF = "The answer breaks off; whole sentences of it are kept."
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.S | re.I)
_CITING = r"[\[(]\s{0,3}[cm]\d{1,4}(?:\s{0,3}[,;]\s{0,3}[cm]\d{1,4})*\s{0,3}[\])]"
_INLINE = re.compile(rf"\s{{0,3}}({_CITING})", re.I)
_AFTER = re.compile(
    rf"([.!?。！？][\"”’»]?)((?:\s{{0,3}}{_CITING})+)", re.I
)  # a citation behind the full stop is that sentence's
_ID = re.compile(r"(?<![A-Za-z0-9])[cm]\d{1,4}(?![A-Za-z0-9])", re.I)
_LABEL = re.compile(r"^\s*(?:\*\*|#{1,4} )?(?:caption|answer|bildunterschrift|légende)(?:\*\*)?\s*:\s*(?:\*\*)?", re.I)
_FENCE = re.compile(r"^[ \t]*```[\w-]{0,20}[ \t]*$", re.M)
_LISTS = ("sentences", "caption", "captions")
_TEXTS = ("text", "sentence", "caption")
_CITED = ("chunks", "ids", "citations", "cites", "sources", "evidence", "metadata")
_SHOWN, _LONGEST_ID = 5, 80  # unknown ids that a problem names, and their longest form
_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2}|\d{4}-\d{2}|\d{3}0s|\d{4})(?![\d-])")


@dataclass(frozen=True)
class Parsed:
    """What an answer says: sentences without mentions, their problems filled in, and what was odd about the answer."""

    sentences: tuple[Sentence, ...]
    notes: tuple[str, ...] = ()


def parse(answer: str, ids: Mapping[str, str], most: int, *, whole: bool = True) -> Parsed:
    """The sentences of an answer.

    Args:
        answer: verbatim; any text, also cut anywhere.
        ids: short id (`c1`, `m2`) -> chunk or metadata id; only these may be cited.
        most: sentences that are kept.
        whole: the answer is complete; False while it is still being written: then plain text is not looked at.
    """
    text = spoken(answer)
    items, broken = _structured(text)
    notes = [CUT_OFF] if broken and items and whole else []
    if not items:
        if not whole or _looks_structured(text):
            return Parsed((), ("The model's answer could not be read.",) if text and whole else ())
        items, notes = [(_LABEL.sub("", _FENCE.sub("", text)), [])], [PROSE] if text else []
    sentences = [s for words, cited in items for s in _sentences(words, cited, ids)]
    if len(sentences) > most:
        notes.append(f"{len(sentences) - most} sentence(s) more than caption.max_sentences = {most} were left out.")
    return Parsed(tuple(sentences[:most]), tuple(notes))


def spoken(answer: str) -> str:
    """The answer without what a reasoning model thought aloud before it."""
    return _THOUGHT.sub("", answer).rpartition("</think>")[2].strip()  # some templates open the thought themselves


def described(answer: str) -> str:
    """A description as one paragraph of plain text."""
    return plain(_FENCE.sub("", spoken(answer)))


def place_answer(answer: str) -> str:
    """`city,region,country` of the place question, empty parts left empty; "" where the answer has another form."""
    line = next((plain(part) for part in _FENCE.sub("", spoken(answer)).splitlines() if part.strip()), "")
    parts = [part.strip(" .\"'`*") for part in line.split(",")]
    return ",".join(parts) if len(parts) == 3 and any(parts) and len(line) <= 200 else ""


def date_answer(answer: str) -> PartialDate | None:
    """The date of the date question, to the day or coarser; None where the answer has none, or an impossible one."""
    found = _DATE.search(plain(spoken(answer))[:500])
    try:
        return PartialDate.model_validate(found[1]) if found else None
    except ValueError:
        return None


def _structured(text: str) -> tuple[list[tuple[str, list[Any]]], bool]:
    """(words, citations) of each sentence object, and whether the structure breaks off."""
    for start in _starts(text):
        candidate, closed = _balanced(text[start:])
        try:
            value = from_json(candidate, allow_partial=not closed)
        except ValueError:
            continue
        if items := list(_items(value)):
            return items, not closed
    return [], False


def _starts(text: str) -> list[int]:
    """Where the JSON may begin: before `"sentences"`, else at the first brackets; few, so that time stays linear."""
    named = next((at for name in _LISTS if (at := text.find(f'"{name}"')) >= 0), -1)
    before = text.rfind("{", 0, named) if named > 0 else -1
    first = [m.start() for m in re.finditer(r"[{\[]", text)][:8]
    return list(dict.fromkeys(([before] if before >= 0 else []) + first))


def _balanced(text: str) -> tuple[str, bool]:
    """The value at the start of the text up to its closing bracket, with trailing commas left out and line breaks in
    strings folded; and whether it closes.
    """
    out: list[str] = []
    depth, inside, escaped = 0, False, False
    for char in text:
        if inside:
            out.append(" " if char in "\n\r\t" else char)
            inside = escaped or char != '"'
            escaped = char == "\\" and not escaped
            continue
        if char in "]}":
            _drop_comma(out)
        out.append(char)
        inside = char == '"'
        depth += (char in "[{") - (char in "]}")
        if depth == 0:
            return "".join(out), True
    return "".join(out), False


def _drop_comma(out: list[str]) -> None:
    at = len(out) - 1
    while at >= 0 and out[at].isspace():
        at -= 1
    if at >= 0 and out[at] == ",":
        del out[at]


def _items(value: Any) -> Iterator[tuple[str, list[Any]]]:
    """The sentence objects in what was read: a list of them, or of texts, under one of the usual names or bare."""
    if isinstance(value, dict):
        named = next((value[name] for name in _LISTS if name in value), None)
        value = named if named is not None else [value]
    if isinstance(value, str):
        value = [value]
    for item in value if isinstance(value, list) else []:
        if isinstance(item, str):
            yield item, []
        elif isinstance(item, dict):
            words = next((item[name] for name in _TEXTS if isinstance(item.get(name), str)), "")
            if words.strip():
                yield words, [item[name] for name in _CITED if name in item]


def _looks_structured(text: str) -> bool:
    return text.startswith(("{", "[", "```")) or '"sentences"' in text


def _sentences(words: str, cited: Sequence[Any], ids: Mapping[str, str]) -> Iterator[Sentence]:
    """The sentences of one text; each has the text's citations and those that stand in its own words."""
    known, unknown = _resolve(cited, ids)
    for span in split(_AFTER.sub(r"\2\1", words)):
        inline_known, inline_unknown = _resolve([m[1] for m in _INLINE.finditer(span.text)], ids)
        text = plain(_INLINE.sub("", span.text)).strip("*_` ")
        if not any(c.isalnum() for c in text):
            continue
        addresses = tuple(dict.fromkeys(known + inline_known))
        problem = _problem(addresses, tuple(dict.fromkeys(unknown + inline_unknown)))
        metadata = tuple(a for a in addresses if a in _metadata_of(ids))
        chunks = tuple(a for a in addresses if a not in metadata)
        yield Sentence(text=text, chunk_ids=chunks, metadata_ids=metadata, problem=problem)


def _metadata_of(ids: Mapping[str, str]) -> frozenset[str]:
    return frozenset(address for short, address in ids.items() if short.startswith("m"))


def _problem(addresses: tuple[str, ...], unknown: tuple[str, ...]) -> str:
    if unknown:
        named = ", ".join(unknown[:_SHOWN]) + (f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else "")
        return f"It cites {named}, which the evidence that was sent does not have."
    return "" if addresses else NO_CITATION


def _resolve(cited: Sequence[Any], ids: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Ids that are known, as addresses, and the words of those that are not."""
    known: list[str] = []
    unknown: list[str] = []
    own = set(ids.values())
    for one in _flat(cited):
        if one in own:
            known.append(one)
            continue
        shorts = [m.group().lower() for m in _ID.finditer(one)]
        known += [ids[s] for s in shorts if s in ids]
        unknown += [s for s in shorts if s not in ids]
        if not shorts and one.strip():
            unknown.append(plain(one)[:_LONGEST_ID])
    return known, unknown


def _flat(value: Any) -> Iterator[str]:
    """Every text and number in nested lists and objects, as text."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, dict):
        yield from _flat(list(value.values()))
    elif isinstance(value, str):
        yield value
    elif value is not None:
        yield json.dumps(value)
