"""The process in which `tests/security/test_upload_fuzz.py` looks at hostile files: memory and decoders are its own.

A line that comes in names a file, the name that it is uploaded under and how far it goes; a line that goes out says
what became of it, how long it took, and the most memory that the process has held meanwhile. Everything that was
logged as an error or with a traceback is told, too.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

from fault_child import light_models

from newsctx.errors import NewsctxError, PhotoRefused
from newsctx.pipeline import gazetteer
from newsctx.settings import Settings
from newsctx.stages import photo
from newsctx.ui import layout, uploads
from newsctx.ui.handlers import Handlers
from newsctx.ui.page import Look
from newsctx.workbench import Workbench


class Kept(logging.Handler):
    """What is logged as an error, or with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or record.levelno >= logging.ERROR:
            self.lines.append(self.format(record)[-2000:])


def memory(what: str) -> int:
    """A line of the kernel's account of this process, bytes: VmHWM is the most that it has held since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(what))


def forget_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmHWM")


class Looking:
    """Every way that a file goes through the workbench."""

    def __init__(self, archive: Path, state: Path, settings: Settings) -> None:
        self.settings = settings
        self.bench = Workbench(archive, state, light_models(), settings)
        import gradio as gr

        with gr.Blocks():
            self.parts, _ = layout._assemble()
        self.handlers = Handlers(self.bench, self.parts)

    def look(self, path: Path, name: str, depth: str) -> str:
        data = path.read_bytes()
        if depth == "page":
            return self.page(path, name)
        try:
            case_id = self.bench.create_case(data, name)
        except PhotoRefused as refusal:
            assert 40 < len(str(refusal)) < 600, str(refusal)
            return "refused"
        facts, decoded = photo.run(data, name, self.settings.photo, None)
        assert decoded.pixels.shape == (decoded.height, decoded.width, 3)
        assert decoded.width * decoded.height <= self.settings.photo.max_pixels
        assert "/" not in facts.filename and "\x00" not in facts.filename
        self.bench.preview(case_id)
        self.bench.inspect(case_id)  # signs of editing, and all metadata
        if depth == "analysed":
            for _ in self.bench.run(case_id):
                pass
            assert self.bench.view(case_id).document is not None
        self.bench.delete_case(case_id)
        return "analysed"

    def page(self, path: Path, name: str) -> str:
        """What the page's own handler answers; the folder of the files counts as Gradio's."""
        uploads.utils.get_upload_folder = lambda: str(path.parent)
        last: dict[Any, Any] = {}
        for update in self.handlers.upload(
            None, {"path": str(path), "orig_name": name}, "", "", "", "", "", Look(), True, 0
        ):
            last.update(update)
        assert not path.exists(), "the upload is removed"
        shown = str(last.get(self.parts.panels["message"], ""))
        assert "Traceback" not in shown and str(path) not in shown, shown
        case_id = last.get(self.parts.case_id)
        if isinstance(case_id, str) and case_id:
            self.bench.delete_case(case_id)
            return "analysed"
        assert "alert" in shown or "photograph" in shown, shown
        return "refused"


def main() -> None:
    archive, state, more, max_pixels = sys.argv[1:]
    warnings.simplefilter("ignore")  # Pillow warns of each corrupt entry
    kept = Kept()
    logging.getLogger().addHandler(kept)
    settings = Settings.model_validate({"photo": {"max_pixels": int(max_pixels)}})
    looking = Looking(Path(archive), Path(state), settings)
    gazetteer()
    looking.look(Path(sys.stdin.readline().strip()), "warm.jpg", "analysed")  # loads what loads late
    limit = memory("VmSize") + int(more)  # libraries and DuckDB reserve gigabytes that they never touch
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(json.dumps({"ready": True, "held": forget_peak()}), flush=True)
    for line in sys.stdin:
        path, name, depth = json.loads(line)
        before, start, trouble = forget_peak(), time.monotonic(), ""
        try:
            became = looking.look(Path(path), name, depth)
        except NewsctxError as error:
            became, trouble = "error", f"{type(error).__name__}: {error}"
        except BaseException:
            became, trouble = "traceback", traceback.format_exc()[-3000:]
        said = {
            "became": became, "trouble": trouble, "seconds": round(time.monotonic() - start, 3),
            "grew": memory("VmHWM") - before, "held": memory("VmHWM"), "logged": kept.lines[:3],
        }  # fmt: skip
        kept.lines.clear()
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
