"""Markup, templates, scripts, links and direction marks in every text that anybody can fill, in a real browser, once.

An article, the photograph's metadata and name, the analyst, a bundle from elsewhere and a model that obeys each write
the same payload; every panel is then looked at. Nothing of it may come alive: no script, handler, link or frame, no
template evaluated, no request beyond this machine, and nothing that the content policy had to stop.
"""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from asked_world import says, serving
from browser import CROP, DONE, chromium, open_page, start, workbench  # noqa: F401  (two are fixtures)
from fault_child import light_models
from PIL import Image, PngImagePlugin

from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.store import ArchiveStore
from newsctx.errors import NewsctxError
from newsctx.records import Claim, Inputs
from newsctx.settings import Settings
from newsctx.ui.layout import TABS
from newsctx.workbench import Workbench

#: Calls `pwned` wherever it is taken for code; `7*7` shows where it is evaluated as a template.
EVIL = (
    "<img src=x onerror=pwned(1)><script>pwned(2)</script></script></textarea></style></title>--> <svg onload=pwned(3)>"
    " <iframe srcdoc='<script>parent.pwned(4)</script>'> <a href=\"javascript:pwned(5)\">x</a> javascript:pwned(6)"
    " A{{7*7}}B A${7*7}B A<%=7*7%>B A#{7*7}B {% raw %} %(x)s %s ' \" onmouseover=pwned(7) x=' ` ${pwned(8)} &lt;b&gt;"
    " [a](javascript:pwned(9)) <meta http-equiv=refresh content=0;url=//evil.example> \u202eevil\u202c \u2066x"
)
SHORT = "<img src=x onerror=pwned()>"  # where a line is short
BIG = "<b>big</b>" * 10_000  # 100 kB
WATCH = """
window.pwnedBy = []; window.pwned = n => window.pwnedBy.push(n); window.blocked = [];
document.addEventListener('securitypolicyviolation',
    e => window.blocked.push([e.violatedDirective, e.blockedURI, e.sourceFile, e.sample]));
"""
#: What would have come alive: elements and attributes that no template of ours writes.
ALIVE = """() => {
    const said = [], own = e => (e.outerHTML || '').slice(0, 200);
    for (const e of document.querySelectorAll('*')) {
        for (const a of e.attributes || []) {
            const js = /^\\s*javascript:/i.test(a.value) && ['href', 'src', 'action', 'formaction', 'xlink:href'];
            if (js && js.includes(a.name)) said.push(['link', own(e)]);
            if (/^on/i.test(a.name) && /pwned/.test(a.value)) said.push(['handler', own(e)]);
        }
    }
    for (const e of document.querySelectorAll('img[src="x"], iframe, object, embed, marquee, b, svg[onload], ' +
            'meta[http-equiv="refresh"]'))
        if (e.tagName !== 'B' || e.textContent === 'big') said.push(['element', own(e)]);
    for (const e of document.scripts)
        if (/^\\s*(parent\\.)?pwned\\(/.test(e.textContent)) said.push(['script', own(e)]);
    const text = document.body.innerText;
    if (/A49B/.test(text)) said.push(['template', text.match(/.{40}A49B.{40}/s)?.[0]]);
    return said;
}"""


def photograph() -> bytes:
    """A PNG whose EXIF, XMP and text chunks say it, too."""
    exif = Image.Exif()
    for tag in (
        0x010E,
        0x010F,
        0x0110,
        0x0131,
        0x013B,
        0x8298,
    ):  # description, make, model, software, artist, copyright
        exif[tag] = EVIL.encode("utf-8", "replace").decode("latin-1")
    exif.get_ifd(0x8769).update({0x9003: EVIL[:40], 0x9286: EVIL.encode()})
    text = PngImagePlugin.PngInfo()
    for name in ("Comment", "Title", "<b>Author</b>"):
        text.add_itxt(name, EVIL)
    escaped = EVIL.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    packet = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><creator a=\"{escaped}\">{escaped}</creator></x:xmpmeta>"
    text.add_itxt("XML:com.adobe.xmp", packet)
    stream = io.BytesIO()
    Image.open(CROP).convert("RGB").save(stream, "PNG", exif=exif, pnginfo=text)
    return stream.getvalue()


def rows() -> list[dict]:
    """Articles that match the note; one of them is 100 kB long in every field that can be."""
    said = {
        "source": EVIL, "headline": f"Flood in Lyon {EVIL}", "abstract": f"flood {EVIL}", "language": "en",
        "body": f"The flood reached Lyon. {EVIL}\n\nThe river Rhone rose again. {EVIL}", "date": "2018-01-26",
        "places": ["Lyon", SHORT, EVIL[:150]], "captions": [EVIL], "url": "https://news.example/a?x=<b>\"'",
        "images": [{"path": "crop.jpg", "caption": f"Flood. {EVIL}"}], "links": ["javascript:pwned(1)"],
    }  # fmt: skip
    whole = [said | {"id": f"{SHORT}-{i}", "url": f"https://news.example/{i}?x=<b>\"'"} for i in range(3)]
    return [
        *whole,
        said | {"id": "big", "body": f"flood {BIG}", "headline": f"Flood {BIG}", "abstract": BIG, "url": ""},
    ]


@dataclass
class World:
    bench: Workbench
    case_id: str
    refused: list[str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder, models = tmp_path_factory.mktemp("evil"), light_models()
    (folder / "crop.jpg").write_bytes(CROP.read_bytes())
    (folder / "articles.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows()), encoding="utf-8")
    import_archive(folder / "articles.jsonl", folder / "archive")
    with ArchiveStore.open(folder / "archive") as store:
        build_index(store, models, folder / "archive", Settings())
    answer = {"sentences": [{"text": f"The flood. {EVIL}", "chunks": ["c1", SHORT]}, {"text": EVIL, "chunks": ["m1"]}]}
    with serving(says(json.dumps(answer))) as server:
        asks = server.settings(describe=True, model=SHORT).model_dump()
        settings = Settings.model_validate({"caption": asks})
        with workbench(folder / "archive", folder / "state", models, settings=settings) as bench:
            yield filled(bench)


def filled(bench: Workbench) -> World:
    """A case in which every field of every kind holds it; what is refused says why."""
    refused: list[str] = []

    def attempt(what: str, act) -> None:
        try:
            act()
        except NewsctxError as error:
            assert "Traceback" not in str(error) and len(str(error)) < 2000, (what, str(error)[:300])
            refused.append(what)

    inputs = Inputs(note=f"flood Lyon {EVIL}"[:500], claim=Claim(text=EVIL, place=SHORT))
    case_id = bench.create_case(photograph(), f"{EVIL}.png", inputs, SHORT)
    list(bench.run(case_id))
    document = bench.view(case_id).document
    first = document.stages.retrieve.hits[0].article_id
    chunk = document.stages.chunks[0].chunk_id if document.stages.chunks else ""
    for text in (EVIL, SHORT, BIG):
        actions: list[dict[str, object]] = [
            {"action": "pin", "article_id": first}, {"action": "pin", "article_id": text},
            {"action": "set_place", "place": text},
            {"action": "prompt", "step": "synthesise", "text": f"{{chunks}} {text}"},
            {"action": "accept", "text": text}, {"action": "edit_caption", "text": text},
            {"action": "correct_article", "article_id": first, "places": [text]},
            {"action": "edit_chunk", "chunk_id": chunk, "text": text},
            {"action": "add_chunk", "article_id": first, "text": text}, {"action": "sensitive", "image_id": text},
            {"action": "pillar", "pillar": "source", "status": "doubtful", "note": text},
            {"action": "allow_remote", "base_url": f"https://evil.example/{text}"},
            {"action": "add_article", "article": {"article_id": "added-1", "headline": text, "body": f"flood {text}",
                                                  "source": text[:300], "url": "javascript:pwned(1)"}},
            {"action": "writer", "writer": text}, {"action": "cluster", "cluster_id": text, "decision": "keep"},
            {"action": text}, {text: text},
        ]  # fmt: skip
        for action in actions:
            attempt(f"{action.get('action')}", lambda a=action, t=text: bench.override(case_id, {**a, "reason": t}, t))
            attempt(f"{action.get('action')} plain", lambda a=action: bench.override(case_id, a, SHORT))
        attempt("title", lambda t=text: bench.rename(case_id, t, t))
        attempt("tags", lambda t=text: bench.tag(case_id, [t, t[:50]], t))
        attempt("status", lambda t=text: bench.set_status(case_id, "checked", SHORT, t))
        attempt("status", lambda t=text: bench.set_status(case_id, t, SHORT, t))
        attempt("inputs", lambda t=text: bench.set_inputs(case_id, Inputs(note=f"flood {t}"[:500]), t))
    bench.set_inputs(case_id, inputs, SHORT)
    # the model is asked, so that its words stand there, too
    bench.override(case_id, {"action": "edit_caption", "text": None}, SHORT)
    bench.override(case_id, {"action": "prompt", "step": "synthesise", "text": None}, SHORT)
    bench.override(case_id, {"action": "writer", "writer": None, "run": 1}, SHORT)
    list(bench.run(case_id))
    return World(bench, case_id, refused)


def test_nothing_that_anybody_writes_comes_alive(world: World, open_page, tmp_path: Path) -> None:
    bench = world.bench
    assert {"title", "tags", "prompt", "edit_caption"} <= set(world.refused), "100 kB are too much for a line"
    address = start(bench)
    page = open_page(address)
    page.context.add_init_script(WATCH)
    wrong: dict[str, object] = {}
    for name in ("own", "imported"):
        if name == "imported":
            bundle = Path(shutil.copy(bench.export_case(world.case_id), tmp_path / "case.zip"))
            bench.delete_case(world.case_id, SHORT)
            assert bench.import_case(bundle, SHORT) == world.case_id
        page.goto(f"{address}?case={world.case_id}")
        page.wait_for_selector(DONE if name == "own" else ".rail [data-tab]", timeout=60_000, state="attached")
        tabs = TABS if name == "own" else ("caption", "history")
        for stage in tabs:
            page.evaluate(f"newsctx.show('{stage}')")
            page.wait_for_timeout(250 if name == "own" else 1000)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.wait_for_timeout(100)
            wrong[f"{name} {stage}"] = page.evaluate(ALIVE)
        wrong[f"{name} page"] = page.evaluate("[...window.pwnedBy, ...window.blocked]")
        if name == "own":
            page.click('[data-key="viewer:large"]')
            page.wait_for_selector("dialog.viewer[open]")
            wrong["viewer"] = page.evaluate(ALIVE)
            page.keyboard.press("Escape")
    html = page.content()
    assert "A{{7*7}}B" in html or "A{{7*7}}B" in page.evaluate("document.body.innerText"), "it is shown as it is"
    page.goto(address)  # the list of cases
    page.wait_for_selector(".start h1, .cases")
    wrong["start"] = page.evaluate(ALIVE)
    assert not {where: what for where, what in wrong.items() if what}
    assert page.evaluate("window.pwnedBy") == [] and page.evaluate("window.blocked") == []
