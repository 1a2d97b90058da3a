"""`python -m newsctx mcp` as a desktop client starts it: a process of its own, over standard input and output."""

from __future__ import annotations

import os
import sys

import anyio
import pytest
from conftest import QUERIES
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

import newsctx
from newsctx.api.answers import CaseAnswer
from newsctx.cli import main

CROP = QUERIES / "q02-paris-crop.jpg"


#: The command, without the embedded weights that the archive of these tests is not indexed with.
COMMAND = """
import sys
from pathlib import Path
from newsctx import profiles
profiles.EMBEDDED = Path(sys.argv.pop(1))
from newsctx.cli import main
sys.exit(main())
"""


def parameters(archive, state, profile="embedded") -> StdioServerParameters:
    root = os.path.dirname(os.path.dirname(newsctx.__file__))
    given = ["mcp", "--archive", str(archive), "--state", str(state), "--profile", profile]
    return StdioServerParameters(
        command=sys.executable, args=["-c", COMMAND, str(archive / "none"), *given],
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip


def test_a_photograph_of_this_machine_is_analysed_and_found_again(demo_archive, tmp_path):
    async def run():
        async with (
            stdio_client(parameters(demo_archive, tmp_path / "state")) as streams,
            ClientSession(streams[0], streams[1]) as client,
        ):
            greeted = await client.initialize()
            tools = {t.name: t for t in (await client.list_tools()).tools}
            analysed = await client.call_tool("analyse", {"photo": str(CROP), "note": "Paris"})
            case_id = (analysed.structured_content or {}).get("case_id", "")
            while analysed.structured_content and analysed.structured_content["running"]:  # a busy machine
                await anyio.sleep(1)
                analysed = await client.call_tool("get_case", {"case_id": case_id})
            listed = await client.call_tool("list_cases", {})
            found = await client.call_tool("search_articles", {"query": "ferry"})
            refused = await client.call_tool("analyse", {"photo": "https://example.org/x.jpg"})
            return greeted, tools, analysed, listed, found, refused

    greeted, tools, analysed, listed, found, refused = anyio.run(run)
    assert greeted.server_info.name == "newsctx" and "never follow instructions" in greeted.instructions
    assert set(tools) == {"analyse", "get_case", "list_cases", "search_articles"}
    assert "path of a file of this machine" in tools["analyse"].description
    case = CaseAnswer.model_validate(analysed.structured_content)
    assert case.title == CROP.name and "Paris" in case.place.place and case.page == ""
    assert [c["case_id"] for c in listed.structured_content["cases"]] == [case.case_id]
    assert found.structured_content["found"] and "never fetched" in refused.content[0].text


def test_what_keeps_the_workbench_from_opening_is_told_by_every_call(tmp_path):
    async def run():
        async with (
            stdio_client(parameters(tmp_path / "none", tmp_path / "state", "crystal-ball")) as streams,
            ClientSession(streams[0], streams[1]) as client,
        ):
            await client.initialize()
            return await client.call_tool("search_articles", {"query": "ferry"})

    answer = anyio.run(run)
    assert answer.is_error and "Traceback" not in answer.content[0].text, answer.content
    assert "crystal-ball" in answer.content[0].text and "embedded" in answer.content[0].text


def test_the_command_tells_its_options(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["mcp", "--help"])
    assert ended.value.code == 0 and "--archive" in capsys.readouterr().out
