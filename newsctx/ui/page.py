"""What every panel renders from: one case as it stands, and what the analyst is looking at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from newsctx.atlas import Atlas
from newsctx.document import ArchiveInfo, ArticleCard, Document
from newsctx.overrides import Edits, replay
from newsctx.records import STAGES, Article, Hit, Match, Place, RelevanceResult, StageName, StageStatus
from newsctx.sensitive import hidden
from newsctx.ui.batch_look import BatchList, BatchLook
from newsctx.ui.case_look import CaseHistory, CaseList, CasesLook
from newsctx.ui.guarded import Guarded
from newsctx.ui.tabs import Event

if TYPE_CHECKING:  # the workbench loads models; the views only need to know its shape
    from newsctx.access import Right
    from newsctx.audit import AuditEntry
    from newsctx.profile_choices import Choice
    from newsctx.services.registry import Service
    from newsctx.switching import SwitchState
    from newsctx.workbench import CaseView
    from newsctx.writers.choices import WriterChoice
    from newsctx.writers.shown import PromptShown

#: Ranked lists in the order of the pipeline.
LISTS: tuple[StageName, ...] = ("retrieve", "verify", "locate", "events")


class Pictures(Protocol):
    """Where a panel gets its pictures and article texts from: the workbench."""

    def thumbnail(self, image_id: str) -> Path | None: ...
    def match_view(self, case_id: str, match: Match) -> Path | None: ...
    def match_overlay(self, case_id: str, match: Match) -> Path | None: ...
    def archived(self, image_id: str) -> Path | None: ...
    def preview(self, case_id: str) -> Path | None: ...
    def detail(self, case_id: str) -> Path | None: ...
    def inspected(self, case_id: str) -> Any: ...
    def upload_copy(self, case_id: str) -> Path | None: ...
    def hides_photo(self, case_id: str) -> bool: ...
    def article(self, article_id: str) -> Article | None: ...


@dataclass(frozen=True)
class Picked:
    """An empty spot of the map or of the timeline that was clicked: it is offered as answer, nothing is set yet."""

    date: str = ""  # ISO; else a point:
    lat: float = 0.0
    lon: float = 0.0
    place: Place | None = None  # the nearest city, None where there is none
    km: float = 0.0  # to that city


@dataclass(frozen=True)
class Look:
    """What the analyst looks at; it changes no result and is kept per browser tab."""

    order: str = ""  # the ranked list shown as evidence; "" is the latest one there is
    shown: int = 20  # articles on the page
    cluster: str = ""  # the selected event
    compare: tuple[int, int] = (0, 0)  # versions of the caption side by side
    who: str = ""  # the analyst's name in the audit trail
    language: str = "en"
    preview: Any = None  # a change that was asked about and not made (newsctx.ui.adjust.Previewed)
    cases: CasesLook = CasesLook()  # the list of cases and the history of one
    revealed: tuple[str, ...] = ()  # hidden pictures that were chosen in this tab: image ids, "" the one under check
    hide_all: bool | None = None  # this browser covers every picture until it is chosen; None: as the settings say
    detail: bool = False  # the photograph was enlarged beyond its first copy
    inspect: bool = False  # the signs of editing were asked for
    event: Event = Event()  # the event of this tab that is being answered
    tab: str = ""  # the tab's name while its page is open
    picked: Picked | None = None
    batch: BatchLook = BatchLook()  # the batches, and the one that is open
    service: Any = None  # an outside service that is about to be asked (newsctx.ui.services_panel.Asked)

    def anew(self) -> Look:
        """Another case opens: what belongs to the visitor stays, what belonged to the case is gone."""
        return Look(
            who=self.who, language=self.language, cases=self.cases.anew(), hide_all=self.hide_all, tab=self.tab,
            batch=self.batch,
        )  # fmt: skip


@dataclass(frozen=True)
class Conflict:
    """An edit that was refused because it would have overwritten what its page had not shown."""

    mine: Any = None  # the override, or {field: value}; None: nothing that can be made again
    entries: int = 0  # of the trail, with what the analyst is shown now
    again: str = ""  # what the page sent, JSON


@dataclass(frozen=True)
class Message:
    """One line for the analyst: an error or a confirmation."""

    text: str = ""
    kind: str = "info"  # info or error
    others: tuple[AuditEntry, ...] = ()  # what others have done meanwhile
    conflict: Conflict | None = None  # the edit that was refused for them


@dataclass(frozen=True)
class Guest:
    """Who asks is a guest of a public demonstration."""

    hours: float  # until a case is deleted that is not changed
    by_tab: bool = False  # the browser keeps no cookie: the cases are out of reach with the tab


@dataclass(frozen=True)
class Person:
    """Who asks has an account."""

    name: str
    display: str = ""
    admin: bool = False


@dataclass(frozen=True)
class Page:
    """One rendering of everything."""

    archive: ArchiveInfo
    pictures: Pictures
    case: CaseView | None = None
    look: Look = Look()
    message: Message = Message()
    archive_problem: str = ""
    examples: tuple[tuple[str, str, str], ...] = ()  # title, note, picture address
    cases: CaseList = CaseList()
    batches: BatchList = BatchList()
    history: CaseHistory = CaseHistory()
    automatic: bool = True
    channels: Mapping[str, float] = field(default_factory=dict)  # default fusion weights
    profiles: tuple[Choice, ...] = ()
    switch: SwitchState | None = None  # the latest change of the profile
    profile_locked: str = ""  # why the profile cannot be changed here
    writers: tuple[WriterChoice, ...] = ()
    writer: str = "extractive"  # who writes the case's caption
    prompts: tuple[PromptShown, ...] = ()  # what a language model is sent for it
    atlas: Atlas | None = None  # where names lie; None: no map asks for it
    hide_all: bool = False  # the setting: every picture is covered until it is chosen
    services: tuple[Service, ...] = ()  # what could leave this machine
    guest: Guest | None = None  # None: a desk, or somebody with an account
    person: Person | None = None  # None: a desk, or a guest
    right: Right = "own"  # what who asks may do with the case
    owner: str = ""  # whose the case is
    shares: Mapping[str, Right] = field(default_factory=dict)  # with whom else
    rights: Mapping[str, Right] = field(default_factory=dict)  # to the cases of the list; none named: all

    def __post_init__(self) -> None:
        object.__setattr__(self, "pictures", Guarded.over(self.pictures, self))
        if self.hides_all and self.examples:
            object.__setattr__(self, "examples", tuple((title, note, "") for title, note, _ in self.examples))

    @property
    def readonly(self) -> bool:
        """Whether who asks may read the case and not change it."""
        return self.case is not None and self.right == "read"

    @property
    def document(self) -> Document | None:
        return self.case.document if self.case else None

    @cached_property
    def status(self) -> dict[StageName, StageStatus]:
        """The status of every stage; pending where nothing is known."""
        known = {s.name: s for s in self.document.status} if self.document else {}
        return {n: known.get(n) or StageStatus(name=n) for n in STAGES}

    @cached_property
    def edits(self) -> Edits:
        return replay(self.document.overrides) if self.document else Edits()

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """Pictures that the case hides until they are chosen: image ids, "" the photograph under check."""
        return hidden(self.document) if self.document else frozenset()

    @property
    def hides_all(self) -> bool:
        """Whether this page covers every picture until it is chosen."""
        return self.hide_all if self.look.hide_all is None else self.look.hide_all

    def hides(self, image_id: str) -> bool:
        """Whether a picture is covered on this page: an archived one by its id, "" the photograph under check."""
        return (self.hides_all or image_id in self.sensitive) and image_id not in self.look.revealed

    def state(self, stage: StageName) -> str:
        """The state that a panel shows for its stage: like the record's, but `unavailable` where it could not work."""
        status = self.status[stage]
        return "unavailable" if status.state == "fresh" and self.unavailable(stage) else status.state

    def unavailable(self, stage: StageName) -> str:
        """Why a stage kept its input unchanged, or empty."""
        result = getattr(self.document.stages, stage, None) if self.document else None
        return str(getattr(result, "unavailable", "") or "")

    def hits(self, stage: StageName) -> tuple[Hit, ...] | None:
        """The ranking of a stage, None where it has not run."""
        result = getattr(self.document.stages, stage) if self.document else None
        return result.hits if result else None

    @property
    def rated(self) -> RelevanceResult | None:
        """The ratings of articles and event candidates; None where they have not been made."""
        return self.document.stages.relevance if self.document else None

    @property
    def latest(self) -> StageName | None:
        """The last ranking stage that has a result."""
        return next((s for s in reversed(LISTS) if self.hits(s) is not None), None)

    def card(self, article_id: str) -> ArticleCard:
        """The card of an article; a bare one where the document has none."""
        found = self.document.articles.get(article_id) if self.document else None
        return found or ArticleCard(article_id=article_id, headline="")
