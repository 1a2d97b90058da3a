"""Photographs of a folder, in natural order (`photo 2` before `photo 10`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import regex

from newsctx.batch.records import Entry, Found, Problem
from newsctx.errors import BatchError
from newsctx.records import Inputs

#: What the photo stage reads, by the end of the name; what is in the file is looked at when its turn comes.
SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif")
)
_NUMBERS = regex.compile(r"(\d{1,18})")


def natural(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """A key that sorts numbers by their value; names that differ never have the same."""
    parts = _NUMBERS.split(name)
    key = tuple((0, int(p), "") if i % 2 else (1, 0, p.casefold()) for i, p in enumerate(parts) if p)
    return key, name


def folder(path: Path, recursive: bool = False, most: int = 2000, inputs: Inputs | None = None) -> Found:
    """The photographs of a folder. Hidden files are left out, links are refused and told.

    recursive: also those of its folders. most: more are refused. inputs: note and claim for all.
    Raises BatchError where the folder cannot be read, or holds no photograph or too many.
    """
    root = path.expanduser().resolve()
    if not root.is_dir():
        raise BatchError(f"{path} is no folder. Name a folder of photographs, or a CSV file that lists them.")
    entries: list[Entry] = []
    problems: list[Problem] = []
    others = folders = 0
    for one in _files(root, recursive, problems):
        name = one.relative_to(root).as_posix()
        if one.is_dir():
            folders += 1
        elif one.suffix.lower() not in SUFFIXES:
            others += 1
        elif not _printable(name):
            problems.append(Problem(repr(name)[:200], "The name is no text that can be shown. Rename the file."))
        else:
            entries.append(Entry(name, one, inputs or Inputs()))
        if len(entries) > most:
            raise BatchError(
                f"{path} holds more than {most:,} photographs (setting batch.items). Make several batches of it, "
                "or raise the setting."
            )
    if not entries and not problems:
        hint = " --recursive takes those of its folders, too." if folders else ""
        raise BatchError(f"{path} holds no photograph: expected files that end in {', '.join(sorted(SUFFIXES))}.{hint}")
    notes = []
    if others:
        notes.append(f"{others} {'file that is' if others == 1 else 'files that are'} no photograph by name: left out")
    if folders:
        notes.append(f"{folders} {'folder' if folders == 1 else 'folders'} left out; --recursive takes them")
    return Found(root.name or str(root), f"folder:{root}", tuple(entries), tuple(problems), tuple(notes))


def _files(root: Path, recursive: bool, problems: list[Problem]) -> Iterator[Path]:
    """Files in natural order, those of a folder before those of its folders; folders where they are left out."""
    waiting = [root]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as found:
                inside = sorted(found, key=lambda e: natural(e.name))
        except OSError as error:
            if here == root:
                raise BatchError(f"The folder {here} cannot be read: {error.strerror}.") from error
            problems.append(Problem(here.relative_to(root).as_posix(), f"cannot be read: {error.strerror}"))
            continue
        below = []
        for entry in inside:
            path = Path(entry.path)
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                if not path.suffix or path.suffix.lower() in SUFFIXES:
                    name = path.relative_to(root).as_posix()
                    problems.append(Problem(name, "a link, which is not followed. Copy what it leads to, or name it."))
            elif entry.is_dir() and recursive:
                below.append(path)
            elif entry.is_dir() or entry.is_file():
                yield path
        waiting += reversed(below)


def _printable(name: str) -> bool:
    """Whether a file's name is text: no lone surrogates, no control characters."""
    return all(c.isprintable() for c in name)
