"""The command line as a shell uses it."""

from __future__ import annotations

import subprocess
import sys


def test_a_reader_that_has_seen_enough_is_no_error():
    """`python -m newsctx settings | head -0`: the output is larger than a pipe holds."""
    with subprocess.Popen(
        [sys.executable, "-m", "newsctx", "settings"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as told:
        assert told.stdout and told.stderr
        told.stdout.close()
        said = told.stderr.read().decode()
    assert "Traceback" not in said and "BrokenPipe" not in said and told.returncode == 1
