"""The five pillars of verification, answered as far as newsctx's evidence goes.

Provenance (is this the original?), source (who captured it?), date (when?), place (where?), motivation (why?): the
visual verification checklist of First Draft (Urbani, "Verifying Online Information", 2019; the same five in
Dotan and Wardle's visual verification guides and in Bellingcat's practice). The guides answer them by hand; here each
question stands beside what the analysis found, what contradicts it, and what newsctx cannot answer.

Texts are templates with named values, so that the interface can show them in its own language and a report in English.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from newsctx.document import Document
from newsctx.override_types import PILLARS, AnswerPillar, Pillar
from newsctx.overrides import replay
from newsctx.records import ClaimCheck, Corroboration, Match, PartialDate, Record

Bearing = Literal["supports", "contradicts", "context", "missing"]

QUESTIONS: dict[Pillar, str] = {
    "provenance": "Is this the original photograph, and where was it published first?",
    "source": "Who took it, and who published it?",
    "date": "When was it taken?",
    "place": "Where was it taken?",
    "motivation": "Why was it taken and shared?",
}
LIMITS: dict[Pillar, str] = {
    "provenance": "newsctx knows its archive, not the internet: an earlier copy may exist elsewhere. A reverse image "
    "search on the open web belongs to this question.",
    "source": "newsctx cannot answer who uploaded it or whether they made it: ask them, and look at the account.",
    "date": "Articles tell when an event was, not when this frame was taken; shadows and weather are yours to read.",
    "place": "Articles tell where an event was, not where the camera stood; landmarks and maps are yours to compare.",
    "motivation": "newsctx cannot answer this: who gains, who was the audience, what is left out of the frame.",
}
#: What a finding says, by its code.
SAID: dict[str, str] = {
    "matched": "The photograph itself stands in %(n)s archived articles; the earliest is “%(headline)s” (%(from)s).",
    "matched_one": "The photograph itself stands in an archived article: “%(headline)s” (%(from)s).",
    "scene": "Other photographs of the same scene in the archive: %(n)s.",
    "mirrored": "It is mirrored against the archived copy: it was changed after it was published.",
    "no_match": "No archived photograph was found in this one.",
    "not_compared": "It has not been compared with archived photographs.",
    "published_before": "It was published on %(published)s, before the date that the claim gives (%(claimed)s).",
    "published_before_camera": "It was published on %(published)s, before its camera says that it was taken "
    "(%(camera)s): the camera's clock was wrong, or the metadata belong to another picture.",
    "outlets": "Published by %(outlets)s.",
    "no_outlet": "No archived article is known to show it, so newsctx knows no publisher.",
    "unnamed": "The archived articles that show it name no outlet.",
    "camera": "The file names a camera: %(camera)s.",
    "no_camera": "The file names no camera; networks, messengers and agencies remove that.",
    "answer": "The evidence says %(answer)s (%(confidence)s).",
    "analyst": "You set it to %(answer)s.",
    "no_answer": "The evidence gives no answer.",
    "not_asked": "The evidence has not been weighed yet.",
    "clock": "The camera's clock says %(time)s.",
    "clock_problem": "About the camera's clock: %(problem)s.",
    "gps": "The file's GPS says %(position)s.",
    "gps_problem": "About the file's GPS: %(problem)s.",
    "supported": "Articles support what the claim says: %(claimed)s.",
    "contradicted": "Articles contradict what the claim says (%(claimed)s): they have %(found)s.",
    "contradicted_bare": "Articles contradict what the claim says (%(claimed)s).",
    "not_addressed": "Articles do not speak of what the claim says (%(claimed)s).",
    "witness": "%(who)s contradicts: %(says)s.",
    "claim": "The claim under check: “%(claim)s”.",
    "no_claim": "No claim was given. What a photograph is said to show is where the question why begins.",
    "first": "The first to publish it in the archive: %(source)s, %(published)s.",
}
CONFIDENCE: dict[str, str] = {
    "high": "high confidence", "medium": "medium confidence", "low": "low confidence",
    "unrated": "confidence not rated", "": "confidence not rated",
}  # fmt: skip
WITNESSES: dict[str, str] = {
    "copy": "The matched photograph", "image_text": "What the photograph looks like", "words_note": "Your note",
    "words_ocr": "The legible text", "camera": "The camera", "claim": "The claim",
}  # fmt: skip


WORDS = {"confidence": CONFIDENCE, "who": WITNESSES}


class Finding(Record):
    """One thing that the evidence says on a pillar."""

    code: str  # a key of SAID
    bearing: Bearing
    values: dict[str, str] = {}  # of the template; texts of articles and files, not trusted
    article_ids: tuple[str, ...] = ()
    goto: Literal["photo", "retrieve", "verify", "context"] = "context"  # where the evidence stands
    word: dict[str, str] = {}  # values that are themselves texts: a name of WORDS -> a key of that table

    @property
    def text(self) -> str:
        """In English."""
        return SAID[self.code] % {**self.values, **{name: WORDS[name][key] for name, key in self.word.items()}}


class PillarView(Record):
    """One pillar: the question, the evidence, and the analyst's word."""

    pillar: Pillar
    question: str
    findings: tuple[Finding, ...] = ()  # what supports, then context, then what is missing
    contradictions: tuple[Finding, ...] = ()
    limit: str  # what newsctx cannot answer here
    status: Literal["", "verified", "doubtful", "false", "unknown"] = ""  # the analyst's; empty: not answered
    note: str = ""

    @property
    def evidence(self) -> Literal["contradicts", "supports", "silent"]:
        """What the evidence amounts to, before the analyst's word."""
        if self.contradictions:
            return "contradicts"
        return "supports" if any(f.bearing == "supports" for f in self.findings) else "silent"


def checklist(document: Document) -> tuple[PillarView, ...]:
    """The five pillars in their order. Pure: the same document gives the same checklist."""
    answers = replay(document.overrides).pillars
    found = {
        "provenance": _provenance(document), "source": _source(document), "date": _date(document),
        "place": _place(document), "motivation": _motivation(document),
    }  # fmt: skip
    return tuple(_pillar(p, found[p], answers.get(p)) for p in PILLARS)


def answered(pillars: Iterable[PillarView]) -> int:
    """How many pillars the analyst has answered; `unknown` is an answer, too: it was looked into."""
    return sum(bool(p.status) for p in pillars)


def _pillar(pillar: Pillar, found: list[Finding], answer: AnswerPillar | None) -> PillarView:
    order: tuple[Bearing, ...] = ("supports", "context", "missing")
    return PillarView(
        pillar=pillar, question=QUESTIONS[pillar], limit=LIMITS[pillar],
        findings=tuple(f for bearing in order for f in found if f.bearing == bearing),
        contradictions=tuple(f for f in found if f.bearing == "contradicts"),
        status=answer.status if answer else "", note=answer.note if answer else "",
    )  # fmt: skip


# --- the pillars ----------------------------------------------------------------------------------------------


def _provenance(document: Document) -> list[Finding]:
    if document.stages.verify is None:
        return [Finding(code="not_compared", bearing="missing", goto="verify")]
    copies, found = _copies(document), []
    if copies:
        first = _earliest(document, copies)
        card = document.articles.get(first)
        place = ", ".join(t for t in (card.source, _iso(card.published)) if t) if card else ""
        values = {
            "n": str(len(_articles(copies))),
            "headline": card.headline if card else first,
            "from": place or first,
        }
        found.append(
            _finding(
                "matched" if len(_articles(copies)) > 1 else "matched_one",
                "supports",
                values,
                _articles(copies),
                "verify",
            )
        )
        if all(m.mirrored for m in copies):
            found.append(_finding("mirrored", "contradicts", {}, _articles(copies), "verify"))
    else:
        found.append(Finding(code="no_match", bearing="missing", goto="verify"))
    scenes = [m for m in document.stages.verify.matches if m.accepted and m.relation == "scene"]
    if scenes:
        found.append(_finding("scene", "context", {"n": str(len(scenes))}, _articles(scenes), "verify"))
    return found


def _source(document: Document) -> list[Finding]:
    ids = _articles(_copies(document))
    outlets = dict.fromkeys(document.articles[i].source for i in ids if i in document.articles)
    names = ", ".join(o for o in outlets if o)
    missing = Finding(code="unnamed" if ids else "no_outlet", bearing="missing", goto="verify")
    found = [_finding("outlets", "supports", {"outlets": names}, ids, "verify") if names else missing]
    camera = document.photo.camera if document.photo else None
    if camera and (camera.make or camera.model):
        name = " ".join(t for t in (camera.make, camera.model) if t)
        found.append(_finding("camera", "context", {"camera": name}, (), "photo"))
    elif camera:
        found.append(Finding(code="no_camera", bearing="missing", goto="photo"))
    return found


def _date(document: Document) -> list[Finding]:
    context, found = document.context, []
    if context is None:
        found.append(Finding(code="not_asked", bearing="missing"))
    else:
        answer = context.date
        shown = answer.date.iso if answer.date else ""
        found += _answer(shown, answer.basis, answer.confidence, answer.article_ids)
        found += _claimed(context.agreement, "date") + _witnesses(context.corroboration, "date")
    camera = document.photo.camera if document.photo else None
    if camera and camera.time:
        found.append(_finding("clock", "context", {"time": camera.time.replace("T", " ")}, (), "photo"))
    if camera and camera.time_problem:
        found.append(_finding("clock_problem", "context", {"problem": camera.time_problem}, (), "photo"))
    return found + _too_early(document)


def _place(document: Document) -> list[Finding]:
    context, found = document.context, []
    if context is None:
        found.append(Finding(code="not_asked", bearing="missing"))
    else:
        answer = context.place
        found += _answer(answer.label, answer.basis, answer.confidence, answer.article_ids)
        found += _claimed(context.agreement, "place") + _witnesses(context.corroboration, "place")
    camera = document.photo.camera if document.photo else None
    if camera and camera.lat is not None and camera.lon is not None:
        found.append(_finding("gps", "context", {"position": f"{camera.lat:.5f}, {camera.lon:.5f}"}, (), "photo"))
    if camera and camera.gps_problem:
        found.append(_finding("gps_problem", "context", {"problem": camera.gps_problem}, (), "photo"))
    return found


def _motivation(document: Document) -> list[Finding]:
    claim, found = document.inputs.claim, []
    text = claim.text or ", ".join(t for t in (claim.place, claim.date.iso if claim.date else "") if t)
    missing = Finding(code="no_claim", bearing="missing")
    found.append(_finding("claim", "context", {"claim": text}, (), "photo") if text else missing)
    if document.context:
        found += _claimed(document.context.agreement, "text")
    copies = _copies(document)
    card = document.articles.get(_earliest(document, copies)) if copies else None
    if card and card.source and card.published:
        values = {"source": card.source, "published": card.published.iso}
        found.append(_finding("first", "context", values, (card.article_id,), "verify"))
    return found


# --- their parts ----------------------------------------------------------------------------------------------


def _answer(shown: str, basis: str, confidence: str, article_ids: tuple[str, ...]) -> list[Finding]:
    if not shown:
        return [Finding(code="no_answer", bearing="missing")]
    if basis == "analyst":
        return [_finding("analyst", "supports", {"answer": shown}, article_ids, "context")]
    word = {"confidence": confidence}
    bearing: Bearing = "supports" if confidence in ("high", "medium") else "context"
    return [Finding(code="answer", bearing=bearing, values={"answer": shown}, word=word, article_ids=article_ids)]


def _claimed(checks: Iterable[ClaimCheck], item: str) -> list[Finding]:
    bearing: dict[str, Bearing] = {"supported": "supports", "contradicted": "contradicts", "not_addressed": "missing"}
    found = []
    for check in checks:
        if check.item == item:
            code = "contradicted_bare" if check.verdict == "contradicted" and not check.found else check.verdict
            values = {"claimed": check.claimed, "found": check.found}
            found.append(_finding(code, bearing[check.verdict], values, check.article_ids, "context"))
    return found


def _witnesses(combined: Iterable[Corroboration], item: str) -> list[Finding]:
    """Independent channels against the answer; what the claim says of it stands there already."""
    return [
        Finding(
            code="witness", bearing="contradicts", values={"says": w.says},
            word={"who": w.channel}, article_ids=w.article_ids,
        )
        for c in combined if c.item == item
        for w in c.side("conflicts") if w.channel != "claim" and w.says
    ]  # fmt: skip


def _too_early(document: Document) -> list[Finding]:
    """A photograph cannot be published before it is taken."""
    copies = _copies(document)
    card = document.articles.get(_earliest(document, copies)) if copies else None
    published = card.published if card else None
    if card is None or published is None:
        return []
    found, claimed = [], document.inputs.claim.date
    camera = document.photo.camera.time if document.photo else ""
    ids, said = (card.article_id,), published.iso
    if claimed and published.last < claimed.first:
        values = {"published": said, "claimed": claimed.iso}
        found.append(_finding("published_before", "contradicts", values, ids, "verify"))
    if camera and published.last < date.fromisoformat(camera[:10]):
        values = {"published": said, "camera": camera[:10]}
        found.append(_finding("published_before_camera", "contradicts", values, ids, "verify"))
    return found


def _copies(document: Document) -> list[Match]:
    """Matches that are the photograph itself."""
    verify = document.stages.verify
    return [m for m in verify.matches if m.accepted and m.relation == "photo"] if verify else []


def _articles(matches: Iterable[Match]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.article_id for m in matches))


def _earliest(document: Document, matches: Iterable[Match]) -> str:
    """The article that published it first; undated ones come last, then the best match."""
    ids = _articles(matches)
    dated = {i: document.articles[i].published for i in ids if i in document.articles}
    return min(ids, key=lambda i: dated[i].first if dated.get(i) else date.max)  # type: ignore[union-attr]


def _iso(value: PartialDate | None) -> str:
    return value.iso if value else ""


def _finding(code: str, bearing: Bearing, values: dict[str, str], article_ids: tuple[str, ...], goto: str) -> Finding:
    return Finding(code=code, bearing=bearing, values=values, article_ids=article_ids, goto=goto)  # type: ignore[arg-type]
