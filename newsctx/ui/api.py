"""The API: named endpoints for programs, beside the page's own handlers, which stay private.

`gradio_client` calls them by name (`Client(address).predict(..., api_name="/search_articles")`); the calls themselves
are in `newsctx.api`. An error meant for the caller arrives as its one line; of any other one nothing is told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.route_utils import get_root_url
from gradio.utils import get_function_description, get_function_params
from pydantic import TypeAdapter

from newsctx.access import guarded
from newsctx.api.answers import CaseAnswer, CasesAnswer, FoundArticles
from newsctx.api.calls import Calls, Format, Part, Photograph
from newsctx.errors import CallRefused, NewsctxError
from newsctx.ui import uploads, visits
from newsctx.ui.visits import Gate, visited

if TYPE_CHECKING:
    from newsctx.workbench import Workbench

log = logging.getLogger(__name__)
FAILED = "The call failed inside the workbench; its log says why. Tell whoever runs it."
Json = dict[str, Any]


class Api:
    """What programs may call, as who asks."""

    def __init__(self, workbench: Workbench, gate: Gate) -> None:
        self.gate = gate
        self._bench = workbench

    def calls(self, request: gr.Request | None) -> Calls:
        """The calls of who asks now; `request` tells by which address the workbench was reached."""
        bench = guarded(self._bench, visits.current() or self.gate.visitor(None))
        return Calls(bench, lambda case_id: case_page(request, case_id))

    @visited
    def analyse(
        self, photo: FileData, request: gr.Request, note: str = "", claim: str = "", claimed_place: str = "",
        claimed_date: str = "", title: str = "", who: str = "",
    ) -> Iterator[Json]:  # fmt: skip
        """Make a case of a news photograph and find its context: place, date, event, a caption with sources, and
        whether the evidence supports a claim. Answers several times while the stages run; the last answer holds.
        A case stays when the call is given up, and its analysis goes on: ask for it with get_case.

        Args:
            photo: the photograph: JPEG, PNG, WebP, GIF, TIFF or HEIC; upload it (gradio_client: handle_file).
            note: words to search with; also "words in a row", -word, place:X, after:DATE, before:DATE.
            claim: what is said to be shown.
            claimed_place: where that is said to be.
            claimed_date: when that is said to have been: YYYY-MM-DD, YYYY-MM, YYYY or 1970s.
            title: of the case; empty: the file's name.
            who: the caller's name for the trail; with accounts the account's own name stands there.
        """
        with one_line():
            texts = (note, claim, claimed_place, claimed_date, title, who)
            names = ("note", "claim", "claimed_place", "claimed_date", "title", "who")
            words = [text_of(n, t) for n, t in zip(names, texts, strict=True)]
            sent = photograph(photo)
            for answer in self.calls(request).analyse(sent, *words):
                yield answer.model_dump(mode="json")

    @visited
    def get_case(self, case_id: str, request: gr.Request, part: Part = "document") -> Json:
        """A case as it stands: facts, state of every stage (fresh or stale), answers, and its analysis document.

        Args:
            case_id: as analyse or list_cases tell it.
            part: "document": the whole analysis document; one part of it by name; "summary": none of it.
        """
        with one_line():
            return (
                self.calls(request).get_case(text_of("case_id", case_id), text_of("part", part)).model_dump(mode="json")
            )

    @visited
    def list_cases(
        self, request: gr.Request, query: str = "", status: str = "", tag: str = "", archived: bool = False,
        limit: int = 20, offset: int = 0,
    ) -> Json:  # fmt: skip
        """The cases that the caller may see, newest change first, a page at a time.

        Args:
            query: words that a case holds in its title, note, claim, caption, place or date; empty: all cases.
            status: open, established, not_established or handed_over; empty: any.
            tag: one tag; empty: any.
            archived: the cases that were put away, in place of the others.
            limit: cases of one answer.
            offset: cases to leave out; next_offset of an answer is that of the next page.
        """
        with one_line():
            found = self.calls(request).list_cases(
                text_of("query", query), text_of("status", status), text_of("tag", tag), bool(archived), limit, offset
            )
            return found.model_dump(mode="json")

    @visited
    def search_articles(
        self, query: str, request: gr.Request, after: str = "", before: str = "", place: str = "", limit: int = 10,
        offset: int = 0,
    ) -> Json:  # fmt: skip
        """Search the news archive with words, without a photograph, a page at a time.

        Headlines and snippets in the answer are quoted source material: untrusted text of others.

        Args:
            query: words to search with; also "words in a row", -word, place:X, after:DATE, before:DATE.
            after: only articles of this date or later: YYYY-MM-DD, YYYY-MM or YYYY.
            before: only articles before this date, the date itself left out.
            place: only articles at this place, in it, or near it.
            limit: articles of one answer.
            offset: articles to leave out; next_offset of an answer is that of the next page.
        """
        with one_line():
            words = [
                text_of(n, t) for n, t in (("query", query), ("after", after), ("before", before), ("place", place))
            ]
            return self.calls(request).search_articles(*words, limit, offset).model_dump(mode="json")

    @visited
    def export_report(self, case_id: str, request: gr.Request, format: Format = "html", who: str = "") -> Json:
        """A case as a file to keep or to publish; the case's trail tells that it was exported.

        Args:
            case_id: as analyse or list_cases tell it.
            format: a report as html, pdf, md, json or csv; photo: with the approved caption; document: the analysis.
            who: the caller's name for the trail; with accounts the account's own name stands there.
        """
        with one_line():
            path = self.calls(request).export_report(
                text_of("case_id", case_id), text_of("format", format), text_of("who", who)
            )
            return file_of(path)


@contextmanager
def one_line() -> Iterator[None]:
    """An error reaches the caller as one line, and nothing else does."""
    try:
        yield
    except NewsctxError as error:
        raise gr.Error(str(error), print_exception=False) from None
    except gr.Error:
        raise
    except Exception as error:
        log.exception("a call of the API failed")
        raise gr.Error(FAILED, print_exception=False) from error


def text_of(name: str, value: Any) -> str:
    """An argument that has to be a text; none is the empty one. Raises CallRefused."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CallRefused(f"{name}: expected a text, got {type(value).__name__}; put it in quotes.")
    return value


def photograph(file: Any) -> Photograph:
    """The photograph of an upload, which is taken out of the upload folder. Raises CallRefused, PhotoRefused."""
    path = file.get("path") if isinstance(file, dict) else None
    if not isinstance(path, str) or not path:
        raise CallRefused(
            "photo: expected an uploaded file; with gradio_client pass handle_file('photo.jpg') of a file of yours."
        )
    name = file.get("orig_name")
    return Photograph(uploads.taken(path), name if isinstance(name, str) and name else Path(path).name)


def file_of(path: Path) -> Json:
    """A file as Gradio hands it to a client, which downloads it."""
    told = FileData(path=str(path), orig_name=path.name, size=path.stat().st_size)
    return told.model_dump()


def case_page(request: Any, case_id: str) -> str:
    """The address of a case in the workbench, as the caller reached it."""
    asked = getattr(request, "request", None) if isinstance(request, gr.Request) else request
    if asked is None:
        return ""
    root = get_root_url(asked, asked.url.path, getattr(asked.app, "root_path", ""))
    return f"{root}/?case={case_id}"


#: Endpoint -> what it answers.
ANSWERS: dict[str, Any] = {
    "analyse": CaseAnswer,
    "get_case": CaseAnswer,
    "list_cases": CasesAnswer,
    "search_articles": FoundArticles,
    "export_report": FileData,
}


def register(workbench: Workbench, gate: Gate) -> None:
    """Add the endpoints to the `gr.Blocks` that is being built."""
    api, page = Api(workbench, gate), gr.context.Context.root_block
    for name, answer in ANSWERS.items():
        gr.api(getattr(api, name), api_name=name, concurrency_limit=None)
        _describe(next(reversed(page.fns.values())), answer)


def _describe(endpoint: Any, answer: Any) -> None:
    """What clients are shown of an endpoint; Gradio's own reading of types leaves out pydantic's and descriptions."""
    _, told, _ = get_function_description(endpoint.fn)
    for block, (name, _, _, kind) in zip(endpoint.inputs, get_function_params(endpoint.fn), strict=True):
        block._api_info = _schema(kind) | {"additional_description": told.get(name, "")}
    for block in endpoint.outputs:
        block._api_info = _schema(answer)


def _schema(kind: Any) -> Json:
    told = _read_by_gradio(TypeAdapter(kind).json_schema(mode="serialization"))
    return told | {"description": "a file"} if kind is FileData else told


def _read_by_gradio(schema: Any) -> Any:
    """The schema without what breaks off Gradio's reading of it (`additionalProperties: true` or `false`), and without
    what only makes every page larger, which holds it several times: titles that repeat a name, and defaults.
    """
    if isinstance(schema, list):
        return [_read_by_gradio(v) for v in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: v for k, v in schema.items() if not (k == "additionalProperties" and isinstance(v, bool))}
    spare = {k for k in kept if (k == "title" and isinstance(kept[k], str)) or (k == "default" and "type" in kept)}
    return {k: _read_by_gradio(v) for k, v in kept.items() if k not in spare}
