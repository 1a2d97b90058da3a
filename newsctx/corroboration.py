"""Who else says so: independent channels as witnesses on the place and on the date, combined by Dempster's rule.

BayesRAG combines channels as evidence masses; here the question is not which article is relevant but whether the
answer holds. Each witness commits mass to the answer or against it, the rest of its mass is ignorance (Shafer 1976,
ch. 11): `belief` is what is committed to the answer, `plausibility` what is not committed against it, `conflict` is
Dempster's K.

What the camera wrote and what is claimed never answer: they agree or they conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from newsctx.dates import covers, days_between
from newsctx.fusion import Mass, combine
from newsctx.places import distance_km
from newsctx.records import (
    Article,
    Assessment,
    Claim,
    Corroboration,
    Hit,
    PartialDate,
    Photo,
    Place,
    Side,
    Witness,
    WitnessName,
)
from newsctx.settings import ContextSettings
from newsctx.votes import Voter, contains, vote_date, vote_place
from newsctx.word_evidence import shared

_TITLES = {
    "copy": "the matched photograph", "image_text": "the image-text encoder", "words_note": "the words of the note",
    "words_ocr": "the legible text", "camera": "the camera", "claim": "the claim",
}  # fmt: skip
_SILENT = {
    "copy": "no archived photograph matches", "image_text": "it found no article that passes the gate",
    "words_note": "the note found no article", "words_ocr": "the legible text found no article",
    "camera": "the file says nothing of it", "claim": "nothing is claimed of it",
}  # fmt: skip


@dataclass(frozen=True)
class Hearing:
    """Everything that witnesses speak from.

    Attributes:
        retrieved: the fused ranking, with each article's rank in every channel.
        final: the final order: matched articles stand in it with their tier.
        articles: by id.
        rated: article id -> its relevance; what does not pass testifies nothing.
    """

    retrieved: Sequence[Hit]
    final: Sequence[Hit]
    articles: Mapping[str, Article]
    rated: Mapping[str, Assessment]
    photo: Photo
    claim: Claim
    resolve: Callable[[str], Place | None]
    settings: ContextSettings
    note: str = ""

    def place(self, answer: Place | None) -> Corroboration:
        """The witnesses on a place; without an answer they only say what they say."""
        found: list[Witness] = []
        for name in get_args(WitnessName):
            said, share, ids = self._says_place(name)
            side, note = _place_side(name, said, answer, self.settings) if said else ("silent", "")
            found.append(self._witness(name, said.label if said else "", side, share, ids, note))
        return combined("place", answer.label if answer else "", found)

    def date(self, answer: PartialDate | None) -> Corroboration:
        """The witnesses on a date."""
        found: list[Witness] = []
        for name in get_args(WitnessName):
            said, share, ids = self._says_date(name)
            side, note = _date_side(name, said, answer, self.settings) if said else ("silent", "")
            found.append(self._witness(name, said.iso if said else "", side, share, ids, note))
        return combined("date", answer.iso if answer else "", found)

    # --- what each says ---------------------------------------------------------------------------------------

    def _says_place(self, name: WitnessName) -> tuple[Place | None, float, tuple[str, ...]]:
        """What it says, the share of its own articles behind that, and those articles."""
        if name == "camera":
            camera = self.photo.camera
            if camera.lat is None:
                return None, 0.0, ()
            spot = f"{camera.lat:.4f}, {camera.lon:.4f}"
            return Place(name=spot, level="venue", lat=camera.lat, lon=camera.lon), 1.0, ()
        if name == "claim":
            return (self.resolve(self.claim.place) if self.claim.place.strip() else None), 1.0, ()
        casting = self._casting(name, lambda a: any(p.place and p.weight for p in a.places))
        tally = vote_place(casting, self.resolve, self.settings)
        return tally.value, tally.share, tally.article_ids

    def _says_date(self, name: WitnessName) -> tuple[PartialDate | None, float, tuple[str, ...]]:
        if name == "camera":
            return camera_day(self.photo), 1.0, ()
        if name == "claim":
            return self.claim.date, 1.0, ()
        tally = vote_date(self._casting(name, lambda a: a.published is not None), self.settings)
        return tally.value, tally.share, tally.article_ids

    def _casting(self, name: WitnessName, able: Callable[[Article], bool]) -> list[Voter]:
        """The best articles of one channel, each with a vote by its rank there."""
        if name == "copy":
            ids = [h.article_id for h in self.final if h.tier == "matched"]
        else:
            ids = [h.article_id for h in sorted(
                (h for h in self.retrieved if name in h.channels), key=lambda h: h.channels[name].rank
            )]  # fmt: skip
        known = [a for a in ids if a in self.articles and able(self.articles[a])]
        if name == "image_text":  # words are another witness: no gate of the encoder silences them
            known = [a for a in known if may_testify(a, self.rated)]
        chosen = known[: self.settings.witness_articles]
        return [Voter(self.articles[a], 1 / (n + 1)) for n, a in enumerate(chosen)]

    def _witness(
        self, name: WitnessName, says: str, side: Side, share: float, ids: tuple[str, ...], note: str
    ) -> Witness:
        if not says:
            return Witness(channel=name, note=f"{_SILENT[name]}.")
        mass = self.settings.reliability.get(name, 0.0) * min(share, 1.0) * self._strength(name, ids)
        return Witness(
            channel=name, says=says, side=side, mass=mass if side in ("agrees", "conflicts") else 0.0,
            article_ids=ids, note=note,
        )  # fmt: skip

    def _strength(self, name: WitnessName, ids: Sequence[str]) -> float:
        """A search always finds something: the encoder testifies as strongly as its articles are relevant, words as
        strongly as they stand in theirs; a garbled line of legible text is in none.
        """
        if name in ("words_note", "words_ocr"):
            said = self.note if name == "words_note" else self.photo.ocr_text
            held = (shared(said, self.articles[a]).strength(self.settings.words_half) for a in ids)
            return max(held, default=0.0)
        if name != "image_text":
            return 1.0
        known = [p for a in ids if a in self.rated and (p := self.rated[a].probability) is not None]
        return max(known) if known else self.settings.unrated_mass


def combined(item: str, answer: str, witnesses: Sequence[Witness]) -> Corroboration:
    """Dempster's rule over the witnesses that take a side, in the frame {answer, another}; none: nothing combined."""
    if not answer:
        stated = [w.model_copy(update={"side": "unopposed", "mass": 0.0}) if w.says else w for w in witnesses]
        return Corroboration(item=item, witnesses=tuple(stated))
    masses = [
        Mass(w.mass, 0.0, 1.0 - w.mass) if w.side == "agrees" else Mass(0.0, w.mass, 1.0 - w.mass)
        for w in witnesses
        if w.side in ("agrees", "conflicts")
    ]
    if not masses:
        return Corroboration(item=item, answer=answer, witnesses=tuple(witnesses))
    whole, conflict = combine(masses)
    return Corroboration(
        item=item, answer=answer, belief=_unit(whole.relevant), plausibility=_unit(whole.relevant + whole.unknown),
        conflict=_unit(conflict), witnesses=tuple(witnesses),
    )  # fmt: skip


def disputed(found: Corroboration, settings: ContextSettings) -> bool:
    """Whether the conflict is above the setting, however firmly the answer is believed, or the answer is outweighed."""
    return outweighed(found) or (found.conflict or 0.0) > settings.max_conflict


def outweighed(found: Corroboration) -> bool:
    """Whether more belief is committed against the answer than to it."""
    if found.belief is None or found.plausibility is None:
        return False
    return found.belief < 1.0 - found.plausibility


def dispute(found: Corroboration) -> str:
    """A sentence on who contradicts whom; empty where the camera alone does, which has a sentence of its own."""
    if not [w for w in found.side("conflicts") if w.mass and w.channel != "camera"]:
        return ""
    against = ", ".join(f"{_TITLES[w.channel]} {_say(w)} {w.says}" for w in found.side("conflicts") if w.mass)
    for_it = " and ".join(_TITLES[w.channel] for w in found.side("agrees")) or "nothing independent"
    return (
        f"The channels contradict each other on the {found.item} (conflict {found.conflict:.2f}): {for_it} "
        f"for {found.answer}; but {against}."
    )


def _say(witness: Witness) -> str:
    return "say" if witness.channel == "words_note" else "says"


def may_testify(article_id: str, rated: Mapping[str, Assessment]) -> bool:
    """Whether an article passes the gate; where articles are rated, one that came too low to be rated does not."""
    one = rated.get(article_id)
    return one.passes if one else not any(a.probability is not None for a in rated.values())


def camera_day(photo: Photo) -> PartialDate | None:
    """The day of the camera's clock; None where the file has none that can be read."""
    try:
        day = date.fromisoformat(photo.camera.time[:10])
    except ValueError:  # the photo stage names the problem; here there is nothing to compare
        return None
    return PartialDate(year=day.year, month=day.month, day=day.day)


# --- sides ----------------------------------------------------------------------------------------------------


def _place_side(name: str, said: Place, answer: Place | None, settings: ContextSettings) -> tuple[Side, str]:
    if answer is None:
        return "unopposed", ""
    km = distance_km(said, answer)
    away = f"{km:,.0f} km from the answer." if km is not None else ""
    if name == "camera":  # a point lies in no named place: it is compared by distance
        near = km is not None and km <= settings.level_tolerance_km.get(answer.level, settings.place_tolerance_km)
        return ("compatible" if km is None else "agrees" if near else "conflicts"), away
    if contains(answer, said):
        return "agrees", ""
    if contains(said, answer):
        return "compatible", f"Only as far as the {said.level}."
    fine = {said.level, answer.level} <= {"venue", "city"}
    if fine and km is not None and km <= settings.place_tolerance_km:
        return "agrees", away
    return "conflicts", away


def _date_side(name: str, said: PartialDate, answer: PartialDate | None, settings: ContextSettings) -> tuple[Side, str]:
    if answer is None:
        return "unopposed", ""
    days = days_between(said, answer)
    apart = f"{days:,} days from the answer." if days else ""
    if covers(said, answer) and said.precision != answer.precision:
        return "compatible", f"Only as far as the {said.precision}."
    late = name == "camera" and said.first > answer.last  # coverage is printed after the moment, never before
    return ("agrees" if days <= (1 if late else settings.date_tolerance_days) else "conflicts"), apart


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)  # float sums
