"""How far a batch has come, on a terminal (a bar) and elsewhere (plain lines)."""

from __future__ import annotations

import json
import sys
from types import TracebackType

from tqdm import tqdm

from newsctx.batch.export import row
from newsctx.batch.records import Batch, BatchItem

_CAPTION = 100  # characters of a caption on a line


class Progress:
    """Prints each photograph as it ends; on a terminal below a bar with the time that is left."""

    def __init__(self, batch: Batch, as_json: bool = False) -> None:
        self._json = as_json
        self._bar = None
        if sys.stderr.isatty() and not as_json:
            form = "{l_bar}{bar}| {n_fmt}/{total_fmt} {postfix}"
            self._bar = tqdm(
                total=batch.total, initial=batch.ended, file=sys.stderr, bar_format=form, dynamic_ncols=True
            )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def ended(self, item: BatchItem, batch: Batch) -> None:
        """A photograph is done, or failed."""
        if self._json:
            print(json.dumps(row(item), ensure_ascii=False), flush=True)
        else:
            self._print(told(item, batch), sys.stdout)

    def now(self, batch: Batch, item: BatchItem | None) -> None:
        """What is being analysed, and how long the rest will take."""
        if self._bar is not None:
            left = f"about {duration(batch.eta)} left" if batch.eta else ""
            self._bar.total, self._bar.n = batch.total, batch.ended
            self._bar.set_postfix_str(" ".join(x for x in (left, plain(item.name) if item else "") if x))

    def say(self, text: str) -> None:
        self._print(plain(text), sys.stderr)

    def _print(self, text: str, to: object) -> None:
        if self._bar is not None:
            self._bar.write(text, file=to)  # type: ignore[arg-type]
        else:
            print(text, file=to, flush=True)  # type: ignore[call-overload]


def told(item: BatchItem, batch: Batch) -> str:
    """A photograph in a line."""
    head = f"{item.number:{len(str(batch.total))}}/{batch.total} {item.state:9} {item.name}"
    if item.error:
        return plain(f"{head}: {item.error}")
    if not item.outcome:
        return plain(head)
    found = item.outcome
    answer = ", ".join(x for x in (found.place, found.date) if x) or f"no answer: {found.abstained}"
    caption = found.caption if len(found.caption) <= _CAPTION else found.caption[: _CAPTION - 1] + "…"
    rests = f" ({found.confidence})" if found.confidence else ""
    return plain(f"{head} {item.seconds:.1f} s: {answer}{rests} {caption}".rstrip())


def duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


def plain(text: str) -> str:
    """Text for a terminal: no control characters, which could move its cursor."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
