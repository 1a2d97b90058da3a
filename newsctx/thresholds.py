"""Thresholds that an analyst changes for one case: settings of that case, validated as settings are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from newsctx.errors import OverrideError
from newsctx.settings import Settings


def with_thresholds(settings: Settings, thresholds: Mapping[str, float]) -> tuple[Settings, dict[str, str]]:
    """The settings with the thresholds in place.

    Args:
        thresholds: dotted name, `events.window_days`, -> value.

    Returns:
        The settings, and dotted name -> why, of thresholds that do not hold here: a stored case may have one that a
        later version refuses; it is left out.
    """
    refused: dict[str, str] = {}
    for name, value in thresholds.items():
        try:
            settings = _with(settings, name, value)
        except OverrideError as error:
            refused[name] = str(error)
    return settings, refused


def check_threshold(settings: Settings, name: str, value: float) -> None:
    """Raise OverrideError unless the setting can have the value."""
    _with(settings, name, value)


def _with(settings: Settings, name: str, value: float) -> Settings:
    group, _, field = name.partition(".")
    old: Any = getattr(settings, group)
    try:
        new = type(old).model_validate({**old.model_dump(), field: value})
    except ValidationError as error:
        what = type(old).model_fields[field].description
        raise OverrideError(
            f"The threshold {name} cannot be {value:g}: {error.errors(include_url=False)[0]['msg']}. It is: {what}. "
            f"The setting has {getattr(old, field):g}."
        ) from error
    return settings.model_copy(update={group: new})
