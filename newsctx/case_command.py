"""`python -m newsctx cases`: list, show, verify, export, report, replay and delete cases from the command line."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newsctx.access import GUEST
from newsctx.cases import CASE_STATUSES, CaseStore
from newsctx.errors import CaseError
from newsctx.report import command as report_command
from newsctx.state import state_folder


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("cases", help="list, verify, export, replay and delete the workbench's cases")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    def add(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        one = what.add_parser(name, help=about)
        one.add_argument("--state", type=Path, metavar="DIR", help="where cases are kept (default: NEWSCTX_STATE)")
        one.set_defaults(run=run)
        return one

    found = add("list", _list, "the cases, newest change first")
    found.add_argument("--query", default="", help="words of title, tags, note, claim, caption, place or date")
    found.add_argument("--status", default="", choices=["", *CASE_STATUSES], help="only those of a status")
    found.add_argument("--tag", default="", help="only those with a tag")
    found.add_argument("--archived", action="store_true", help="those that were put away instead")
    found.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default: 50)")
    found.add_argument("--json", action="store_true", help="as JSON Lines")
    shown = add("show", _show, "one case with its overrides, runs and trail")
    shown.add_argument("case_id", metavar="CASE")
    shown.add_argument("--json", action="store_true", help="the trail as JSON Lines, hashes included")
    checked = add("verify", _verify, "whether the trails hold; prints their head hashes, which are worth keeping")
    checked.add_argument("case_id", metavar="CASE", nargs="?", default=None, help="default: all, and the store's own")
    checked.add_argument("--anchor", default="", metavar="HASH", help="a hash of the trail that was kept elsewhere")
    exported = add("export", _export, "a case with its photograph, trail and last run as one ZIP file")
    exported.add_argument("case_id", metavar="CASE")
    exported.add_argument("--out", type=Path, required=True, metavar="FILE", help="the ZIP file to write")
    reported = add(
        "report", report_command.run, "a case as HTML, PDF, Markdown, JSON or CSV, or its captioned photograph"
    )
    report_command.add_arguments(reported)
    given = add("give", _give, "make a case somebody's, e.g. one from before there were accounts")
    given.add_argument("case_id", metavar="CASE")
    given.add_argument("name", metavar="NAME", help="the account")
    given.add_argument("--auth", type=Path, metavar="FILE", help="the accounts file: the name must be in it")
    replayed = add("replay", _replay, "compute an exported case again here; 1 where the result is another")
    replayed.add_argument("file", type=Path, metavar="FILE", help="the ZIP file of `cases export`")
    replayed.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive to search")
    replayed.add_argument("--profile", default=None, metavar="NAME", help="which models")
    replayed.add_argument("--settings", type=Path, metavar="FILE", help="settings that differ from the defaults")
    replayed.add_argument("--write", action="store_true", help="ask a language model again where one wrote the caption")
    gone = add("delete", _delete, "remove a case with all that belongs to it")
    gone.add_argument("case_id", metavar="CASE")
    gone.add_argument("--yes", action="store_true", help="do not ask")
    for one in (exported, reported, replayed, gone):
        one.add_argument("--who", default="", help="who does it, for the trail")
    given.add_argument("--who", default="", help="who does it, for the trail")
    found.add_argument("--owner", default="", metavar="NAME", help="only the cases of an account")
    gone.add_argument("--reason", default="", help="why, for the trail")


@contextmanager
def _store(args: argparse.Namespace, read_only: bool = True) -> Iterator[CaseStore]:
    store = CaseStore(state_folder(args.state), read_only=read_only)
    try:
        yield store
    finally:
        store.close()


def _line(text: str) -> str:
    """Stored text for a terminal: no control characters, which could move its cursor."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _list(args: argparse.Namespace) -> int:
    with _store(args) as store:
        whose = ("mine", args.owner) if args.owner else ("", "")
        found = store.list(args.query, args.status, args.tag, args.archived, max(args.limit, 0), whose=whose)
        total = len(found) if args.owner else store.count(args.query, args.status, args.tag, args.archived)
    for case in found:
        if args.json:
            print(case.model_dump_json())
            continue
        owner = f"({_owner(case.owner)})" if case.owner else ""
        answers = " · ".join(x for x in (case.place, case.date, *(f"#{t}" for t in case.tags), owner) if x)
        print(_line(f"{case.case_id}  {case.updated}  {case.status:15}  {case.title}  {answers}").rstrip())
    if not args.json and total != len(found):
        print(f"{len(found)} of {total} cases; --limit shows more.", file=sys.stderr)
    return 0


def _show(args: argparse.Namespace) -> int:
    with _store(args) as store:
        case, trail, runs = store.get(args.case_id), store.trail(args.case_id), store.runs(args.case_id)
        made = store.overrides(args.case_id)
        owner, shares = store.owner_of(args.case_id), store.shares(args.case_id)
    if args.json:
        for entry in trail:
            print(entry.model_dump_json())
        return 0
    tags = ", ".join(case.tags) or "none"
    print(_line(f"{case.title} ({case.case_id})"))
    print(_line(f"status {case.status}{', archived' if case.archived else ''}; tags: {tags}; created {case.created}"))
    with_ = ", ".join(f"{name} ({right})" for name, right in shares.items()) or "nobody"
    print(_line(f"owner: {_owner(owner) or 'nobody'}; shared with: {with_}"))
    print(_line(f"note: {case.inputs.note or 'none'}; claim: {case.inputs.claim.text or 'none'}"))
    for one in made:
        action = one.override.model_dump(mode="json", exclude={"article"})
        print(_line(f"  {one.number:3}. {one.made} {one.who} {one.state}: {_short(action)}"))
    for run in runs:
        computed = f", computed {', '.join(run.computed)} in {run.seconds} s" if run.computed else ""
        print(
            _line(
                f"run {run.number}: {run.started} {run.state}, {run.overrides} overrides{computed} {run.note}"
            ).rstrip()
        )
    for entry in trail:
        changed = f" {_short(entry.before)} -> {_short(entry.after)}" if entry.after else ""
        why = f" because {entry.reason}" if entry.reason else ""
        print(_line(f"{entry.number:4} {entry.made} {entry.who}: {entry.what}{changed}{why}"))
    return 0


def _owner(name: str) -> str:
    """As it is printed: a guest's name is a key to the case."""
    return "a guest" if name.startswith(GUEST) else name


def _give(args: argparse.Namespace) -> int:
    from newsctx.accounts import AccountFile, account_name, find

    name = find(AccountFile(args.auth).read(), args.name).name if args.auth else account_name(args.name)
    with _store(args, read_only=False) as store:
        before = store.owner_of(args.case_id)
        store.give(args.case_id, name, args.who)
    print(_line(f"{args.case_id} belongs to {name}" + (f"; {_owner(before)} may still edit it" if before else "")))
    return 0


def _short(value: dict[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"


def _verify(args: argparse.Namespace) -> int:
    with _store(args) as store:
        if args.case_id is None:
            ids = ["", *sorted(c.case_id for c in store.list(archived=None, limit=10**9))]
        else:
            ids = [args.case_id]
        wrong = 0
        anchors = {} if not args.anchor else _anchored(store, ids, args.anchor)
        for case_id in ids:
            trail, problems = store.trail(case_id), store.verify(case_id, anchors.get(case_id, ""))
            wrong += len(problems)
            for problem in problems:
                print(_line(f"WRONG {problem}"))
            if not problems:
                head = trail[-1].hash if trail else "no entry yet"
                print(f"holds {case_id or 'the store itself'}: {len(trail)} entries, head {head}")
        if args.case_id is None:
            wrong += _unaccounted(store)
    if not wrong and not args.anchor:
        print("A trail written anew as a whole shows only against a hash kept elsewhere: keep the heads, see --anchor.")
    return 1 if wrong else 0


def _anchored(store: CaseStore, ids: list[str], anchor: str) -> dict[str, str]:
    """The trail that the anchor is of; where it is in none, the first is asked for it, and says so."""
    of = [i for i in ids if anchor in {e.hash for e in store.trail(i)}]
    return dict.fromkeys(of or ids[:1], anchor)


def _unaccounted(store: CaseStore) -> int:
    """Cases that the store's own trail does not know, or that it knows and that are gone without a deletion."""
    known: set[str] = set()
    for entry in store.trail(""):
        case_id = str(entry.detail.get("case_id", ""))
        known = known - {case_id} if entry.what == "case_deleted" else known | {case_id}
    there = {c.case_id for c in store.list(archived=None, limit=10**9)}
    for case_id in sorted(known - there):
        print(_line(f"WRONG case {case_id} is gone, and the store's own trail knows no deletion"))
    for case_id in sorted(there - known):
        print(_line(f"WRONG case {case_id} is there, and the store's own trail does not know it"))
    return len(known ^ there)


def _export(args: argparse.Namespace) -> int:
    from newsctx.cache import write_beside
    from newsctx.case_bundle import FORMAT, pack

    with _store(args, read_only=False) as store:
        store.record(args.case_id, "exported", args.who, {"format": FORMAT})
        bundle = store.bundle(args.case_id)
    data = pack(bundle)
    try:
        write_beside(args.out, data)
    except OSError as error:
        raise CaseError(f"The bundle {args.out} cannot be written: {error.strerror or error}.") from error
    print(f"{args.out}: {len(data):,} bytes, {len(bundle.overrides)} overrides, head {bundle.trail[-1].hash}")
    if bundle.document is None:
        print("The case has not been analysed: the bundle can be imported, not replayed.", file=sys.stderr)
    return 0


def _replay(args: argparse.Namespace) -> int:
    from newsctx.analyse_command import read_settings  # models load here, not for --help
    from newsctx.case_bundle import unpack
    from newsctx.case_replay import replay, request_of
    from newsctx.models import load
    from newsctx.workbench import Workbench

    settings = read_settings(args.settings, args.profile)
    bundle = unpack(args.file, settings)
    request = request_of(bundle)
    with tempfile.TemporaryDirectory(prefix="newsctx-replay-") as temporary:
        bench = Workbench(args.archive, args.state or Path(temporary), load(settings.profile), settings)
        try:
            pipeline = bench.pipeline()
            bench.import_case(args.file, args.who)
            found = replay(bundle, pipeline, args.write, lambda stage: _progress(stage))
            bench.keep(bundle.case.case_id, found.document, pipeline.keys(request))
        finally:
            bench.close()
    for around in found.around:
        print(_line(around))
    for stage, lines in found.stages.items():
        for one in lines:
            print(_line(f"{stage}: {one}"))
    if found.left_out:
        print(f"not compared: {found.left_out}")
    if found.moved_on:
        print("The case was changed after its last run; what was compared is that run.")
    print("same result" if found.same else "another result")
    return 0 if found.same else 1


def _progress(stage: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{stage + ' ...' if stage else ''}", end="", file=sys.stderr, flush=True)


def _delete(args: argparse.Namespace) -> int:
    from newsctx.cache import StageCache
    from newsctx.case_desk import delete
    from newsctx.media import Media
    from newsctx.settings import Settings

    folder = state_folder(args.state)
    with _store(args, read_only=False) as store:
        case = store.get(args.case_id)
        if not args.yes and not _agreed(f"Delete {_line(case.title)!r} with its photograph, runs and trail? [y/N] "):
            print("Nothing was deleted.", file=sys.stderr)
            return 1
        media, cache = Media(folder / "media", Settings().photo), StageCache(folder / "cache")
        delete(store, media, cache, case.case_id, args.who, args.reason)
    print(f"{case.case_id} is deleted; the store's own trail says so.")
    return 0


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().casefold() in ("y", "yes")
    except EOFError:
        return False
