"""The visual-event filter without a language model: English words for what a photograph can show."""

from __future__ import annotations

import re
from functools import cache

import Stemmer

from newsctx.captioning.base import Judgement
from newsctx.records import Article, ModelInfo

#: Own list, by hand, after the kinds of event that news photographs of public archives show.
WORDS = [
    "ablaze",
    "accident",
    "aground",
    "arson",
    "avalanche",
    "blast",
    "blaze",
    "blizzard",
    "boat",
    "bomb",
    "bonfire",
    "burn",
    "bushfire",
    "candle",
    "candlelight",
    "capsize",
    "carnival",
    "celebration",
    "ceremony",
    "clash",
    "coffin",
    "collapse",
    "collide",
    "collision",
    "concert",
    "costume",
    "crash",
    "crowd",
    "cyclone",
    "damage",
    "debris",
    "demonstration",
    "demonstrator",
    "derail",
    "downpour",
    "drought",
    "earthquake",
    "ember",
    "eruption",
    "evacuate",
    "evacuation",
    "explosion",
    "ferry",
    "festival",
    "fire",
    "firefighter",
    "fireworks",
    "flame",
    "flames",
    "flood",
    "flooding",
    "flotilla",
    "fog",
    "football",
    "funeral",
    "gale",
    "gather",
    "goalkeeper",
    "gust",
    "hail",
    "hailstorm",
    "haze",
    "heatwave",
    "hurricane",
    "inauguration",
    "landslide",
    "lantern",
    "launch",
    "lifeboat",
    "lightning",
    "locomotive",
    "marathon",
    "march",
    "marcher",
    "match",
    "memorial",
    "mourn",
    "mourner",
    "mudslide",
    "parade",
    "picket",
    "pilgrim",
    "pilgrimage",
    "placard",
    "procession",
    "protest",
    "protester",
    "quake",
    "race",
    "raid",
    "railway",
    "rain",
    "rainstorm",
    "rally",
    "rescue",
    "rescuer",
    "riot",
    "rocket",
    "rubble",
    "runner",
    "sandbag",
    "scorch",
    "shipwreck",
    "shooting",
    "smoke",
    "snow",
    "snowfall",
    "snowplough",
    "snowstorm",
    "soccer",
    "spectator",
    "sprint",
    "stadium",
    "storm",
    "strike",
    "submerge",
    "surge",
    "thunderstorm",
    "tornado",
    "torrential",
    "train",
    "trophy",
    "tsunami",
    "typhoon",
    "uproot",
    "vessel",
    "vigil",
    "volcano",
    "wedding",
    "wildfire",
    "wreath",
    "wreck",
    "wreckage",
]
LEAD = 600  # characters of the body that are read: what happened comes first in news (own choice)
_WORD = re.compile(r"[a-z]+")


class VisualWords:
    """Visual where headline, abstract, the beginning of the body or the caption of a photograph has one of the words.

    A heuristic: it knows words, not meaning, and English only; articles in other languages are not decided.
    """

    info = ModelInfo(slot="visual_judge", name="words", digest="words-2", device="cpu")

    def judge(self, article: Article) -> Judgement:
        """See `VisualJudge`."""
        if article.language and not article.language.lower().startswith("en"):
            return Judgement(
                visual=None, reason=f"not decided: the words are English, the article is {article.language}"
            )
        captions = "\n".join(i.caption for i in article.images)
        text = f"{article.headline}\n{article.abstract}\n{article.body[:LEAD]}\n{captions}".lower()
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
