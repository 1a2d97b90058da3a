"""The calls that programs make. The workbench that they get is that of who asks (`newsctx.access.guarded`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from newsctx.api import summary
from newsctx.api.answers import CaseAnswer, CaseLine, CasesAnswer, FoundArticles
from newsctx.article_search import check_page
from newsctx.case_words import TITLE, line
from newsctx.errors import CallRefused
from newsctx.quoted import readable
from newsctx.records import Claim, Inputs, PartialDate
from newsctx.unicodetext import stream_safe, well_formed
from newsctx.workbench import CaseView, Workbench

#: What of a case `get_case` gives beside its summary: nothing, the whole analysis document, or one part of it.
Part = Literal[
    "summary", "document", "photo", "inputs", "archive", "stages", "context", "caption", "articles", "overrides",
    "settings", "models", "seconds", "status",
]  # fmt: skip
PARTS: tuple[Part, ...] = get_args(Part)
#: A report, the photograph with the approved caption in its metadata, or the analysis document.
Format = Literal["html", "pdf", "md", "json", "csv", "photo", "document"]
FORMATS: tuple[Format, ...] = get_args(Format)
MARK = "API"  # how the trail names a program that gives no name


@dataclass(frozen=True)
class Photograph:
    """The bytes that a program sends, and the file name that it gives them."""

    data: bytes
    filename: str = "photograph"


@dataclass(frozen=True)
class Calls:
    """The calls of one caller."""

    bench: Workbench
    page: Callable[[str], str] = lambda case_id: ""  # address of a case in the workbench

    def analyse(
        self, photo: Photograph, note: str = "", claim: str = "", claimed_place: str = "", claimed_date: str = "",
        title: str = "", who: str = "",
    ) -> Iterator[CaseAnswer]:  # fmt: skip
        """Make a case of a photograph and analyse it; yields the case as it fills, the last one is the answer.

        Leaving the loop stops nothing: the case is there and its analysis goes on.

        Raises CallRefused, PhotoRefused, CaseError, ArchiveError, IndexMismatch, AccessRefused.
        """
        inputs, signed = _inputs(note, claim, claimed_place, claimed_date), signature(who)
        title = line(title, "title", TITLE)  # before there is a case
        bench, settings = self.bench, self.bench.settings.api
        case_id = bench.create_case(photo.data, photo.filename, inputs, signed)
        if title:
            bench.rename(case_id, title, signed)
        end = time.monotonic() + settings.wait
        for view in bench.run(case_id, signed, settings.pace):
            yield self._answer(view)
            if time.monotonic() > end:
                return

    def get_case(self, case_id: str, part: str = "summary") -> CaseAnswer:
        """A case as it stands. Raises CaseNotFound, CallRefused."""
        if part not in PARTS:
            raise CallRefused(f"part {readable(part, 40)!r}: expected one of {', '.join(PARTS)}.")
        return self._answer(self.bench.view(well_formed(case_id)), part)

    def list_cases(
        self, query: str = "", status: str = "", tag: str = "", archived: bool = False, limit: int = 20, offset: int = 0
    ) -> CasesAnswer:
        """The cases that who asks may see, newest change first. Raises CallRefused, CaseError, AccessRefused."""
        check_page(limit, offset, self.bench.settings)
        found = self.bench.count_cases(query, status, tag, archived)
        lines = self.bench.cases(query, status, tag, archived, limit, offset)
        after = offset + limit
        return CasesAnswer(
            cases=tuple(
                CaseLine(
                    case_id=c.case_id, title=readable(c.title), page=self.page(c.case_id), updated=c.updated,
                    status=c.status, tags=tuple(readable(t) for t in c.tags), archived=c.archived,
                    place=readable(c.place), date=c.date,
                )
                for c in lines
            ),
            found=found, offset=offset, next_offset=after if after < found else None,
        )  # fmt: skip

    def search_articles(
        self, query: str, after: str = "", before: str = "", place: str = "", limit: int = 10, offset: int = 0
    ) -> FoundArticles:
        """See `article_search.search`."""
        query, after, before, place = (stream_safe(well_formed(t)) for t in (query, after, before, place))
        return self.bench.search_articles(query, after, before, place, limit, offset)

    def export_report(self, case_id: str, format: str = "html", who: str = "") -> Path:
        """A case as a file; its trail tells so.

        Raises CaseNotFound, CallRefused; NewsctxError where there is nothing to export yet.
        """
        case_id = well_formed(case_id)
        if format not in FORMATS:
            raise CallRefused(f"format {readable(format, 40)!r}: expected one of {', '.join(FORMATS)}.")
        if format == "document":
            return self.bench.export_json(case_id, signature(who))
        if format == "photo":
            return self.bench.captioned_photo(case_id, signature(who))
        return self.bench.report(case_id, format, signature(who))

    def _answer(self, view: CaseView, part: str = "summary") -> CaseAnswer:
        document: dict[str, Any] | None = summary.part_of(view, part) if part != "summary" else None
        covered = self.bench.hides_photo(view.case_id)
        return summary.case_answer(view, self.page(view.case_id), self.bench.settings.api.articles, covered, document)


def signature(who: str) -> str:
    """How the trail names who asked; an account's own name stands there instead (`Visitor.signs`)."""
    given = " ".join(who.split())
    return f"{given} ({MARK})" if given else MARK


def _inputs(note: str, claim: str, place: str, when: str) -> Inputs:
    """What was said beside the photograph. Raises CallRefused for a date that is none."""
    try:
        day = PartialDate.model_validate(when.strip()) if when.strip() else None
    except ValidationError as error:
        raise CallRefused(
            f"claimed_date {readable(when, 40)!r} is no date: expected YYYY-MM-DD, YYYY-MM, YYYY or a decade such as "
            "1970s."
        ) from error
    return Inputs(note=note.strip(), claim=Claim(text=claim.strip(), place=place.strip(), date=day))
