"""The visual-event filter without a language model: English words for what a photograph can show."""

from __future__ import annotations

import re
from functools import cache

import Stemmer

from newsctx.captioning.base import Judgement
from newsctx.records import Article, ModelInfo

#: Own list, by hand, after the kinds of event that news photographs of public archives show.
WORDS = [
    "accident",
    "avalanche",
    "bomb",
    "blast",
    "blaze",
    "blizzard",
    "ceremony",
    "carnival",
    "celebration",
    "clash",
    "collapse",
    "concert",
    "crash",
    "crowd",
    "cyclone",
    "damage",
    "debris",
    "demonstration",
    "derail",
    "drought",
    "earthquake",
    "eruption",
    "evacuate",
    "evacuation",
    "explosion",
    "ferry",
    "festival",
    "fire",
    "firefighter",
    "fireworks",
    "flames",
    "flood",
    "flooding",
    "funeral",
    "gather",
    "hail",
    "heatwave",
    "hurricane",
    "inauguration",
    "landslide",
    "launch",
    "lightning",
    "march",
    "marathon",
    "marcher",
    "match",
    "memorial",
    "mourner",
    "parade",
    "pilgrim",
    "pilgrimage",
    "procession",
    "protest",
    "protester",
    "race",
    "raid",
    "rally",
    "rescue",
    "rescuer",
    "riot",
    "rocket",
    "rubble",
    "shipwreck",
    "shooting",
    "smoke",
    "snow",
    "snowfall",
    "stadium",
    "storm",
    "strike",
    "surge",
    "tornado",
    "train",
    "tsunami",
    "typhoon",
    "vigil",
    "volcano",
    "wedding",
    "wildfire",
    "wreck",
]
LEAD = 600  # characters of the body that are read: what happened comes first in news (own choice)
_WORD = re.compile(r"[a-z]+")


class VisualWords:
    """Visual where headline, abstract or the beginning of the body has one of the words.

    A heuristic: it knows words, not meaning, and English only; articles in other languages are not decided.
    """

    info = ModelInfo(slot="visual_judge", name="words", digest="words-1", device="cpu")

    def judge(self, article: Article) -> Judgement:
        """See `VisualJudge`."""
        if article.language and not article.language.lower().startswith("en"):
            return Judgement(
                visual=None, reason=f"not decided: the words are English, the article is {article.language}"
            )
        text = f"{article.headline}\n{article.abstract}\n{article.body[:LEAD]}".lower()
        if not text.strip():
            return Judgement(visual=None, reason="not decided: the article has no text")
        known = _stems()
        hit = next((w for w in _WORD.findall(text) if _stemmer().stemWord(w) in known), "")
        if hit:
            return Judgement(visual=True, reason=f"the text has the word {hit!r}")
        return Judgement(visual=False, reason="no word for something that a photograph can show")


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@cache
def _stems() -> frozenset[str]:
    return frozenset(_stemmer().stemWords(WORDS))
