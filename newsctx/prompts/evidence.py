"""The evidence as a prompt shows it: data blocks with short ids, and what the ids stand for."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from newsctx.grounding.sources import PHOTO
from newsctx.records import Article, Chunk, PartialDate, PlaceAnswer
from newsctx.settings import CaptionSettings
from newsctx.untrusted import MEANINGS, block, flags, key
from newsctx.writers.base import CaptionEvidence

LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "pl": "Polish", "ru": "Russian", "uk": "Ukrainian", "el": "Greek", "ar": "Arabic", "he": "Hebrew",
    "hi": "Hindi", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
}  # fmt: skip
NOTHING = "(nothing)"
#: What is not known before the model has answered a step.
LATER = {
    "description": "(the model's description of the photograph, once it has answered)",
    "answers": "(the model's answers about place and date, once it has given them)",
    "answer": "(the model's caption, once it has written it)",
    "problems": "(what the checker does not find in the evidence)",
}
_ROLES = ("analyst", "lead", "ranked", "closing")  # which passages are sent first where not all fit
_CUT = " [...]"


@dataclass(frozen=True)
class References:
    """What the short ids of a prompt stand for, and what of the evidence is not sent."""

    chunks: Mapping[str, Chunk]  # c1 -> passage
    metadata: Mapping[str, tuple[str, str]]  # m1 -> (`ARTICLE#published`, its text)
    notes: tuple[str, ...] = ()

    @property
    def ids(self) -> dict[str, str]:
        """Short id -> chunk or metadata id."""
        return {s: c.chunk_id for s, c in self.chunks.items()} | {s: m for s, (m, _) in self.metadata.items()}


def references(evidence: CaptionEvidence, settings: CaptionSettings) -> References:
    """The passages that fit into `evidence_chars`, numbered in their own order, and their articles' metadata."""
    room = settings.evidence_chars
    chosen: set[str] = set()
    for chunk in sorted(evidence.chunks, key=lambda c: (_ROLES.index(c.role), -(c.score or 0.0))):
        size = min(len(chunk.text), settings.chunk_chars)
        if size <= room:
            chosen.add(chunk.chunk_id)
            room -= size
    sent = [c for c in evidence.chunks if c.chunk_id in chosen]
    notes = []
    if len(sent) < len(evidence.chunks):
        notes.append(
            f"{len(evidence.chunks) - len(sent)} of {len(evidence.chunks)} passages were not sent to the model: "
            f"caption.evidence_chars is {settings.evidence_chars:,}."
        )
    if cut := sum(len(c.text) > settings.chunk_chars for c in sent):
        notes.append(f"{cut} passage(s) were sent up to caption.chunk_chars = {settings.chunk_chars:,} characters.")
    chunks = {f"c{n}": c for n, c in enumerate(sent, 1)}
    metadata = {f"m{n}": m for n, m in enumerate(_metadata(sent, evidence), 1)}
    return References(chunks, metadata, tuple(notes))


def values(evidence: CaptionEvidence, settings: CaptionSettings, later: Mapping[str, str]) -> dict[str, str]:
    """What replaces each placeholder; all texts of others as data blocks with one key."""
    refs = references(evidence, settings)
    most = settings.chunk_chars
    data: dict[str, list[tuple[str, str]]] = {
        "ocr": _one("photo-text", " / ".join(line.text for line in evidence.photo.ocr)[:most]),
        "chunks": [(i, _cut(c.text, most)) for i, c in refs.chunks.items()],
        "metadata": [(i, f"{m.rpartition('#')[2]}: {_cut(text, most)}") for i, (m, text) in refs.metadata.items()],
        "articles": [(f"a{n}", text) for n, text in enumerate(_articles(evidence, settings), 1)],
        "established": _one("archive", _cut(_established(evidence), most)),
        "claim": _one("claim", _cut(_claim(evidence), most)),
        "note": _one("note", _cut(evidence.note.strip(), most)),
        **{name: _one(name, later[name]) for name in LATER if name in later},
    }
    secret = key(*(text for blocks in data.values() for _, text in blocks))
    shown = {
        name: "\n".join(_with_article(i, refs) + block(i, text, secret) for i, text in blocks) or NOTHING
        for name, blocks in data.items()
    }
    own = {"max_sentences": str(settings.max_sentences), "language": LANGUAGES[settings.language]}
    return LATER | shown | own


def suspicious(evidence: CaptionEvidence, settings: CaptionSettings, used: Container[str]) -> tuple[str, ...]:
    """One sentence for each text that holds something like an instruction, for the analyst.

    Args:
        used: placeholders of the prompts that are sent (`prompts.placeholders`). What the model says is not known yet.
    """
    refs = references(evidence, settings)
    most, lead = settings.chunk_chars, settings.lead_chars
    texts = [("chunks", f"passage {i} of article {c.article_id}", _cut(c.text, most)) for i, c in refs.chunks.items()]
    texts += [("metadata", f"the metadata {address}", text) for address, text in refs.metadata.values()]
    for article in evidence_articles(evidence)[: settings.top_articles]:
        parts = {
            "headline": article.headline,
            "abstract": _cut(article.abstract, lead),
            "lead": _cut(article.body, lead),
        }
        parts["places"] = _places(article)
        texts += [("articles", f"the {part} of article {article.article_id}", text) for part, text in parts.items()]
    texts += [("ocr", "the text in the photograph", evidence.photo.ocr_text)]
    texts += [("established", "what the archive supports", _established(evidence))]
    texts += [("claim", "the claim", _claim(evidence)), ("note", "the note", evidence.note)]
    found, read = [], set()
    for name, where, text in texts:
        if text in read or name not in used:
            continue
        read.add(text)
        if seen := flags(text):
            kinds = ", ".join(dict.fromkeys(MEANINGS[f.kind] for f in seen))
            found.append(f"Something in {where} looks like an instruction to the model ({kinds}); it was sent as data.")
    return tuple(found)


def _one(name: str, text: str) -> list[tuple[str, str]]:
    return [(name, text)] if text.strip() else []


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + _CUT


def _with_article(short: str, refs: References) -> str:
    """`article 2, ` before a passage and its metadata, so that the model sees what belongs together."""
    if short in refs.chunks:
        article_id = refs.chunks[short].article_id
    elif short in refs.metadata:
        article_id = refs.metadata[short][0].rpartition("#")[0]
    else:
        return ""
    order = list(dict.fromkeys(c.article_id for c in refs.chunks.values()))
    return f"article {order.index(article_id) + 1}, {short}: " if article_id in order else f"{short}: "


def _metadata(sent: list[Chunk], evidence: CaptionEvidence) -> list[tuple[str, str]]:
    """(`ARTICLE#field`, its text) of the cited articles, and the values that the analyst set."""
    found: list[tuple[str, str]] = []
    for article_id in dict.fromkeys(c.article_id for c in sent):
        if article := evidence.articles.get(article_id):
            fields = {"headline": article.headline, "published": _date(article.published)}
            fields |= {"places": _places(article), "source": article.source}
            found += [(f"{article_id}#{field}", text) for field, text in fields.items() if text.strip()]
    place, date = evidence.context.place, evidence.context.date
    if place.basis == "analyst" and place.place:
        found.append(("analyst#place", place.place.label))
    if date.basis == "analyst" and date.date:
        found.append(("analyst#date", date.date.iso))
    if evidence.preview is not None:  # a sentence on what is visible has something to rest on
        found.append((PHOTO, "what the photograph itself shows"))
    return found


def _date(value: PartialDate | None) -> str:
    return value.iso if value else ""


def _places(article: Article) -> str:
    return "; ".join(p.place.label if p.place else p.keyword for p in article.places)


def _articles(evidence: CaptionEvidence, settings: CaptionSettings) -> list[str]:
    """The best articles as NewsRECON shows them: date, location tags, abstract and lead."""
    return [_article(article, settings) for article in evidence_articles(evidence)[: settings.top_articles]]


def evidence_articles(evidence: CaptionEvidence) -> list[Article]:
    """Articles that may reach a prompt, best first: rated above the gate, or with a passage that the analyst kept."""
    rated = evidence.relevance.articles if evidence.relevance else {}
    cited = {c.article_id for c in evidence.chunks}
    known = [evidence.articles[h.article_id] for h in evidence.hits if h.article_id in evidence.articles]
    return [a for a in known if a.article_id in cited or (a.article_id in rated and rated[a.article_id].passes)]


def _article(article: Article, settings: CaptionSettings) -> str:
    parts = {
        "date": _date(article.published), "places": _places(article), "headline": article.headline,
        "abstract": _cut(article.abstract, settings.lead_chars), "lead": _cut(article.body, settings.lead_chars),
    }  # fmt: skip
    return "; ".join(f"{name}: {text.strip()}" for name, text in parts.items() if text.strip())


def _established(evidence: CaptionEvidence) -> str:
    place, date, context = evidence.context.place, evidence.context.date, evidence.context
    parts = [_answer("place", place.place.label if place.place else "", place.confidence)]
    parts += [_answer("date", _date(date.date), date.confidence), _others(place)]
    return "; ".join(p for p in (*parts, *context.told) if p)  # `conflicts` can hold what a prompt must not: GPS


def _answer(what: str, value: str, confidence: str) -> str:
    sure = f" ({confidence} confidence)" if confidence in ("high", "medium", "low") else ""
    return f"{what}: {value}{sure}" if value else f"{what}: not established"


def _others(place: PlaceAnswer) -> str:
    return (
        f"other places in the evidence: {', '.join(a.label for a in place.alternatives)}" if place.alternatives else ""
    )


def _claim(evidence: CaptionEvidence) -> str:
    claim = evidence.claim
    parts = (claim.text, f"place: {claim.place}" if claim.place else "", f"date: {claim.date}" if claim.date else "")
    return "; ".join(p for p in parts if p)
