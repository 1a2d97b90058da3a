"""Settings by dotted path: `events.window_days=7`, for sweeps."""

from __future__ import annotations

import difflib
import itertools
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from newsctx import channel_names
from newsctx.errors import SettingsError
from newsctx.settings import Settings

#: other names of settings, as the papers and the issue call them
ALIASES = {"events.min_size": "events.min_articles", "top_k": "retrieve.k", "retrieve.top_k": "retrieve.k"}
#: not a setting: the share of the archive's articles that is searched
ARCHIVE_SHARE = "archive.share"


class Axis(NamedTuple):
    """One setting and the values that it takes."""

    path: str  # as it was named, for display
    values: tuple[Any, ...]

    @property
    def real(self) -> str:
        return ALIASES.get(self.path, self.path)


def parse_axis(text: str) -> Axis:
    """`events.window_days=1,3,7` -> an axis; values are JSON, else text.

    Raises:
        SettingsError: no `=`, no values, or an unknown path (close names are listed).
    """
    path, equals, values = text.partition("=")
    path = path.strip()
    if not equals or not values.strip():
        raise SettingsError(f"--sweep {text!r}: expected SETTING=VALUE,VALUE such as events.window_days=1,3,7.")
    axis = Axis(path, tuple(_value(v.strip()) for v in values.split(",") if v.strip()))
    if axis.real != ARCHIVE_SHARE:
        check_path(axis.real, path)
    return axis


def check_path(path: str, shown: str = "") -> None:
    """Raise SettingsError where there is no such setting."""
    known = paths(Settings())
    if path not in known and not path.startswith("retrieve.weights."):
        close = difflib.get_close_matches(path, [*known, *ALIASES], n=3, cutoff=0.5)
        hint = f"close names: {', '.join(close)}" if close else "`python -m newsctx settings` lists them"
        raise SettingsError(f"There is no setting {shown or path!r}; {hint}.")


def paths(group: BaseModel, prefix: str = "") -> list[str]:
    """Every dotted path to a value."""
    found: list[str] = []
    for name in type(group).model_fields:
        value = getattr(group, name)
        found += paths(value, f"{prefix}{name}.") if isinstance(value, BaseModel) else [prefix + name]
    return found


def with_value(settings: Settings, path: str, value: Any) -> Settings:
    """The settings with one value changed, checked as if read from a file.

    Raises:
        SettingsError: a value that the setting refuses.
    """
    plain = settings.model_dump(mode="json")
    *groups, name = path.split(".")
    if groups == ["retrieve", "weights"]:
        name = channel_names.current(name)
    place = plain
    for group in groups:
        place = place[group]
    place[name] = value
    try:
        return Settings.model_validate(plain)
    except ValidationError as error:
        raise SettingsError(f"{path} = {value!r}: {error.errors(include_url=False)[0]['msg']}.") from error


def points(axes: Sequence[Axis], grid: bool) -> list[dict[str, Any]]:
    """The combinations to measure: each axis on its own, or with `grid` all of them."""
    if grid:
        return [dict(zip((a.path for a in axes), v, strict=True)) for v in itertools.product(*(a.values for a in axes))]
    return [{a.path: v} for a in axes for v in a.values]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
