"""`python -m newsctx analyse PHOTO`: every stage from the command line, and the whole analysis as one JSON document."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError

from newsctx.document import Document
from newsctx.errors import NewsctxError, OverrideError, PhotoRefused, SettingsError
from newsctx.overrides import Override, parse_overrides, replay
from newsctx.records import Claim, Inputs, PartialDate
from newsctx.settings import Settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("analyse", help="find the news context of a photograph")
    parser.add_argument("photo", type=Path, help="the photograph: JPEG, PNG, WebP, GIF, TIFF or HEIC")
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive to search")
    parser.add_argument(
        "--profile", default=None, metavar="NAME", help="which models: embedded, clip, newsrecon or local-dir:PATH"
    )
    parser.add_argument(
        "--note", default="", help='words to search with, also "a phrase", -word, place:X, after:DATE, before:DATE'
    )
    parser.add_argument("--claim", default="", help="the claim under check")
    parser.add_argument("--claim-place", default="", help="where the claim says it is")
    parser.add_argument(
        "--claim-date", default="", help="when the claim says it was: YYYY-MM-DD, YYYY-MM, YYYY or 1970s"
    )
    parser.add_argument("--overrides", type=Path, metavar="FILE", help="a JSON list of override actions to replay")
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="a JSON file with settings that differ from the defaults"
    )
    parser.add_argument(
        "--json", type=Path, metavar="OUT", help="write the analysis document here (- for standard output)"
    )
    parser.add_argument("--state", type=Path, metavar="DIR", help="where results are cached")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Analyse and print a summary; 1 if a stage failed."""
    inputs = Inputs(note=args.note, claim=_claim(args))
    overrides = _overrides(args.overrides)
    settings = read_settings(args.settings, args.profile)
    data = _read(args.photo, "photograph", PhotoRefused)
    document = _analyse(args, data, inputs, overrides, settings)
    if str(args.json) == "-":
        print(document.to_json())
    else:
        if args.json:
            args.json.write_text(document.to_json() + "\n", encoding="utf-8")
        print(summary(document))
    failed = [s for s in document.status if s.state == "failed"]
    for status in failed:
        print(f"newsctx: {status.name}: {status.note}", file=sys.stderr)
    return 1 if failed else 0


def _analyse(
    args: argparse.Namespace, data: bytes, inputs: Inputs, overrides: tuple[Override, ...], settings: Settings
) -> Document:
    from newsctx.archive.opened import open_archive  # models and FAISS load here, not for --help
    from newsctx.cache import StageCache
    from newsctx.models import load
    from newsctx.pipeline import Pipeline, Request
    from newsctx.state import state_folder
    from newsctx.writers.choices import Writers

    models = load(settings.profile)
    archive = open_archive(args.archive, models, settings)
    cache = StageCache(state_folder(args.state) / "cache")
    writers = Writers(settings.caption)
    pipeline = Pipeline(archive, models, settings, cache, writers.get(), writers)
    for i, override in enumerate(overrides):
        pipeline.check(override, replay(overrides[:i]))
    document = None
    for document in pipeline.analyse(Request(data, args.photo.name, inputs, overrides)):
        running = next((s.name for s in document.status if s.state == "running"), "")
        if running and sys.stderr.isatty():
            print(f"\r\x1b[K{running} ...", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    assert document is not None  # analyse yields at least once
    return document


def _read(path: Path, what: str, error: type[NewsctxError]) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        raise error(f"The {what} {path} cannot be read: {reason.strerror}.") from reason


def _claim(args: argparse.Namespace) -> Claim:
    try:
        when = PartialDate.model_validate(args.claim_date) if args.claim_date else None
    except ValidationError as error:
        raise SettingsError(
            f"--claim-date {args.claim_date!r} is not a date: expected YYYY-MM-DD, YYYY-MM, YYYY or 1970s."
        ) from error
    return Claim(text=args.claim, place=args.claim_place, date=when)


def _overrides(path: Path | None) -> tuple[Override, ...]:
    return parse_overrides(_read(path, "overrides file", OverrideError)) if path else ()


def read_settings(path: Path | None, profile: str | None) -> Settings:
    """The settings of a JSON file, defaults for what it leaves out; a named profile wins. Raises SettingsError."""
    text = _read(path, "settings file", SettingsError) if path else b"{}"
    try:
        settings = Settings.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(p) for p in first["loc"]) or "the file"
        raise SettingsError(f"{path}: {where}: {first['msg']}. See the settings table in the README.") from error
    return settings.model_copy(update={"profile": profile}) if profile else settings


def summary(document: Document) -> str:
    """The analysis for a terminal: each stage in a line or two."""
    lines: list[str] = []
    stages = document.stages
    for channel in stages.retrieve.channels if stages.retrieve else ():
        detail = f"{channel.hits} hits" if channel.state == "ran" else f"{channel.state}: {channel.reason}"
        lines.append(f"  {channel.name:12} {detail}")
    accepted = [m for m in stages.verify.matches if m.accepted] if stages.verify else []
    for match in accepted:
        headline = document.articles[match.article_id].headline if match.article_id in document.articles else ""
        mirrored = ", mirrored" if match.mirrored else ""
        lines.append(f"Match: {headline} ({match.inliers} inliers, confidence {match.confidence:.2f}{mirrored})")
    for hit in stages.events.hits[:5] if stages.events else ():
        found = document.articles[hit.article_id]
        origin = ", ".join(str(x) for x in (found.source, found.published or "undated") if x)
        lines.append(f"{hit.rank:3}. {found.headline or found.article_id} [{origin}]")
    if document.context:
        place, when = document.context.place, document.context.date
        lines.append(f"Place: {place.place.label if place.place else 'not established'}. {place.note}".rstrip())
        lines.append(f"Date:  {when.date or 'not established'}. {when.note}".rstrip())
        lines += [
            f"Claim {c.item}: {c.verdict.replace('_', ' ')}. {c.note}".rstrip() for c in document.context.agreement
        ]
        lines += [f"Conflict: {c}" for c in document.context.conflicts]
    if document.caption:
        lines.append(f"Caption ({document.caption.writer}): {document.caption.text or document.caption.note}")
    lines += [f"Note ({s.name}): {s.note}" for s in document.status if s.note and s.state != "failed"]
    return "\n".join(["Channels:"] + lines)
