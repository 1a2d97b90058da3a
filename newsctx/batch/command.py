"""`python -m newsctx batch`: a folder or CSV of photographs, analysed one after the other; a stopped one goes on."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsctx.batch.progress import plain
from newsctx.batch.records import Found
from newsctx.errors import BatchError
from newsctx.state import state_folder

if TYPE_CHECKING:
    from newsctx.cases import CaseStore
    from newsctx.settings import Settings
    from newsctx.workbench import Workbench

Args = argparse.Namespace


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("batch", help="analyse a folder or CSV of photographs; each becomes a case")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    def add(name: str, run: Callable[[Args], int], about: str) -> argparse.ArgumentParser:
        one = what.add_parser(name, help=about)
        one.add_argument("--state", type=Path, metavar="DIR", help="where cases are kept (default: NEWSCTX_STATE)")
        one.add_argument("--json", action="store_true", help="print JSON Lines instead of text")
        one.set_defaults(run=run)
        return one

    made = add("run", _run, "analyse a folder or CSV; the same command again goes on where it was")
    made.add_argument("source", type=Path, metavar="FOLDER|CSV", help="photographs, or a list with a column `path`")
    made.add_argument("--title", default="", help="of the batch (default: the name of the folder or list)")
    made.add_argument("--note", default="", help="words to search with, for every photograph without its own")
    made.add_argument("--claim", default="", help="the claim under check, for every photograph without its own")
    made.add_argument("--claim-place", default="", help="where the claim says it is")
    made.add_argument("--claim-date", default="", help="when the claim says it was: YYYY-MM-DD, YYYY-MM, YYYY or 1970s")
    made.add_argument("--recursive", action="store_true", help="also the folders of the folder")
    made.add_argument("--absolute", action="store_true", help="let the CSV name files outside its own folder")
    made.add_argument("--check", action="store_true", help="only tell what would be analysed, and what is wrong")
    made.add_argument(
        "--new",
        action="store_true",
        help="another batch, although there is one of this source; its note and claim stand",
    )
    made.add_argument(
        "--pause", action="store_true", help="make the batch, but do not begin: `batch resume` or the page does"
    )
    made.add_argument("--who", default="", help="who does it, for the trails")
    made.add_argument("--owner", default="", help="the account that the cases are to belong to")
    resumed = add("resume", _resume, "go on with a batch that was paused, interrupted or cancelled")
    retried = add("retry", _retry, "analyse again what failed")
    retried.add_argument("--all", action="store_true", help="everything, not only what failed")
    listed = add("list", _list, "the batches, newest first")
    listed.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default: 50)")
    shown = add("show", _show, "what came of each photograph")
    cancelled = add("cancel", _cancel, "take what waits out of the queue; cases stay")
    exported = add("export", _export, "the table of outcomes as a file")
    exported.add_argument("--format", choices=("csv", "json"), default="csv", help="default: csv")
    exported.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    gone = add("delete", _delete, "forget a batch; its cases stay")
    for one in (resumed, retried, shown, cancelled, exported, gone):
        one.add_argument("batch_id", metavar="BATCH", help="the id, or as much of its beginning as is needed")
    for one in (made, resumed, retried):
        one.add_argument("--archive", type=Path, metavar="DIR", help="archive to search (default: NEWSCTX_ARCHIVE)")
        one.add_argument(
            "--profile", default=None, metavar="NAME", help="which models: embedded, clip, newsrecon or local-dir:PATH"
        )
        one.add_argument(
            "--settings", type=Path, metavar="FILE", help="a JSON file with settings that differ from the defaults"
        )


# --- those that analyse -----------------------------------------------------------------------------------------------


def _run(args: Args) -> int:
    from newsctx.analyse_command import read_settings

    settings = read_settings(args.settings, args.profile)
    found = _found(args, settings)
    _tell_source(args, found)
    if args.check:
        return 1 if found.problems else 0
    if not found.entries:
        raise BatchError("Nothing can be analysed: see above for what is wrong with each row.")
    with _bench(args, settings) as bench:
        batch_id = bench.batch_of(found, args.title, args.who, args.owner, args.new)
        if args.pause:
            _say(args, {"batch": batch_id, "photographs": bench.batch(batch_id).total}, _left(args, batch_id))
            return 0
        return max(_follow(args, bench, batch_id, lambda: bench.resume_batch(batch_id)), 1 if found.problems else 0)


def _found(args: Args, settings: Settings) -> Found:
    from newsctx.analyse_command import _claim
    from newsctx.batch.lists import read_list
    from newsctx.batch.sources import folder
    from newsctx.records import Inputs

    given = Inputs(note=args.note, claim=_claim(args))
    if args.source.is_dir():
        return folder(args.source, args.recursive, settings.batch.items, given)
    return read_list(args.source, settings.batch, given, args.absolute)


def _tell_source(args: Args, found: Found) -> None:
    for problem in found.problems:
        told = {"problem": problem.text, "name": problem.name, "line": problem.line}
        _say(args, told, f"not taken: {problem}", sys.stderr)
    if not args.json:
        for note in found.notes:
            print(plain(note), file=sys.stderr)
    if args.check:
        for entry in found.entries:
            _say(args, {"name": entry.name, "inputs": entry.inputs.model_dump(mode="json")}, entry.name)
    taken, refused = len(found.entries), len(found.problems)
    _say(args, {"taken": taken, "refused": refused}, f"{taken} photographs, {refused} not taken", sys.stderr)


def _resume(args: Args) -> int:
    with _opened(args) as (bench, batch_id):
        return _follow(args, bench, batch_id, lambda: bench.resume_batch(batch_id))


def _retry(args: Args) -> int:
    with _opened(args) as (bench, batch_id):
        return _follow(args, bench, batch_id, lambda: bench.retry_batch(batch_id, args.all))


@contextmanager
def _opened(args: Args) -> Iterator[tuple[Workbench, str]]:
    """The workbench over the archive that the batch was last searched in, unless another is named."""
    from newsctx.analyse_command import read_settings

    with _store(args) as store:
        batch = store.batch(_named(store, args.batch_id))
    if args.archive is None and batch.archive:
        args.archive = Path(batch.archive)
    with _bench(args, read_settings(args.settings, args.profile)) as bench:
        yield bench, batch.batch_id


@contextmanager
def _bench(args: Args, settings: Settings) -> Iterator[Workbench]:
    from newsctx.start import start  # models load here, not for --help

    bench = start(args.archive, args.state, settings)
    try:
        if bench.archive_problem:
            raise BatchError(bench.archive_problem)
        yield bench
    finally:
        bench.close()


def _follow(args: Args, bench: Workbench, batch_id: str, begin: Callable[[], object]) -> int:
    """Tell each photograph as it ends; 1 where one failed, 130 where Ctrl-C stopped it."""
    from newsctx.batch.progress import Progress

    told = {(i.number, i.attempts) for i in bench.batch_items(batch_id)}
    with Progress(bench.batch(batch_id), args.json) as progress:
        try:
            begin()
            seen = -1
            while True:
                batch, items = bench.batch(batch_id), bench.batch_items(batch_id)
                for item in items:
                    if item.state in ("done", "failed") and (item.number, item.attempts) not in told:
                        told.add((item.number, item.attempts))
                        progress.ended(item, batch)
                progress.now(batch, next((i for i in items if i.state == "running"), None))
                if batch.state != "running":
                    break
                seen = bench.batch_news(batch_id, seen, 1.0)
        except KeyboardInterrupt:
            progress.say("stopping after the stage that runs ...")
            bench.stop_batch(batch_id)
            while bench.batch(batch_id).running:
                bench.batch_news(batch_id, -1, 0.1)
            progress.say(_left(args, batch_id))
            return 130
    if batch.note:
        print(f"newsctx: {plain(batch.note)}", file=sys.stderr)
    summary = batch.model_dump(mode="json", exclude={"owner"})
    took = f"; {batch.seconds:.1f} s a photograph (median)" if batch.seconds else ""
    _say(args, {"batch": summary}, f"{batch.done} done, {batch.failed} failed of {batch.total}{took}")
    if batch.failed and not args.json:
        print(f"python -m newsctx batch retry {_state(args)}{batch_id} analyses again what failed.", file=sys.stderr)
    return 0 if batch.state == "done" and not batch.failed else 1


def _left(args: Args, batch_id: str) -> str:
    again = "the same command again, or " if args.what == "run" and not args.new else ""
    return f"Nothing is lost. To go on: {again}python -m newsctx batch resume {_state(args)}{batch_id}"


def _state(args: Args) -> str:
    return f"--state {args.state} " if args.state else ""


# --- those that only use the store ------------------------------------------------------------------------------------


@contextmanager
def _store(args: Args) -> Iterator[CaseStore]:
    from newsctx.cases import CaseStore

    folder = state_folder(args.state)
    if not (folder / "cases.duckdb").is_file():
        raise BatchError(f"There is no case store in {folder}. Name the folder that holds the cases with --state.")
    store = CaseStore(folder)
    try:
        yield store
    finally:
        store.close()


def _named(store: CaseStore, begins: str) -> str:
    """The only batch whose id begins so. Raises BatchError, BatchNotFound."""
    found = [b.batch_id for b in store.batches(limit=10**9) if begins and b.batch_id.startswith(begins)]
    if len(found) > 1:
        raise BatchError(f"{len(found)} batches have an id that begins with {begins[:40]!r}: write more of it.")
    return found[0] if found else store.batch(begins).batch_id


def _list(args: Args) -> int:
    with _store(args) as store:
        for one in store.batches(limit=max(args.limit, 0)):
            counts = f"{one.done} done, {one.failed} failed, {one.waiting} waiting of {one.total}"
            _say(
                args, one.model_dump(mode="json"), f"{one.batch_id}  {one.made}  {one.state:11}  {one.title}  {counts}"
            )
    return 0


def _show(args: Args) -> int:
    from newsctx.batch.export import row
    from newsctx.batch.progress import told

    with _store(args) as store:
        batch_id = _named(store, args.batch_id)
        batch, items = store.batch(batch_id), store.batch_items(batch_id)
    if not args.json:
        print(plain(f"{batch.title} ({batch_id}): {batch.state}. {batch.note}"))
    for item in items:
        _say(args, row(item), told(item, batch))
    return 0


def _cancel(args: Args) -> int:
    with _store(args) as store:
        batch_id = _named(store, args.batch_id)
        if store.batch(batch_id).state != "done":
            store.cancel_waiting(batch_id)
            store.set_batch(batch_id, "cancelled")
        batch = store.batch(batch_id)
    _say(args, batch.model_dump(mode="json"), f"{batch.state}: {batch.done} done, {batch.cancelled} taken out")
    return 0


def _export(args: Args) -> int:
    from newsctx.batch.export import as_csv, as_json
    from newsctx.cache import write_beside

    with _store(args) as store:
        batch_id = _named(store, args.batch_id)
        batch, items = store.batch(batch_id), store.batch_items(batch_id)
    text = as_csv(items) if args.format == "csv" else as_json(batch, items)
    try:
        write_beside(args.out, text.encode())
    except OSError as error:
        raise BatchError(f"The table {args.out} cannot be written: {error.strerror or error}.") from error
    _say(args, {"written": str(args.out), "photographs": len(items)}, f"{args.out}: {len(items)} photographs")
    return 0


def _delete(args: Args) -> int:
    with _store(args) as store:
        batch_id = _named(store, args.batch_id)
        store.delete_batch(batch_id)
    _say(args, {"deleted": batch_id}, f"{batch_id} is deleted; its cases stay.")
    return 0


# --- words ------------------------------------------------------------------------------------------------------------


def _say(args: Args, data: dict[str, object], text: str, to: object = None) -> None:
    """A line of JSON on standard output, or of text."""
    if args.json:
        print(json.dumps(data, ensure_ascii=False), flush=True)
    else:
        print(plain(text), file=to or sys.stdout, flush=True)  # type: ignore[arg-type]
