"""`python -m newsctx services`: everything that could leave this machine, with what each would see."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from newsctx.services.registry import Service, Standing, services

STANDINGS: dict[Standing, str] = {
    "off": "off ({by})", "unset": "off: nothing is set up ({by})", "choose": "off until chosen in a case",
    "click": "asked by your own click", "local": "on this machine ({by})", "never": "never",
}  # fmt: skip


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "services", help="list everything that could leave this machine, and who would see what"
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="a JSON file with settings that differ from the defaults"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    from newsctx.analyse_command import read_settings

    found = services(read_settings(args.settings, None))
    if args.json:
        print(json.dumps([one.model_dump(mode="json") for one in found], indent=1, ensure_ascii=False))
    else:
        print("\n\n".join(told(one) for one in found))
    return 0


def told(one: Service) -> str:
    """One service in a few lines."""
    lines = [f"{one.name} [{STANDINGS[one.standing].format(by=one.by)}]", f"  {one.does}"]
    if one.hosts:
        lines.append(f"  Host: {', '.join(one.hosts)}")
    lines += [f"  Sees: {one.sees}", f"  Off for good: {one.ends}"]
    lines += [f"  Privacy: {host}: {address}" for host, address in one.policies]
    return "\n".join(lines)
