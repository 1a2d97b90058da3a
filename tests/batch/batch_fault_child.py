"""The processes that `test_batch_faults.py` kills: each goes on with the batch until it ends, or it is killed."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

from fault_child import light_models, say

from newsctx.batch import sources
from newsctx.models import Models
from newsctx.pipeline import gazetteer
from newsctx.workbench import Workbench


def work(archive: Path, state: Path, photos: Path, upload: bool, models: Models) -> None:
    """What `batch run` and a page do, over and over the same batches."""
    say("pid", os.getpid())
    bench = Workbench(archive, state, models)
    say("open")
    folder = bench.batch_of(sources.folder(photos), "folder")
    bench.resume_batch(folder)
    for batch in bench.batches():
        if batch.title == "upload" and batch.total == len(list(photos.iterdir())):
            bench.resume_batch(batch.batch_id)
            break
    else:
        for torn in [b for b in bench.batches() if b.title == "upload"]:  # the kill came while it was being added
            bench.delete_batch(torn.batch_id)
        batch_id = bench.create_batch("upload")
        bench.add_to_batch(batch_id, [(p.name, p.read_bytes) for p in sorted(photos.iterdir())])
        bench.start_batch(batch_id)
    seen = -1
    while any(b.state == "running" for b in bench.batches()):
        seen = bench.batch_news(folder, seen, 1.0)
    bench.close()


def main() -> None:
    """Load what takes long once, then be a process of its own for every line that comes in."""
    models = light_models()
    gazetteer()
    say("loaded")
    for line in sys.stdin:
        archive, state, photos = json.loads(line)
        pid = os.fork()  # no thread has been started yet
        if not pid:
            try:
                work(Path(archive), Path(state), Path(photos), True, models)
                os._exit(0)
            finally:
                traceback.print_exc()
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        print(flush=True)  # what the dead one wrote last may be torn
        say("ended", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
