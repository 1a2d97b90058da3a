"""From a case to a report. Pure: the same sources give the same report."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from newsctx import __version__
from newsctx.audit import NOBODY, AuditEntry, AuditProblem
from newsctx.case_records import OverrideMade
from newsctx.checklist import CONFIDENCE, SAID, WITNESSES, Finding, checklist
from newsctx.document import ArticleCard, Document
from newsctx.errors import CaseError
from newsctx.overrides import replay
from newsctx.records import STAGES, Camera, Hit, Photo, Place
from newsctx.report import answers, captions, facts, words
from newsctx.sensitive import PHOTO, hidden
from newsctx.settings import Settings

if TYPE_CHECKING:
    from newsctx.workbench import CaseView

ORDERS = ("events", "locate", "verify", "retrieve")  # ranking stages, the latest first
_RANKED = re.compile(r"Rank \d+ of the final order and the scores behind it\.")  # the rank stands beside it


@dataclass(frozen=True)
class Sources:
    """All that a report is made of."""

    view: CaseView
    photo: bytes  # as it was uploaded
    trail: Sequence[AuditEntry]
    problems: Sequence[AuditProblem] = ()
    overrides: Sequence[OverrideMade] = ()
    claimed: Place | None = None  # where the claimed place lies
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # what is shown, by name: see `pictures`
    sensitive: bool = False  # also show pictures that are marked sensitive: it was chosen
    expected: frozenset[str] = frozenset()  # pictures that a report of this case has where their files are there


def report(sources: Sources, made: str) -> facts.Report:
    """The report of a case; `made`: ISO 8601, UTC. Raises CaseError where nothing was analysed yet."""
    document = analysed(sources.view)
    edits, covered = replay(document.overrides), covers(document, sources.sensitive)
    caption = captions.caption(document, sources.view.captions, edits, sources.overrides)
    trail = _trail(sources)
    order = next((s for s in ORDERS if getattr(document.stages, s) is not None), "")
    return facts.Report(
        made=made, newsctx=__version__,
        case=_case(sources), photo=_photo(document, sources, PHOTO in covered),
        place=answers.place(document, sources.overrides), date=answers.date(document, sources.overrides),
        relevance=answers.relevance(document), checks=answers.checks(document), witnesses=answers.witnesses(document),
        conflicts=document.context.conflicts if document.context else (), checklist=_checklist(document),
        caption=caption, order=words.STAGES.get(order, ""), hits=_hits(document, order),
        matches=_matches(document, covered), events=events(document), marks=answers.marks(document, sources.claimed),
        overrides=_overrides(document, sources.overrides), excluded=edits.excluded,
        unavailable=_unavailable(document, sources), stale=tuple(s.name for s in document.status if s.state == "stale"),
        articles={a: _article(c) for a, c in sorted(document.articles.items())}
        | {a: _unknown(a) for a in edits.excluded if a not in document.articles},
        images=_images(document, sources, covered), archive=document.archive, models=document.models,
        settings=settings_that_differ(document.settings), trail=trail,
        hashes=_hashes(document, sources, caption.text, trail.head),
        document=document,
    )  # fmt: skip


def analysed(view: CaseView) -> Document:
    """The case's document with what it hides named in it. Raises CaseError where a report cannot be made of it."""
    document = view.document
    if document is None or document.photo is None:
        raise CaseError("There is nothing to report yet: analyse the photograph first.")
    if view.running or (document.caption and document.caption.draft):
        raise CaseError("The case is being computed: wait for its end, or cancel, then make the report.")
    return document.model_copy(update={"sensitive": tuple(sorted(hidden(document)))})


def covers(document: Document, chosen: bool) -> frozenset[str]:
    """Pictures that the report does not show: image ids, `PHOTO` the photograph itself."""
    return frozenset() if chosen else hidden(document)


# --- the case ---------------------------------------------------------------------------------------------------


def _case(sources: Sources) -> facts.CaseFacts:
    view, claim = sources.view, sources.view.inputs.claim
    names = dict.fromkeys(e.who for e in changes(sources.trail) if e.who != NOBODY)
    return facts.CaseFacts(
        case_id=view.case_id, title=view.title, status=view.status, tags=view.tags, archived=view.archived,
        created=view.created, note=view.inputs.note, claim_text=claim.text, claim_place=claim.place,
        claim_date=claim.date.iso if claim.date else "", analysts=tuple(names),
    )  # fmt: skip


def _photo(document: Document, sources: Sources, covered: bool) -> facts.PhotoFacts:
    photo = document.photo or Photo.model_construct()
    return facts.PhotoFacts(
        sha256=hashlib.sha256(sources.photo).hexdigest(), filename=photo.filename, phash=photo.phash,
        format=photo.format, bytes=len(sources.photo), width=photo.width, height=photo.height,
        camera=tuple(_camera(photo.camera)), text=photo.ocr_text, notices=photo.notices, hidden=covered,
    )  # fmt: skip


def _camera(camera: Camera) -> list[tuple[str, str]]:
    name = " ".join(t for t in (camera.make, camera.model) if t)
    at = f"{camera.lat:.5f}, {camera.lon:.5f}" if camera.lat is not None and camera.lon is not None else ""
    rows = [
        ("Camera", name), ("Camera's clock", camera.time.replace("T", " ")), ("About its clock", camera.time_problem),
        ("Position in the file", at), ("About the position", camera.gps_problem),
    ]  # fmt: skip
    return [(label, value) for label, value in rows if value]


def _article(card: ArticleCard) -> facts.ArticleFacts:
    return facts.ArticleFacts(
        article_id=card.article_id, headline=card.headline, source=card.source, url=words.link(card.url),
        published=card.published.iso if card.published else "", places=tuple(p.label for p in card.places),
        image_id=card.image_id or "", added=card.added, corrected=card.corrected,
    )  # fmt: skip


def _unknown(article_id: str) -> facts.ArticleFacts:
    return facts.ArticleFacts(article_id=article_id, headline="")


def _checklist(document: Document) -> tuple[facts.PillarFacts, ...]:
    return tuple(
        facts.PillarFacts(
            pillar=p.pillar, question=p.question, status=p.status, note=p.note, evidence=p.evidence, limit=p.limit,
            findings=tuple(
                facts.FindingFacts(text=_said(f), bearing=f.bearing, article_ids=f.article_ids)
                for f in (*p.contradictions, *p.findings)
            ),
        )
        for p in checklist(document)
    )  # fmt: skip


def _said(one: Finding) -> str:
    """A finding to a reader who is not the analyst."""
    own = SAID | {"analyst": "The analyst set it to %(answer)s."}
    named = {n: (WITNESSES | {"words_note": "The analyst's note"} | CONFIDENCE)[key] for n, key in one.word.items()}
    return own[one.code] % {**one.values, **named}


# --- evidence ---------------------------------------------------------------------------------------------------


def _hits(document: Document, order: str) -> tuple[facts.HitFacts, ...]:
    result = getattr(document.stages, order) if order else None
    return tuple(_hit(document, h) for h in result.hits) if result else ()


def _hit(document: Document, hit: Hit) -> facts.HitFacts:
    rated = document.stages.relevance.articles.get(hit.article_id) if document.stages.relevance else None
    ways = [(s, _of(getattr(document.stages, s), hit.article_id)) for s in reversed(ORDERS)]
    first = next((h for _, h in ways if h is not None and h.channels), hit)
    basis = _RANKED.sub("", rated.basis) if rated else ""
    reasons = (_RANKED.sub("", hit.reason).strip(), basis.replace(" by you", " by the analyst").strip())
    return facts.HitFacts(
        rank=hit.rank, article_id=hit.article_id, tier=hit.tier, score=hit.score, probability=hit.probability,
        relevance=words.RELEVANCE[rated.level] if rated and rated.level else "",
        relevance_probability=rated.probability if rated else None,
        why=" ".join(dict.fromkeys(r for r in reasons if r)),
        ranks=tuple((words.STAGES[s], h.rank) for s, h in ways if h is not None),
        channels=tuple((n, c.rank, c.score) for n, c in sorted(first.channels.items(), key=lambda c: c[1].rank)),
    )  # fmt: skip


def _of(result: Any, article_id: str) -> Hit | None:
    return next((h for h in result.hits if h.article_id == article_id), None) if result else None


def _matches(document: Document, covered: frozenset[str]) -> tuple[facts.MatchFacts, ...]:
    found = document.stages.verify.matches if document.stages.verify else ()
    return tuple(
        facts.MatchFacts(
            article_id=m.article_id, image_id=m.image_id, relation=m.relation, inliers=m.inliers,
            confidence=m.confidence, mirrored=m.mirrored, note=m.note,
            hidden=m.image_id in covered or PHOTO in covered,
        )
        for m in found if m.accepted
    )  # fmt: skip


def events(document: Document) -> tuple[facts.EventFacts, ...]:
    """The events that an analyst is shown, numbered as in the workbench; dropped ones at the end."""
    decisions = replay(document.overrides).clusters
    found = document.stages.events.clusters if document.stages.events else ()
    shown = [c for c in found if c.maximal or decisions.get(c.id)]
    shown.sort(key=lambda c: decisions.get(c.id, "") == "dropped")
    rated = document.stages.relevance.clusters if document.stages.relevance else {}
    return tuple(
        facts.EventFacts(
            number=n, place=c.place, first=c.first.isoformat(), last=c.last.isoformat(), article_ids=c.article_ids,
            probability=c.probability, decision=decisions.get(c.id, ""), lat=c.lat, lon=c.lon,
            relevance=words.RELEVANCE[rated[c.id].level or ""] if c.id in rated and rated[c.id].level else "",
        )
        for n, c in enumerate(shown, 1)
    )  # fmt: skip


def _images(document: Document, sources: Sources, covered: frozenset[str]) -> tuple[facts.ImageFacts, ...]:
    """Archived photographs of the articles of this report, and whether it shows them."""
    of: dict[str, str] = {}
    for card in sorted(document.articles.values(), key=lambda c: c.article_id):
        if card.image_id:
            of.setdefault(card.image_id, card.article_id)
    for match in document.stages.verify.matches if document.stages.verify else ():
        if match.accepted:
            of.setdefault(match.image_id, match.article_id)
    return tuple(
        facts.ImageFacts(
            image_id=i, article_id=a, shown=f"archive-{i}" in sources.pictures or f"match-{i}" in sources.pictures,
            why="marked sensitive" if i in covered else "",
        )
        for i, a in sorted(of.items())
    )  # fmt: skip


# --- what people did --------------------------------------------------------------------------------------------


def _overrides(document: Document, made: Sequence[OverrideMade]) -> tuple[facts.OverrideFacts, ...]:
    told = words.Told(document)
    return tuple(
        facts.OverrideFacts(
            number=o.number, made=o.made, who="" if o.who == NOBODY else o.who, state=o.state,
            action=o.override.action, text=told.sentence(o.override), reason=o.override.reason,
        )
        for o in made
    )  # fmt: skip


def changes(trail: Sequence[AuditEntry]) -> list[AuditEntry]:
    """The trail up to the last entry that is no download: a report must not change the next one."""
    last = max((i for i, e in enumerate(trail, 1) if e.what != "exported"), default=0)
    return list(trail[:last])


def _trail(sources: Sources) -> facts.TrailFacts:
    entries = changes(sources.trail)
    return facts.TrailFacts(
        entries=len(entries), head=entries[-1].hash if entries else "",
        problems=tuple(str(p) for p in sources.problems),
    )  # fmt: skip


# --- how it was made --------------------------------------------------------------------------------------------


def _unavailable(document: Document, sources: Sources) -> tuple[facts.MissingFacts, ...]:
    """Everything that could not work, each with why."""
    stages, rows = document.stages, []
    if document.photo and document.photo.ocr_unavailable:
        rows.append(("Legible text", document.photo.ocr_unavailable))
    if stages.retrieve:
        rows += [
            (f"Channel “{words.channel(c.name)}”", c.reason)
            for c in stages.retrieve.channels if c.state in ("unavailable", "no_query")
        ]  # fmt: skip
    for name in ("verify", "locate", "events", "relevance"):
        why = getattr(getattr(stages, name), "unavailable", "")
        rows += [(words.STAGES[name].capitalize(), why)] if why else []
    if document.context and document.context.relevance.unavailable:
        rows.append(("Rating of the first article", document.context.relevance.unavailable))
    if stages.chunk_selection and stages.chunk_selection.note:
        rows.append(("Choice of passages", stages.chunk_selection.note))
    rows += [(f"Model: {words.SLOTS.get(m.slot, m.slot)}", m.unavailable) for m in document.models if m.unavailable]
    rows += [(f"Stage: {words.STAGES[s.name]}", s.note) for s in document.status if s.state == "failed"]
    done = {s.name for s in document.status}
    rows += [(f"Stage: {words.STAGES[n]}", "it has not run") for n in STAGES if n not in done]
    lost = len(sources.expected - set(sources.pictures))
    if lost:
        rows.append(("Pictures", f"{words.count(lost, 'archived photograph')} could not be read from the archive"))
    return tuple(facts.MissingFacts(part=part, why=why) for part, why in dict.fromkeys(rows))


def settings_that_differ(used: Mapping[str, Any]) -> tuple[facts.SettingFacts, ...]:
    """Settings of the analysis that are not the defaults of this version, by dotted name.

    The profile always stands there; a setting that this version does not know has the default “unknown”.
    """
    defaults = _flat(Settings(profile="embedded").model_dump(mode="json"))
    mine = _flat(used)
    return tuple(
        facts.SettingFacts(name=n, value=_value(v), default=_value(defaults[n]) if n in defaults else "unknown")
        for n, v in sorted(mine.items()) if n == "profile" or n not in defaults or defaults[n] != v
    )  # fmt: skip


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and not before:
            found |= _flat(value, f"{name}.")
        else:
            found[before + name] = value
    return found


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _hashes(document: Document, sources: Sources, caption: str, head: str) -> facts.HashFacts:
    settings = json.dumps(document.settings, ensure_ascii=False, sort_keys=True)
    return facts.HashFacts(
        photo=hashlib.sha256(sources.photo).hexdigest(), document=_sha256(document.to_json()),
        caption=_sha256(caption) if caption else "", settings=_sha256(settings),
        archive_version=document.archive.version, trail_head=head,
        pictures={n: hashlib.sha256(d).hexdigest() for n, d in sorted(sources.pictures.items())},
    )  # fmt: skip


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
