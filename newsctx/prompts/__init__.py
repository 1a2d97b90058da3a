"""The prompts: files with a name and a version, filled with evidence that is delimited as data.

A file has a header (`name`, `version`, `source`), a `## System` part and a `## User` part with placeholders
(`PLACEHOLDERS`). `STEP.PRESET.md` is a preset's own wording of a step, `STEP.md` everybody else's. Every system part is
followed by `data_rule.md`. Whoever changes a file's words raises its version: it is kept with each caption.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from newsctx.errors import SettingsError
from newsctx.prompts.evidence import values
from newsctx.records import PromptStep
from newsctx.settings import CaptionSettings
from newsctx.writers.base import CaptionEvidence

FOLDER = Path(__file__).parent
STEPS: tuple[PromptStep, ...] = get_args(PromptStep)
PRESETS = ("eventa_h", "beyond_vision", "newsrecon")

#: What a prompt may hold in braces, for the interface to list. `{{word}}` is the plain text `{word}`.
PLACEHOLDERS: dict[str, str] = {
    "description": "the model's own description of the photograph, from the step before",
    "answers": "the model's own answers about place and date, from the steps before",
    "ocr": "text that was read in the photograph",
    "chunks": "the chosen passages, as c1, c2, ...",
    "metadata": "headline, date, places and source of their articles, and what the analyst set, as m1, m2, ...",
    "articles": "the best articles: date, places, headline, abstract and lead",
    "established": "place and date that the archive supports, and what contradicts them",
    "claim": "what somebody claims about the photograph",
    "note": "the analyst's note",
    "answer": "the caption that is to be repaired",
    "problems": "what the checker did not find in the evidence",
    "max_sentences": "the most sentences of a caption",
    "language": "the caption's language, in words",
}
#: What a step cannot do without: the evidence, and what is to be repaired.
REQUIRED: dict[PromptStep, tuple[str, ...]] = {
    "describe": (),
    "synthesise": ("chunks",),
    "repair": ("answer", "problems", "chunks"),
    "place": ("articles",),
    "date": ("articles",),
}
_HOLE = re.compile(r"\{\{([a-z_]{1,40})\}\}|\{([a-z_]{1,40})\}")
_PARTS = re.compile(r"(?P<header>.*?)\n## System\n(?P<system>.*?)(?:\n## User\n(?P<user>.*))?", re.S)


@dataclass(frozen=True)
class Prompt:
    """A prompt file. `text` is the user part with its placeholders: what an analyst may word anew."""

    name: str
    version: int
    source: str
    system: str  # with the rule about data
    text: str

    @property
    def template(self) -> str:
        """Name and version, as captions keep them: `synthesise@1`."""
        return f"{self.name}@{self.version}"


def load(step: PromptStep, preset: str = "eventa_h") -> Prompt:
    """The prompt of a step.

    Raises:
        SettingsError: an unknown step or preset, or a file that is not a prompt.
    """
    if step not in STEPS:
        raise SettingsError(f"prompt step {step!r} is unknown: expected one of {', '.join(STEPS)}")
    if preset not in PRESETS:
        raise SettingsError(f"prompt preset {preset!r} is unknown: expected one of {', '.join(PRESETS)}")
    own = FOLDER / f"{step}.{preset}.md"
    return read(own if own.exists() else FOLDER / f"{step}.md")


@cache
def read(path: Path) -> Prompt:
    """A prompt file with the rule about data after its system part. Raises SettingsError where it is not one."""
    name, version, source, system, user = _parts(path)
    if not user:
        raise SettingsError(f"prompt file {path}: expected a part `## User`")
    check(path.stem.split(".")[0], user)
    return Prompt(name, version, source, f"{system}\n\n{_parts(FOLDER / 'data_rule.md')[3]}", user)


def check(step: str, text: str) -> None:
    """Refuse a wording with a placeholder that is unknown, or without one that the step needs.

    Raises:
        SettingsError: names the placeholder, the known ones and the remedy.
    """
    used = placeholders(text)
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    if unknown := sorted(used - PLACEHOLDERS.keys()):
        raise SettingsError(
            f"the prompt of step {step!r} has the unknown placeholder {{{unknown[0]}}}; known are {known}. "
            f"Plain text in braces is written {{{{{unknown[0]}}}}}."
        )
    required = REQUIRED.get(step, ())  # type: ignore[call-overload]
    if missing := [name for name in required if name not in used]:
        raise SettingsError(
            f"the prompt of step {step!r} does not have the placeholder {{{missing[0]}}} "
            f"({PLACEHOLDERS[missing[0]]}), without which the model would not see it; known are {known}."
        )


def placeholders(text: str) -> frozenset[str]:
    """The names in braces of a wording: what it sends."""
    return frozenset(m[2] for m in _HOLE.finditer(text) if m[2])


def fill(
    prompt: Prompt, evidence: CaptionEvidence, settings: CaptionSettings, own: str | None = None, **later: str
) -> str:
    """What is sent: the prompt's text, or the analyst's own, with every placeholder replaced once.

    Args:
        own: the analyst's wording in place of `prompt.text`; placeholders as in the files.
        later: `description`, `answers`, `answer`, `problems`, as far as they are known; the others are announced.

    Raises:
        SettingsError: an unknown placeholder, or one that is needed is missing.
    """
    text = prompt.text if own is None else own
    check(prompt.name.split(".")[0], text)
    known = values(evidence, settings, later)
    return _HOLE.sub(lambda m: known[m[2]] if m[2] else f"{{{m[1]}}}", text)


def _parts(path: Path) -> tuple[str, int, str, str, str]:
    """(name, version, source, system, user) of a prompt file."""
    found = _PARTS.fullmatch(path.read_text(encoding="utf-8"))
    header = dict(line.split(": ", 1) for line in found["header"].splitlines() if ": " in line) if found else {}
    if not found or header.get("name") != path.stem or not header.get("version", "").isdecimal():
        raise SettingsError(
            f"prompt file {path}: expected lines `name: {path.stem}` and `version: N`, then a part `## System`"
        )
    user = (found["user"] or "").strip()
    return header["name"], int(header["version"]), header.get("source", ""), found["system"].strip(), user
