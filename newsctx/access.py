"""Who may do what with which case.

A desk of one machine has no accounts: whoever reaches the page may do everything. With accounts, and for the visitors
of a public demonstration, a case belongs to somebody; others have the right that its owner has given them, or none.
The workbench itself trusts its caller; whatever comes in from outside goes through `guarded`, which lets nothing pass
that is not named here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from newsctx.errors import AccessRefused, BatchNotFound, CaseNotFound

if TYPE_CHECKING:
    from newsctx.workbench import Workbench

Right = Literal["none", "read", "edit", "own"]
RIGHTS: tuple[Right, ...] = ("none", "read", "edit", "own")  # each includes those before it
SHARED: tuple[Right, ...] = ("none", "read", "edit")  # what an owner can give somebody; none takes it back
Kind = Literal["desk", "account", "guest", "nobody"]


GUEST = "guest:"  # begins the owner of a guest's case


@dataclass(frozen=True)
class Visitor:
    """Who asks: as the server knows it, never as a page says."""

    kind: Kind
    name: str = ""  # of the account; of a guest an unguessable token; a desk and nobody have none
    admin: bool = False  # an account that sees and may do everything

    @property
    def owner(self) -> str:
        """What stands in a case as its owner. A desk's cases have none."""
        return f"{GUEST}{self.name}" if self.kind == "guest" else self.name

    @property
    def everything(self) -> bool:
        return self.kind == "desk" or (self.kind == "account" and self.admin)

    @property
    def viewer(self) -> str | None:
        """For lists of cases: whose they are to be, None for all."""
        return None if self.everything else self.owner

    def signs(self, who: str) -> str:
        """The name in the trail: an account's own, whatever was typed; at a desk the name that was given; of a guest
        none, since the store's own trail outlives the guest's cases.
        """
        return {"account": self.name, "guest": ""}.get(self.kind, who)


DESK = Visitor("desk")
NOBODY = Visitor("nobody")

#: The right that a method asks for on the case of its first argument.
ON_A_CASE: dict[str, Right] = {
    **dict.fromkeys(
        ("view", "writer_of", "prompts", "preview", "detail", "inspect", "hides_photo", "case_article", "match_view",
         "match_overlay", "export_json", "export_case", "report", "captioned_photo", "trail",
         "entries", "verify", "runs", "run_document",
         "overrides_made", "preview_override", "follow", "shares", "owner_of", "upload_copy"), "read"),
    **dict.fromkeys(
        ("set_inputs", "override", "undo", "redo", "run", "cancel", "rename", "tag", "set_status", "archive",
         "allow_service", "note_sent", "look_up_place"), "edit"),
    **dict.fromkeys(("delete_case", "share", "give"), "own"),
    "news": "read",
}  # fmt: skip
#: Methods on the batch of their first argument: they are its owner's alone. Its cases can be shared as any.
ON_A_BATCH = frozenset(
    {"batch", "batch_items", "owner_of_batch", "batch_news", "add_to_batch", "start_batch", "resume_batch",
     "pause_batch", "stop_batch", "cancel_batch", "retry_batch", "delete_batch", "export_batch"}
)  # fmt: skip
#: Methods that make a case: it belongs to who asks.
MAKING = frozenset({"create_case", "create_batch", "import_case"})
#: Methods over all cases: they see those that who asks may read.
LISTING = frozenset({"cases", "batches", "count_cases", "case_tags", "recent", "shows_photo"})
#: What shows or changes no case: the archive, its pictures and articles, settings.
FREE = frozenset(
    {"archive_info", "archive_problem", "atlas", "channels", "writers", "settings", "models", "media_dir", "examples",
     "example_picture", "thumbnail", "archive_photo", "article", "added_article", "fetch_article", "place_near",
     "services", "geocoder_question", "profile_locked", "switch", "profile_choices", "follow_switch", "search_articles"}
)  # fmt: skip
#: What changes the workbench for all.
OPERATING = frozenset({"switch_profile", "cancel_switch"})


def right_of(visitor: Visitor, owner: str, shares: dict[str, Right]) -> Right:
    """What a visitor may do with a case of this owner that is shared so."""
    if visitor.everything:
        return "own"
    if visitor.kind == "nobody" or not visitor.owner:
        return "none"
    return "own" if owner == visitor.owner else shares.get(visitor.owner, "none")


class _Guard:
    """The workbench as one visitor may use it."""

    def __init__(self, bench: Workbench, visitor: Visitor) -> None:
        self._bench, self.visitor = bench, visitor

    def right(self, case_id: str) -> Right:
        """What the visitor may do with a case. Raises CaseNotFound."""
        return right_of(self.visitor, self._bench.owner_of(case_id), self._bench.shares(case_id))

    def __getattr__(self, name: str) -> Any:
        if name in FREE:
            return getattr(self._bench, name)
        if name in ON_A_CASE:
            return self._on_a_case(name, getattr(self._bench, name))
        if name in ON_A_BATCH:
            return self._on_a_batch(getattr(self._bench, name))
        if name in LISTING:
            return self._listing(getattr(self._bench, name))
        if name in MAKING:
            return self._making(getattr(self._bench, name))
        if name in OPERATING:
            return self._operating(getattr(self._bench, name))
        raise AttributeError(f"{name!r} is not open to visitors: newsctx.access names what is")

    def _on_a_case(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(case_id: str, *args: Any, **named: Any) -> Any:
            self._check(case_id, ON_A_CASE[name])
            bound = self._signed(method, (case_id, *args), named)
            return method(*bound.args, **bound.kwargs)

        return run

    def _check(self, case_id: str, needed: Right) -> None:
        """Raises CaseNotFound, in the same words, for a case that is not there and for one that is not shown."""
        has = self.right(case_id)
        if has == "none":
            raise CaseNotFound.of(case_id)
        if RIGHTS.index(has) < RIGHTS.index(needed):
            raise AccessRefused(
                "This case is shared with you to read, not to change. Ask its owner for the right to edit."
                if has == "read"
                else "Only the owner of this case can do that. Ask the owner."
            )

    def _on_a_batch(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(batch_id: str, *args: Any, **named: Any) -> Any:
            if right_of(self.visitor, self._bench.owner_of_batch(batch_id), {}) != "own":
                raise BatchNotFound.of(batch_id)
            bound = self._signed(method, (batch_id, *args), named)
            return method(*bound.args, **bound.kwargs)

        return run

    def _signed(self, method: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        bound = inspect.signature(method).bind(*args, **named)
        bound.apply_defaults()
        if "who" in bound.arguments:
            bound.arguments["who"] = self.visitor.signs(bound.arguments["who"])
        return bound

    def _listing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(*args: Any, **named: Any) -> Any:
            if self.visitor.kind == "nobody":
                raise AccessRefused("Log in to see cases.")
            return method(*args, **named | {"viewer": self.visitor.viewer})

        return run

    def _making(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(*args: Any, **named: Any) -> Any:
            if self.visitor.kind == "nobody":
                raise AccessRefused("Log in to begin a case.")
            bound = self._signed(method, args, named | {"owner": self.visitor.owner})
            return method(*bound.args, **bound.kwargs)

        return run

    def _operating(self, method: Callable[..., Any]) -> Callable[..., Any]:
        if not self.visitor.everything:
            raise AccessRefused("This changes the workbench for everybody: only an administrator can do it.")
        return method


def guarded(bench: Workbench, visitor: Visitor) -> Workbench:
    """The workbench as `visitor` may use it.

    Its methods raise CaseNotFound for cases that the visitor may not see, AccessRefused for what goes beyond the
    visitor's right, and AttributeError for what is not open to visitors at all. `right(case_id)` tells the right.
    """
    return cast("Workbench", _Guard(bench, visitor))
