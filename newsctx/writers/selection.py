"""Which sentence of the evidence says the event best.

News puts who, what, where and when into its first sentences (the inverted pyramid; Giveme5W1H, Hamborg et al. 2019,
weighs position the same way), and the headline names the event. The score below adds these signs; all are visible in
the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsctx.five_w import answers
from newsctx.passages import plain
from newsctx.records import Article, Chunk
from newsctx.records import Sentence as CaptionSentence
from newsctx.sentences import split
from newsctx.untrusted import flags
from newsctx.words import content_words
from newsctx.writers.clauses import dependent, shortened, word_count

STANDS_ALONE = 1.0  # least score of a first sentence; below it the headline says the event better (own trial)
BACKGROUND = 0.45  # least score of a second sentence: it shares a word with the headline or stands near the top
SHORTEST, LONGEST = 40, 350  # characters: below it is a heading or a quote's end, above it is no caption
LONG = 45  # words; a sentence that stays longer gives way to another one (own choice: two of agencies' captions)
REPEATS = 0.7  # share of the content words of the shorter of two sentences from which they say the same (own choice)
_FORMATTING = re.compile(r"</?(?:p|br|b|i|em|strong|span|div|ul|ol|li|h[1-6])\b[^<>]*>?", re.IGNORECASE)
_DATELINE = re.compile(  # LONDON, Dec 26 (Reuters) - / WASHINGTON (AP) — / Erie, Pennsylvania (CNN)
    r"^(?:[A-Z][A-Za-z.'’-]*(?:[ ,/]+\w[\w.'’-]*){0,6}\s*)?"
    r"\((?:AP|Reuters|REUTERS|AFP|CNN|dpa|DPA|ANI|PTI|UPI|Xinhua|TASS|EFE|IANS|BBC)[^)]{0,30}\)\s*[-–—:]{0,2}\s*(?=[A-Z\"“])"
)
_CAPS_PLACE = re.compile(r"^[A-Z][A-Z.'’ -]{2,40}(?:,[^–—-]{1,40})?\s*(?:--?|[–—])\s+(?=[A-Z\"“])")
_LABEL = re.compile(
    r"^(?:close|image caption|media caption|photo|file photo|image|caption)\s*[:|]?\s+(?=[A-Z])", re.IGNORECASE
)
_CREDIT = re.compile(r"\s*[\(\[](?:photo|image|credit|ap|reuters|afp|getty)[^()\[\]]{0,60}[\)\]]\s*\.?$", re.IGNORECASE)
_DANGLING = re.compile(  # begins with a word that points back to a sentence that is not there
    r"^(?:he|she|it|they|we|i|you|this|that|these|those|his|her|their|its|but|"
    r"and|however|meanwhile|also|so|then|there)\b",
    re.I,
)
_POINTS_BACK = re.compile(  # to a sentence that is not there
    r"\b(?:(?:do|did|does|done|doing) so|of them|such an?|the same|the former|the latter|file photo|"
    r"(?:days|hours|weeks|months|years) (?:later|after))\b|\b(?:mr|mrs|ms)\. ",
    re.I,
)
_PRONOUN_FIRST = re.compile(
    r"(?:\S+\s+){0,6}?(?:he|she|it|they|these|those|this|that)\b", re.I
)  # whom it does not name
_NOISE = re.compile(
    r"\b(?:subscribe|newsletter|sign up|click here|read more|follow us|cookies?|copyright|all rights reserved|"
    r"share this|advertisement|an earlier version|this (?:story|article) was|"
    r"last (?:updated|modified)|for the latest|password|free trial|log in|email (?:address|cannot))\b|https?://|@\w",
    re.I,
)
_ESSENTIAL = {"who", "what", "where", "when"}  # a caption's first sentence answers them
_VERBISH = re.compile(r"\b(?:is|are|was|were|has|have|had|be|will|would|said|says|\w{2,}ed|\w{2,}s)\b", re.I)


@dataclass(frozen=True)
class Candidate:
    """A quotable sentence; `position` orders sentences as the article has them."""

    sentence: CaptionSentence
    position: tuple[int, int]
    preferred: bool  # the caption of a photograph of the article, or of a passage that the analyst keeps


def candidates(article: Article, chunks: Sequence[Chunk]) -> list[Candidate]:
    """The sentences of an article's chosen chunks, cut free of datelines and credits, each once, in document order."""
    fields = ("caption", "headline", "abstract", "body")
    found: dict[str, Candidate] = {}
    for chunk in sorted(chunks, key=lambda c: (fields.index(c.field), c.start)):
        for span in split(chunk.text):
            text = cut(span.text)
            if text and text not in found and not instructs(span.text):
                quoted = CaptionSentence(text=text, chunk_ids=(chunk.chunk_id,))
                position = (fields.index(chunk.field), chunk.start + span.start)
                found[text] = Candidate(quoted, position, chunk.field == "caption" or chunk.decision == "kept")
    return list(found.values())


def instructs(text: str) -> bool:
    """True where a text looks like an instruction or a program: no statement of news.

    Invisible characters do not count, `plain` takes them out; nor does the mark-up of paragraphs and emphasis, which
    some archives keep in their texts.
    """
    return any(f.kind != "hidden" and not _FORMATTING.fullmatch(f.text) for f in flags(text))


def left_out(chunks: Sequence[Chunk]) -> int:
    """How many sentences of the chosen chunks are not quoted because they look like instructions."""
    return len({cut(s.text) for c in chunks for s in split(c.text) if instructs(s.text)})


def repeats(one: str, other: str) -> bool:
    """True where the shorter of two sentences has most of its content words in the other."""
    a, b = set(content_words(one)), set(content_words(other))
    smaller = min(len(a), len(b))
    return bool(smaller) and len(a & b) >= REPEATS * smaller


def cut(text: str) -> str:
    """The sentence without dateline, label and picture credit; only cut at its ends, never reworded."""
    text = plain(text).lstrip("-–—•·*|> ")
    for pattern in (_LABEL, _DATELINE, _CAPS_PLACE, _CREDIT):
        shorter = pattern.sub("", text, count=1).strip()
        text = shorter if len(shorter) >= SHORTEST else text
    return text


def best(article: Article, found: Sequence[Candidate]) -> list[Candidate]:
    """Quotable candidates, best first; equals keep document order; all but the first score at least `BACKGROUND`.

    None where even the best scores below `STANDS_ALONE`: a fragment or a quotation is no caption.
    """
    about = set(content_words(article.headline))
    places = {w for p in article.places for w in content_words(p.place.name if p.place else p.keyword)}
    usable = [c for c in found if _quotable(c.sentence.text)]
    scores = {id(c): _score(c, i, about, places) for i, c in enumerate(usable)}
    order = sorted(usable, key=lambda c: -scores[id(c)])
    if not order or (scores[id(order[0])] < STANDS_ALONE and _latin(order[0].sentence.text)):
        return []
    return order[:1] + [c for c in order[1:] if scores[id(c)] >= BACKGROUND]


def _quotable(text: str) -> bool:
    """A whole statement that stands alone; short scripts (Chinese, Japanese) count double."""
    dense = sum(c > "\u2e7f" for c in text) * 2 > len(text)
    long_enough = len(text) * (3 if dense else 1) >= SHORTEST
    ends = text.rstrip('"”’»」』)')[-1:] in (".", "!", "。", "！", "।", "۔", "…")
    lone = text.count('"') % 2 == 0 and text.count("“") == text.count("”")
    if dependent(text):
        return False
    return (
        long_enough and len(text) <= LONGEST and ends and lone and not _NOISE.search(text) and not _DANGLING.match(text)
    )


def _latin(text: str) -> bool:
    """Most letters are Latin: the signs below are English words and say nothing of other scripts."""
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(c < "\u0250" for c in letters) > len(letters)


def _score(candidate: Candidate, index: int, about: set[str], places: set[str]) -> float:
    """Sum of signs, each 0..1 but for the photo's own caption, which outweighs them all."""
    text = candidate.sentence.text
    words = set(content_words(text))
    shared = len(words & about) / len(about) if about else 0.0
    early = 1.0 / (1 + index)
    place = 0.3 if words & places else 0.0
    figure = 0.1 if any(c.isdigit() for c in text) else 0.0
    back = -0.6 * (bool(_POINTS_BACK.search(text)) + bool(_PRONOUN_FIRST.match(text)))
    quote = -1.0 if text[:1] in "\"“‘'" else -0.3 if "“" in text or '"' in text else 0.0
    verb = 0.0 if _VERBISH.search(text) or not text.isascii() else -0.5
    answered = 0.25 * len(_ESSENTIAL & set(answers(text)))
    photo = 3.0 if candidate.preferred else 0.0
    long = -0.4 if word_count(shortened(text)) > LONG else 0.0
    return back + photo + long + 1.0 * shared + 0.8 * early + place + figure + quote + verb + answered
