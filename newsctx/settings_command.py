"""`python -m newsctx settings`: every setting with its default and source, as the README's table."""

from __future__ import annotations

import argparse
import json

from pydantic import BaseModel

from newsctx.settings import Settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("settings", help="list every setting with its default and source")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    print(table())
    return 0


def table() -> str:
    """A Markdown table: setting, default, meaning and source."""
    lines = ["| setting | default | meaning and source |", "|---|---|---|"]
    lines += [f"| `{name}` | `{default}` | {meaning} |" for name, default, meaning in rows(Settings())]
    return "\n".join(lines)


def rows(group: BaseModel, prefix: str = "") -> list[tuple[str, str, str]]:
    """(dotted name, default as JSON, description) of every setting, groups opened."""
    found: list[tuple[str, str, str]] = []
    for name, info in type(group).model_fields.items():
        value = getattr(group, name)
        if isinstance(value, BaseModel):
            found += rows(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, json.dumps(value), (info.description or "").replace("|", "/")))
    return found
