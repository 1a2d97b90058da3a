"""`python -m newsctx cases report`: a case as a file, without loading any model."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from newsctx.cases import CaseStore
from newsctx.errors import CaseError
from newsctx.records import Place
from newsctx.report import make
from newsctx.report.words import count
from newsctx.settings import Settings
from newsctx.state import state_folder

KINDS = (*make.FORMATS, "photo")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("case_id", metavar="CASE")
    parser.add_argument(
        "--format", required=True, choices=KINDS,
        help="a report, csv: its articles, photo: a copy of the photograph with the approved caption",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the file to write")
    parser.add_argument(
        "--archive", type=Path, metavar="DIR",
        help="where the archived photographs of a report lie (default: NEWSCTX_ARCHIVE, else the demonstration "
        "archive of the state folder)",
    )  # fmt: skip
    parser.add_argument("--sensitive", action="store_true", help="also show pictures that are marked as sensitive")
    parser.add_argument("--strip-gps", action="store_true", help="photo: without the position of the camera")


def run(args: argparse.Namespace) -> int:
    """Writes the file and the entry in the trail."""
    from newsctx import case_reports
    from newsctx.cache import write_beside

    settings = Settings()
    notes: tuple[str, ...] = ()
    with ExitStack() as stack:
        store = CaseStore(state_folder(args.state), read_only=False)
        stack.callback(store.close)
        view = case_reports.stored_view(store, args.case_id)
        if args.format == "photo":
            written = case_reports.captioned(store, view, settings, args.strip_gps)
            data, notes, told = written.data, written.notes, case_reports.photo_made(written, args.strip_gps)
            if written.suffix == ".xmp" and args.output.suffix != ".xmp":
                raise CaseError(f"{notes[0]} Name the output {args.output.stem}.xmp.")
        else:
            kind = make.checked(args.format)
            found = case_reports.sources(
                store, view, kind, _find(args, stack), _place_of, settings, args.sensitive
            )  # fmt: skip
            data = make.make(found, kind, case_reports.now(), settings.report)
            lost = len(found.expected - set(found.pictures)) if kind in ("html", "pdf") else 0
            if lost:
                notes = (f"Without {count(lost, 'archived photograph')}: name the archive that has them by --archive.",)
            told = case_reports.report_made(kind, args.sensitive)
        try:
            write_beside(args.output, data)
        except OSError as error:
            raise CaseError(f"The file {args.output} cannot be written: {error.strerror or error}.") from error
        store.record(args.case_id, "exported", args.who, told)
    print(f"{args.output}: {len(data):,} bytes")
    for note in notes:
        print("".join(c if c.isprintable() else "\ufffd" for c in note), file=sys.stderr)
    return 0


def _find(args: argparse.Namespace, stack: ExitStack) -> Callable[[str], Path | None]:
    """Photographs go by the hash of their bytes: another archive than the case's has none of its, never a wrong one."""
    from newsctx.archive.store import ArchiveStore
    from newsctx.start import demo_folder

    archive = args.archive or (Path(os.environ["NEWSCTX_ARCHIVE"]) if os.environ.get("NEWSCTX_ARCHIVE") else None)
    if archive is None:
        archive = demo_folder(state_folder(args.state))
        if not archive.is_dir():
            return lambda image_id: None
    return stack.enter_context(ArchiveStore.open(archive)).image_path


def _place_of(text: str) -> Place | None:
    from newsctx.atlas import Atlas
    from newsctx.pipeline import gazetteer

    return Atlas(gazetteer).place_of(text)
