"""A report as a list of blocks, in the order in which an editor reads; the renderers only set them.

Texts of articles, files, models and analysts stand in the blocks as they are: every renderer escapes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from newsctx.article_names import named
from newsctx.report import charts, words
from newsctx.report.facts import (
    AnswerFacts,
    ArticleFacts,
    CaptionFacts,
    CheckFacts,
    HitFacts,
    PillarFacts,
    Report,
    SentenceFacts,
)
from newsctx.settings import ReportSettings

Tone = Literal["plain", "lead", "note", "warning", "good", "quote", "quiet", "code"]


@dataclass(frozen=True)
class Link:
    """Text that leads to an article; `url` is http(s) and was checked."""

    text: str
    url: str


Cell = str | Link


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2
    key: str = ""


@dataclass(frozen=True)
class Paragraph:
    parts: tuple[Cell, ...]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Rows:
    """Names and values."""

    rows: tuple[tuple[str, Cell], ...]
    mono: bool = False  # hashes and the like


@dataclass(frozen=True)
class Table:
    """Every row has as many cells as there are columns; `widths`: parts of the whole."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    numbers: tuple[int, ...] = ()  # columns that hold numbers: set to the right
    pictures: tuple[str, ...] = ()  # by row: a name among the report's pictures, or empty; shown in a column before


@dataclass(frozen=True)
class Items:
    items: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A picture by its name; where it is missing, `missing` stands there instead."""

    name: str
    caption: str
    alt: str
    width: int = 100  # percent of the text
    missing: str = ""


@dataclass(frozen=True)
class Opening:
    """The head of the report: what it is about, the photograph beside the verdict."""

    title: str
    status: str
    made: str
    photo: Figure
    verdict: tuple[tuple[str, str, str, str], ...]  # question, answer, who and how sure, tone of the answer
    warnings: tuple[str, ...] = ()


Block = Opening | Heading | Paragraph | Rows | Table | Items | Figure
HIDDEN = "Marked as sensitive: this report was made without it."


def outline(report: Report, settings: ReportSettings, shown: Iterable[str]) -> list[Block]:
    """The whole report. `shown`: names of the pictures that there are."""
    one = _Outline(report, settings, frozenset(shown))
    return [
        one.opening(), *one.caption(), *one.claim(), *one.checklist(), *one.answers(), *one.matches(), *one.events(),
        *one.articles(), *one.people(), *one.missing(), *one.machine(), *one.hashes(),
    ]  # fmt: skip


class _Outline:
    def __init__(self, report: Report, settings: ReportSettings, shown: frozenset[str]) -> None:
        self.of, self.settings, self.shown = report, settings, shown

    # --- the head -------------------------------------------------------------------------------------------------

    def opening(self) -> Opening:
        r, photo = self.of, self.of.photo
        verdict = [_verdict(r.place), _verdict(r.date)]
        if r.checks:
            against = [c for c in r.checks if c.verdict == "contradicted"]
            supported = [c for c in r.checks if c.verdict == "supported"]
            told = "; ".join(f"{c.item} {words.VERDICTS[c.verdict].lower()}" for c in r.checks)
            answer = "Contradicted" if against else "Supported" if len(supported) == len(r.checks) else "Not settled"
            tones = {"Contradicted": "bad", "Supported": "good", "Not settled": "warn" if supported else "none"}
            verdict.append(("Claim", answer, told, tones[answer]))
        said = {
            "approved": ("Approved", "good"), "changed": ("Approved, reworded since", "warn"),
            "draft": ("Draft, not approved", "warn"), "none": ("None", "none"),
        }[r.caption.state]  # fmt: skip
        verdict.append(("Caption", said[0], _approval(r.caption), said[1]))
        missing = HIDDEN if photo.hidden else "Its picture could not be made."
        name = photo.filename or "The photograph under check"
        return Opening(
            title=r.case.title, status=words.CASE_STATUS[r.case.status], made=r.made,
            photo=Figure(
                "photo", f"{name}, {photo.width} × {photo.height} pixels", f"The photograph under check: {name}",
                missing=missing,
            ),
            verdict=tuple(verdict), warnings=tuple(self._warnings()),
        )  # fmt: skip

    def _warnings(self) -> list[str]:
        found = []
        if self.of.stale:
            stages = ", ".join(words.STAGES[s] for s in self.of.stale)
            what = "every stage" if len(self.of.stale) == len(words.STAGES) else stages
            found.append(
                f"Not up to date: the case, the archive or newsctx has changed since these were computed: {what}."
            )
        if self.of.trail.problems:
            found.append("The audit trail does not hold: see “Hashes and trail”.")
        if self.of.conflicts:
            many = words.count(len(self.of.conflicts), "conflict")
            found.append(f"{many} in the evidence: see “Where and when”.")
        for notice in self.of.archive.notices:
            found.append(f"About the archive: {notice}")
        return found

    # --- caption --------------------------------------------------------------------------------------------------

    def caption(self) -> list[Block]:
        c = self.of.caption
        blocks: list[Block] = [Heading("Caption", key="caption")]
        if not c.text:
            return [*blocks, _text(c.note or "There is no caption.", "quiet")]
        if c.state == "draft":
            blocks.append(_text("Draft: nobody has approved this caption. Do not publish it as checked.", "warning"))
        else:
            blocks.append(_text(f"{_approval(c)}.{' Reason: ' + c.reason if c.reason else ''}", "good"))
        blocks.append(_text(c.text, "quote"))
        if c.draft:
            blocks += [_text("The wording has changed since; this one is not approved:", "warning"),
                       _text(c.draft, "quote")]  # fmt: skip
        writer = f", {c.writer}" if c.writer not in ("extractive", "the analyst") else ""
        told = f"{c.kind}{writer}{', repaired once' if c.repaired else ''}."
        blocks.append(_text(f"Version {c.version}, {told}" if c.version else told[:1].upper() + told[1:], "quiet"))
        if c.note:
            blocks.append(_text(c.note, "note"))
        if c.sentences:
            rows = tuple((s.text, self._sources(s), _held(s)) for s in c.sentences)
            blocks.append(Table(("Sentence", "Rests on", "Held against it"), rows, (36, 44, 20)))
        return blocks

    def _sources(self, sentence: SentenceFacts) -> str:
        told = []
        for s in sentence.sources:
            where = self.short(s.article_id) if s.article_id else ""
            told.append(f"{s.text} ({where})" if where and s.text else s.text or where)
        return "\n".join(told) or "nothing"

    # --- claim and checklist --------------------------------------------------------------------------------------

    def claim(self) -> list[Block]:
        case = self.of.case
        given = [("Claim", case.claim_text), ("Claimed place", case.claim_place),
                 ("Claimed date", words.iso_day(case.claim_date)), ("Note of the analyst", case.note)]  # fmt: skip
        rows: tuple[tuple[str, Cell], ...] = tuple((name, value) for name, value in given if value)
        blocks: list[Block] = [Heading("Claim under check", key="claim")]
        blocks.append(Rows(rows) if rows else _text("No claim and no note were given.", "quiet"))
        if self.of.checks:
            table = tuple(
                (c.item.capitalize(), c.claimed, words.VERDICTS[c.verdict], self._against(c)) for c in self.of.checks
            )
            blocks.append(Table(("Item", "Claimed", "Verdict", "What the evidence has"), table, (10, 28, 16, 46)))
        return blocks

    def _against(self, c: CheckFacts) -> str:
        quotes = [f"“{text}” ({self.short(article_id)})" for article_id, text in c.quotes]
        return "\n".join(t for t in (c.found, c.distance, self.named(c.note), *quotes) if t)

    def checklist(self) -> list[Block]:
        rows = [(p.question, self._status(p), self._findings(p)) for p in self.of.checklist]
        done = sum(bool(p.status) for p in self.of.checklist)
        told = f"{done} of {len(rows)} questions were answered by the analyst."
        return [
            Heading("The five pillars of verification", key="checklist"), _text(told, "quiet"),
            Table(("Question", "The analyst's answer", "What the evidence says"), tuple(rows), (22, 22, 56)),
        ]  # fmt: skip

    def _status(self, pillar: PillarFacts) -> str:
        return "\n".join(t for t in (words.PILLAR_STATUS[pillar.status], pillar.note) if t)

    def _findings(self, pillar: PillarFacts) -> str:
        told = [" ".join(t for t in (words.BEARING[f.bearing], f.text) if t) for f in pillar.findings]
        return "\n".join([*told, f"Limit: {pillar.limit}"])

    # --- answers --------------------------------------------------------------------------------------------------

    def answers(self) -> list[Block]:
        r = self.of
        blocks: list[Block] = [Heading("Where and when", key="answers")]
        for answer in (r.place, r.date):
            blocks += [Heading(answer.item.capitalize(), 3), Rows(tuple(self._answer(answer)))]
        if r.relevance:
            blocks.append(_text(r.relevance, "quiet"))
        if r.witnesses:
            rows = tuple((w.item.capitalize(), w.who, w.says, w.side, w.note) for w in r.witnesses)
            blocks += [
                Heading("Independent witnesses", 3),
                Table(("Of", "Witness", "Says", "Against the answer it", "Note"), rows, (9, 22, 30, 17, 22)),
            ]  # fmt: skip
        blocks.append(Heading("Conflicts", 3))
        if r.conflicts:
            blocks.append(Items(tuple(self.named(t) for t in r.conflicts)))
        else:
            blocks.append(_text("No conflict was found in the evidence.", "quiet"))
        return blocks

    def _answer(self, a: AnswerFacts) -> list[tuple[str, Cell]]:
        value = f"{a.value} ({a.level})" if a.value and a.level else a.value or "Not established"
        others = "; ".join(f"{o.label} ({o.share:.0%}, {words.count(len(o.article_ids), 'article')})"
                           for o in a.alternatives)  # fmt: skip
        rows = [
            ("Answer", value), ("Decided by", a.decided), ("Reason", a.reason),
            ("Confidence", a.confidence_words or ("the analyst's own" if a.basis == "analyst" else "")),
            ("Why", self.named(a.note)), ("Position", a.position),
            ("Articles behind it", "\n".join(self.brief(i) for i in a.article_ids)), ("What else was weighed", others),
        ]  # fmt: skip
        return [(name, text) for name, text in rows if text]

    # --- pictures -------------------------------------------------------------------------------------------------

    def matches(self) -> list[Block]:
        found = self.of.matches
        blocks: list[Block] = [Heading("Matched photographs", key="matches")]
        if not found:
            return [*blocks, _text("No archived photograph was found in this one.", "quiet")]
        same = sum(m.relation == "photo" for m in found)
        blocks.append(_text(f"{words.count(same, 'match', 'matches')} of the photograph itself, {len(found) - same} of "
                            "the same scene in another photograph."))  # fmt: skip
        drawn: set[str] = set()
        for m in found:
            kind = "The photograph itself" if m.relation == "photo" else "The same scene"
            kind += ", mirrored" if m.mirrored else ""
            name = f"match-{m.image_id}"
            told = f"{kind}: {self.brief(m.article_id)}. {m.inliers} points agree, confidence {m.confidence:.2f}."
            if name in drawn or (name not in self.shown and not m.hidden):
                blocks.append(_text(" ".join(t for t in (told, m.note) if t)))
                continue
            drawn.add(name)
            alt = f"Left the photograph under check, right the archived one; lines join {m.inliers} points that agree."
            blocks.append(Figure(name, f"{told} {m.note}".strip(), alt, missing=HIDDEN if m.hidden else ""))
        return blocks

    def events(self) -> list[Block]:
        found, marks = self.of.events, self.of.marks
        events = found[: self.settings.events]
        blocks: list[Block] = [Heading("Events", key="events")]
        if not events:
            blocks.append(_text("The articles form no event.", "quiet"))
        if "map" in self.shown:
            blocks.append(Figure("map", "Where the events lie.", charts.map_gist(events, marks)))
        if "timeline" in self.shown:
            blocks.append(Figure("timeline", "When they were.", charts.timeline_gist(events, marks)))
        if marks:
            rows = tuple((charts.MARKS[m.kind][2], m.label, m.date, _at(m.lat, m.lon)) for m in marks)
            blocks.append(Table(("On map and timeline", "Place", "Date", "Position"), rows, (22, 40, 18, 20)))
        if events:
            table = tuple(
                (str(e.number), e.place, charts.span(e), str(len(e.article_ids)), e.relevance or "not rated",
                 e.decision, _at(e.lat, e.lon)) for e in events
            )  # fmt: skip
            columns = ("No.", "Place", "Days", "Articles", "Evidence", "Decision", "Position")
            blocks.append(Table(columns, table, (6, 20, 27, 10, 15, 10, 18), numbers=(0, 3)))
            if len(found) > len(events):
                blocks.append(
                    _text(f"{len(events)} of {len(found)} events; the JSON of this report holds all.", "quiet")
                )
        return blocks

    # --- articles -------------------------------------------------------------------------------------------------

    def articles(self) -> list[Block]:
        hits, most = self.of.hits, self.settings.articles
        blocks: list[Block] = [Heading("Evidence: the articles", key="articles")]
        if not hits:
            return [*blocks, _text("No article was found.", "quiet")]
        note = f"In the order of “{self.of.order}”."
        if len(hits) > most:
            note += f" The first {most} of {len(hits)}; the CSV and the JSON of this case hold all."
        images = [self.article(h.article_id).image_id for h in hits[:most]]
        pictures = tuple(f"archive-{i}" if f"archive-{i}" in self.shown else "" for i in images)
        rows = tuple(self._hit(h) for h in hits[:most])
        columns = ("Rank", "Article", "Ranks so far", "Found by", "Why")
        note += " Ranks so far: in " + ", ".join(dict(max((h.ranks for h in hits), key=len))) + "."
        blocks += [_text(note, "quiet"), Table(columns, rows, (6, 32, 11, 22, 29), numbers=(0,), pictures=pictures)]
        covered = sum(i.why != "" for i in self.of.images)
        if covered:
            told = words.count(covered, "archived photograph is", "archived photographs are")
            blocks.append(_text(f"{told} not shown: marked as sensitive.", "note"))
        return blocks

    def _hit(self, hit: HitFacts) -> tuple[Cell, ...]:
        a = self.article(hit.article_id)
        name = a.headline or hit.article_id
        rest = ", ".join(t for t in (a.source, words.iso_day(a.published), "; ".join(a.places[:2])) if t)
        own = ["added by the analyst"] if a.added else []
        own += ["corrected by the analyst"] if a.corrected else []
        text = "\n".join(t for t in (name, rest, ", ".join(own), f"id {hit.article_id}") if t)
        ways = " → ".join(str(rank) for _, rank in hit.ranks)
        found = "\n".join(f"{words.channel(n)}: {r} ({s:.3g})" for n, r, s in hit.channels)
        p = f" (P = {hit.relevance_probability:.2f})" if hit.relevance_probability is not None else ""
        why = [words.TIERS[hit.tier], f"{hit.relevance}{p}" if hit.relevance else "", self.named(hit.why)]
        return str(hit.rank), Link(text, a.url) if a.url else text, ways, found, "\n".join(t for t in why if t)

    # --- what people did ------------------------------------------------------------------------------------------

    def people(self) -> list[Block]:
        made = self.of.overrides
        blocks: list[Block] = [Heading("What the analysts changed", key="overrides")]
        if not made:
            blocks.append(_text("Nothing: the result is newsctx's own.", "quiet"))
        else:
            rows = tuple(
                (str(o.number), words.moment(o.made), o.who or "name not given",
                 o.text if o.state == "live" else f"{o.text}\n({words.OVERRIDE_STATES[o.state]})",
                 o.reason or "no reason given") for o in made
            )  # fmt: skip
            columns = ("No.", "When", "Who", "What", "Reason")
            blocks.append(Table(columns, rows, (6, 16, 15, 39, 24), numbers=(0,)))
        if self.of.excluded:
            blocks += [Heading("Excluded articles", 3), Items(tuple(self.brief(i) for i in self.of.excluded))]
        return blocks

    def missing(self) -> list[Block]:
        blocks: list[Block] = [Heading("What could not be used", key="missing")]
        if not self.of.unavailable:
            return [*blocks, _text("Every part worked.", "quiet")]
        rows = tuple((m.part, self.named(m.why)) for m in self.of.unavailable)
        return [*blocks, Table(("Part", "Why"), rows, (32, 68))]

    # --- how it was made ------------------------------------------------------------------------------------------

    def machine(self) -> list[Block]:
        r, a = self.of, self.of.archive
        blocks: list[Block] = [Heading("How it was made", key="machine")]
        blocks.append(Rows((
            ("newsctx", r.newsctx), ("Profile", a.profile), ("Archive", a.name),
            ("Holding", f"{words.count(a.articles, 'article')}, {words.count(a.photos, 'photograph')}"),
            ("Case opened", words.moment(r.case.created)),
            ("Worked on by", ", ".join(r.case.analysts) or "names not given"),
            *((("Tags", ", ".join(r.case.tags)),) if r.case.tags else ()),
        )))  # fmt: skip
        used = [m for m in r.models if not m.unavailable]
        blocks.append(Heading("Models", 3))
        if used:
            rows = tuple((words.SLOTS.get(m.slot, m.slot.replace("_", " ")), m.name, m.digest, m.device) for m in used)
            blocks.append(Table(("For", "Model", "Identity of its weights", "On"), rows, (20, 30, 40, 10)))
        else:
            blocks.append(_text("No model was used.", "quiet"))
        blocks.append(Heading("Settings that differ from the defaults", 3))
        if r.settings:
            told = tuple((s.name, s.value, s.default) for s in r.settings)
            blocks.append(Table(("Setting", "Value", "Default"), told, (34, 33, 33)))
        else:
            blocks.append(_text("None.", "quiet"))
        return [*blocks, *self._prompts()]

    def _prompts(self) -> list[Block]:
        blocks: list[Block] = [Heading("Prompts", 3)]
        if not self.of.caption.sent:
            return [*blocks, _text("No language model was asked for this caption.", "quiet")]
        for p in self.of.caption.sent:
            seen = ", with the photograph" if p.photograph else ""
            blocks += [Heading(f"{p.step}: {p.template}{seen}", 4)]
            blocks += [_text(t, "code") for t in (p.system, p.text) if t]
            blocks += [_text("Answer:", "quiet"), _text(p.answer, "code")]
        return blocks

    def hashes(self) -> list[Block]:
        r, photo = self.of, self.of.photo
        file: list[tuple[str, Cell]] = [
            ("File", photo.filename or "without a name"), ("Format", photo.format),
            ("Size", f"{photo.width} × {photo.height} pixels, {photo.bytes:,} bytes"), *photo.camera,
            *([("Legible text", photo.text)] if photo.text else []), *(("Notice", n) for n in photo.notices),
        ]  # fmt: skip
        rows: list[tuple[str, Cell]] = [
            ("Photograph (SHA-256)", r.hashes.photo), ("Perceptual hash", photo.phash),
            ("Analysis document (SHA-256)", r.hashes.document), ("Settings (SHA-256)", r.hashes.settings),
            ("Archive version", r.hashes.archive_version), ("Trail head", r.trail.head),
            *([("Caption (SHA-256)", r.hashes.caption)] if r.hashes.caption else []), ("Case", r.case.case_id),
        ]  # fmt: skip
        held = "It holds." if not r.trail.problems else "It does not hold: " + "; ".join(r.trail.problems)
        blocks: list[Block] = [
            Heading("The file", key="file"), Rows(tuple(file)), Heading("Hashes and trail", key="hashes"),
            _text(f"The case's audit trail has {words.count(r.trail.entries, 'entry', 'entries')} up to its last "
                  f"change or run. {held} Kept elsewhere, its head shows any later alteration: "
                  "newsctx cases verify CASE --anchor HEAD."),
            Rows(tuple(rows), mono=True),
        ]  # fmt: skip
        if r.images:
            table = tuple((self.brief(i.article_id), i.image_id) for i in r.images if i.shown)
            blocks += [
                Heading("Archived photographs that this report shows", 3),
                Table(("Article", "SHA-256 of the archived file"), table, (40, 60))
                if table else _text("None.", "quiet"),
            ]  # fmt: skip
        return blocks

    # --- names ----------------------------------------------------------------------------------------------------

    def article(self, article_id: str) -> ArticleFacts:
        return self.of.articles.get(article_id) or ArticleFacts(article_id=article_id, headline="")

    def brief(self, article_id: str) -> str:
        """`“Headline”, Outlet, 3 Feb 2021`; the id where nothing of it is known."""
        a = self.article(article_id)
        headline = f"“{words.quoted(a.headline)}”" if a.headline else article_id
        return ", ".join(t for t in (headline, a.source, words.iso_day(a.published)) if t)

    def short(self, article_id: str) -> str:
        """`Outlet, 3 Feb 2021`; the headline where there is no outlet."""
        a = self.article(article_id)
        headline = f"“{words.quoted(a.headline)}”" if a.headline else article_id
        return ", ".join(t for t in (a.source or headline, words.iso_day(a.published)) if t)

    def named(self, text: str) -> str:
        """A sentence of a stage with its articles by outlet and date instead of their ids."""
        return named(text, self.of.articles, self.short)


def _text(text: str, tone: Tone = "plain") -> Paragraph:
    return Paragraph((text,), tone)


def _verdict(a: AnswerFacts) -> tuple[str, str, str, str]:
    how = ", ".join(t for t in (a.level, a.confidence_words) if t)
    told = ". ".join(t for t in (f"Decided by {a.decided}" if a.value else "", how.capitalize()) if t)
    tone = "warn" if a.confidence in ("low", "unrated") else "answer"
    return (a.item.capitalize(), a.value, told, tone) if a.value else (
        a.item.capitalize(), "Not established", a.note, "none")  # fmt: skip


def _approval(c: CaptionFacts) -> str:
    if c.state in ("draft", "none"):
        return "" if c.state == "draft" else c.note
    who = c.approved_by or "somebody who gave no name"
    when = f", {words.moment(c.approved_at)}" if c.approved_at else ""
    return f"Version {c.version} approved by {who}{when}"


def _held(s: SentenceFacts) -> str:
    told = [s.problem] if s.problem else []
    told += [f"Not in the cited evidence: {', '.join(s.unsupported)}"] if s.unsupported else []
    told += [f"Accepted by the analyst: {', '.join(s.accepted)}"] if s.accepted else []
    return "\n".join(told) or "holds"


def _at(lat: float | None, lon: float | None) -> str:
    return f"{lat:.3f}, {lon:.3f}" if lat is not None and lon is not None else ""


def blocks_of(blocks: Sequence[Block], kind: type) -> list[Block]:
    """The blocks of a kind, for tests and tables of contents."""
    return [b for b in blocks if isinstance(b, kind)]
