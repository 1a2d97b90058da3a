"""Keyboard help and the first visit's tour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from newsctx.ui.language import N_, tr
from newsctx.ui.page import Page

TEMPLATE = "help.html"
#: Keys as they are read; what is pressed together is joined by "+", one after the other by a space, either by "/".
KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        N_("Anywhere"),
        (
            ("?", N_("This help")),
            ("1 / … / 9", N_("The stage with that number on the rail")),
            ("r", N_("Recompute what is stale")),
            ("u / Ctrl+Z", N_("Undo the last change")),
            ("U / Ctrl+Shift+Z", N_("Redo it")),
            ("/", N_("To the search, else to your note")),
            ("n", N_("New case")),
            ("Enter", N_("On an event, a card or a sentence: show the same evidence everywhere")),
            ("Esc", N_("Close what is open; let go of a selection")),
        ),
    ),
    (
        N_("Go to"),
        (
            ("g c", N_("Cases")),
            ("g e", N_("Evidence")),
            ("g a", N_("Answer")),
            ("g k", N_("Checklist")),
            ("g h", N_("History")),
            ("g m", N_("Models")),
        ),
    ),
    (
        N_("On a card of the evidence"),
        (
            ("j / k / ↓ / ↑", N_("Next or previous article")),
            ("p", N_("Pin, or unpin")),
            ("x", N_("Exclude, with a reason if you like, or restore")),
            ("Alt+↑ / Alt+↓", N_("Move it up or down by a rank")),
            ("e", N_("Scores of every channel")),
            ("Enter", N_("On a button: press it; on a line of the rank ladder: go to its card")),
        ),
    ),
    (
        N_("In the photo viewer"),
        (
            ("+ / -", N_("Zoom in or out")),
            ("← / ↑ / → / ↓", N_("Move the photograph")),
            ("0", N_("Fit it to the window")),
            ("1", N_("Show it at 100%")),
            ("Esc", N_("Back to the case")),
        ),
    ),
)


@dataclass(frozen=True)
class Step:
    """One step of the tour: it stands beside the first of its places that is on the page, else it is left out."""

    places: str
    title: str
    text: str


TOUR = (
    Step(
        "#nx-start .examples, #drop",
        N_("Begin with a photograph"),
        N_("Drop one here, or take an example: seconds later every stage is filled. Nothing leaves this machine."),
    ),
    Step(
        "#inputs",
        N_("Say what you know"),
        N_("The claim is what will be checked. Your note is what is searched for: names, a sign, a guess."),
    ),
    Step(
        ".rail",
        N_("Stages, one after the other"),
        N_("Each opens at a click, or with its number. Amber means stale: computed before your last change."),
    ),
    Step(
        "#nx-retrieve li.hit",
        N_("Each article says why it is here"),
        N_("Pin it, exclude it or drag it to another place: what depends on it becomes stale and is computed again."),
    ),
    Step(
        ".toolbar",
        N_("Nothing is lost"),
        N_("Every change can be undone and stands in the case's history, with your reason if you give one."),
    ),
    Step(
        '.rail [data-tab="caption"]',
        N_("A caption with its sources"),
        N_("Each sentence leads to the passages that it rests on. What no source supports is struck through."),
    ),
    Step(
        ".head [data-help]",
        N_("Faster by keyboard"),
        N_("Press ? for all keys. This tour waits there, too."),
    ),
)


def view(page: Page) -> dict[str, Any]:
    """The help's groups and the tour's steps; the same for every case, so that an open dialog is left alone."""
    return {
        "groups": [
            {"title": tr(title), "rows": [{"ways": ways(keys), "does": tr(does)} for keys, does in rows]}
            for title, rows in KEYS
        ],
        "tour": [{"places": s.places, "title": tr(s.title), "text": tr(s.text)} for s in TOUR],
        "examples": [{"index": i, "title": title} for i, (title, _, _) in enumerate(page.examples[:3])],
    }


def ways(keys: str) -> list[list[list[str]]]:
    """`u / Ctrl+Z` -> ways to do it, each a row of strokes, each of keys pressed together."""
    if keys == "/":
        return [[["/"]]]
    return [[[k] if k in ("+", "-") else k.split("+") for k in way.split(" ") if k] for way in keys.split(" / ") if way]
