"""Reading the text in a photograph: the reader that stages ask for, and RapidOCR behind it.

RapidOCR's wheel carries its three small networks (PP-OCRv6 detection and recognition, PP-OCR line direction), so
nothing is downloaded: the paths of the files are given to it explicitly, which is what switches its downloader off.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import threading
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from newsctx.errors import ModelUnavailable
from newsctx.imaging import Pixels
from newsctx.records import ModelInfo, OcrLine

_REMEDY = "Run `pip install rapidocr onnxruntime`; the analysis works without text until then."
_WEIGHTS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
MAX_LINES = 60  # lines recognised in one picture, the largest first: about 2 s on two cores
_MAX_LINE_RATIO = 60.0  # width : height; a longer "line" is an edge, and would take gigabytes to recognise
_MAX_TEXT = 300  # characters kept of one line


class OcrReader(Protocol):
    """Reads the lines of text in a picture."""

    @property
    def info(self) -> ModelInfo: ...

    def read(self, pixels: Pixels) -> tuple[OcrLine, ...]:
        """Lines in reading order, of any confidence; boxes in pixels of `pixels`, (H, W, 3) uint8 RGB."""
        ...


class RapidOcrReader:
    """RapidOCR on onnxruntime (CPU). Loaded at the first `read`; calls are serialised."""

    def __init__(self, max_lines: int = MAX_LINES) -> None:
        """`max_lines`: only that many lines, the largest, are recognised. Raises ModelUnavailable."""
        self._max_lines = max_lines
        self._weights = _weight_files()
        self._engine: Any = None
        self._lock = threading.Lock()
        self.info = ModelInfo(
            slot="ocr",
            name=f"RapidOCR {importlib.metadata.version('rapidocr')} (PP-OCRv6 small)",
            digest=_digest(self._weights.values()),
            device="cpu",
        )

    def read(self, pixels: Pixels) -> tuple[OcrLine, ...]:
        height, width = pixels.shape[:2]
        with self._lock:  # the engine keeps per-call state in itself
            if self._engine is None:
                self._engine = _engine(self._weights, self._max_lines)
            found = self._engine(np.ascontiguousarray(pixels[:, :, ::-1]))  # it expects BGR
        if getattr(found, "txts", None) is None or found.boxes is None:
            return ()
        lines = (
            _line(text, score, box, width, height) for text, score, box in zip(found.txts, found.scores, found.boxes)
        )
        return tuple(line for line in lines if line.text)


def load_reader(max_lines: int = MAX_LINES) -> OcrReader:
    """The OCR reader of this installation. Raises ModelUnavailable where a library or its weights are missing."""
    return RapidOcrReader(max_lines)


def _weight_files() -> dict[str, Path]:
    """The weight files that the wheel carries, by task."""
    try:
        import onnxruntime  # noqa: F401
        import rapidocr
    except ImportError as error:
        raise ModelUnavailable(f"No text can be read from photographs: {error}. {_REMEDY}") from error
    folder = Path(rapidocr.__file__).parent / "models"
    files = {task: folder / name for task, name in _WEIGHTS.items()}
    for path in files.values():
        if not path.is_file():
            raise ModelUnavailable(
                f"No text can be read from photographs: this rapidocr does not carry {path.name}. "
                "Run `pip install --force-reinstall 'rapidocr>=3.10'`."
            )
    return files


def _digest(paths: Any) -> str:
    """sha256 over the weight files, in a fixed order."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _engine(weights: dict[str, Path], max_lines: int) -> Any:
    from rapidocr import RapidOCR

    class BoundedRapidOCR(RapidOCR):
        """Recognises at most `max_lines` boxes of sane shape, so that no picture can take minutes or gigabytes."""

        def detect_and_crop(self, img: Any, op_record: dict[str, Any]) -> tuple[list[Any], Any]:
            crops, found = super().detect_and_crop(img, op_record)
            keep = _bounded(found.boxes, max_lines)
            found.boxes = found.boxes[keep]
            found.scores = [found.scores[i] for i in keep]
            return [crops[i] for i in keep], found

    try:
        return BoundedRapidOCR(params=_parameters(weights))
    except Exception as error:
        raise ModelUnavailable(f"No text can be read from photographs: {error}. {_REMEDY}") from error


def _parameters(weights: dict[str, Path]) -> dict[str, Any]:
    return {
        **{f"{task}.model_path": str(path) for task, path in weights.items()},
        "Global.log_level": "critical",
        "Global.text_score": 0.0,  # the photo stage filters by its own setting
        # the caller chooses the size; the defaults enlarge a picture of 1600 x 1 pixels to 48,000 x 30
        "Global.max_side_len": 100_000,
        "Global.min_side_len": 1,
        # the default enlarges the SHORT side to 736, without a bound for the long one
        "Det.limit_type": "max",
        "Det.limit_side_len": 100_000,
    }


def _bounded(boxes: Any, max_lines: int) -> list[int]:
    """Positions, in reading order, of the boxes that are recognised: (N, 4, 2) in, the largest `max_lines` out."""
    sides = np.stack(
        [np.linalg.norm(boxes[:, 1] - boxes[:, 0], axis=1), np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)]
    )
    sane = np.flatnonzero(sides.max(axis=0) <= _MAX_LINE_RATIO * np.maximum(sides.min(axis=0), 1.0))
    area = sides.prod(axis=0)[sane]
    return sorted(int(i) for i in sane[np.argsort(-area, kind="stable")[:max_lines]])


def _line(text: str, score: float, box: Any, width: int, height: int) -> OcrLine:
    """A record within the picture; the text is cut and freed of control characters, never interpreted."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_MAX_TEXT]
    corners = [(round(min(max(float(x), 0.0), width), 1), round(min(max(float(y), 0.0), height), 1)) for x, y in box]
    return OcrLine(
        text=clean, confidence=min(max(float(score), 0.0), 1.0), box=(corners[0], corners[1], corners[2], corners[3])
    )
