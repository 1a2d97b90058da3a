"""What the panel of the models says, and who may change them."""

from __future__ import annotations

import pytest

from newsctx.document import ArchiveInfo
from newsctx.profile_choices import Choice, Second
from newsctx.profiles import Cost
from newsctx.switching import SwitchState
from newsctx.ui import html, paint, profiles_panel
from newsctx.ui.launch import profile_lock
from newsctx.ui.page import Page

ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded")
CLIP = Choice(
    name="clip", summary="a good model", model="ViT-B-32/laion2b_s34b_b79k", cost=Cost(605, 1711, "all"),
    current=False, works=False, weights="missing", reason="", fetch="hf download laion/CLIP model.safetensors",
    scorers=("zero-shot", "trained"), ready=False, photos=366, photos_left=300, articles=1401, seconds=400.0,
)  # fmt: skip
EMBEDDED = Choice(
    name="embedded", summary="", model="", cost=Cost(0, 60, ""), current=True, works=True, weights="none",
    reason="no weights <b>here</b>", fetch="", scorers=("", ""), ready=True, photos=366, photos_left=0, articles=0,
    seconds=None,
)  # fmt: skip


def page(*choices: Choice, **fields: object) -> Page:
    return Page(archive=ARCHIVE, pictures=None, profiles=choices or (EMBEDDED, CLIP), **fields)


def values(choice: Choice) -> dict[str, tuple[str, str]]:
    return {r["name"]: (r["value"], r["state"]) for r in profiles_panel.rows(choice)}


def test_a_profile_is_told_with_everything_that_it_costs():
    assert values(CLIP) == {
        "Model": ("ViT-B-32/laion2b_s34b_b79k", ""),
        "Download": ("605 MB, once: not on this machine", "cost"),
        "Memory": ("about 1.7 GB", ""),
        "This archive": (
            "to encode: 300 of 366 photographs, texts of 1,401 articles, about 7 min on this CPU",
            "cost",
        ),
        "Scorers": ("places zero-shot, events trained", ""),
    }
    assert "Scorers" not in values(EMBEDDED) and values(EMBEDDED)["This archive"] == ("searched with it", "ok")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Fetch 605 MB and switch"),
        ({"weights": "here"}, "Encode and switch"),
        ({"weights": "here", "ready": True}, "Switch"),
        ({"weights": "here", "current": True}, "Index the archive with it"),
        ({"current": True}, "Fetch 605 MB and load"),
        ({"current": True, "works": True}, ""),
    ],
)
def test_the_button_says_what_it_does(changes, expected):
    assert profiles_panel.action(Choice(**{**vars(CLIP), **changes})) == expected


SECOND = Second(model="timm:dino", cost=Cost(88, 87, ""), weights="missing", photos_left=366)


def test_the_second_image_encoder_is_told_with_what_it_costs():
    both = Choice(**{**vars(CLIP), "second": SECOND})
    shown = values(both)
    assert shown["Second encoder"] == ("timm:dino", "")
    assert shown["Download"] == ("693 MB, once: not on this machine", "cost")  # 605 + 88
    assert shown["Memory"] == ("about 1.8 GB", "")  # 1711 + 87
    assert shown["This archive"][0] == (
        "to encode: 300 of 366 photographs, texts of 1,401 articles, 366 photographs by the second encoder, "
        "about 7 min on this CPU"
    )
    here = Choice(**{**vars(both), "weights": "here", "photos_left": 0, "articles": 0, "seconds": None})
    assert values(here)["Download"][0] == "88 MB, once: not on this machine", "only what is missing"
    assert values(here)["This archive"][0] == "to encode: 366 photographs by the second encoder"
    assert profiles_panel.action(here) == "Fetch 88 MB and switch"
    unknown = Choice(**{**vars(both), "second": Second(model="timm:x", weights="unknown", photos_left=1)})
    assert values(unknown)["Memory"][0] == "not known"


def test_a_second_encoder_that_could_not_be_loaded_can_be_loaded_later():
    idle = Choice(**{**vars(CLIP), "weights": "here", "current": True, "works": True, "ready": True, "second": SECOND})
    assert values(idle)["Second encoder"] == ("timm:dino, not loaded", "cost")
    assert profiles_panel.action(idle) == "Fetch 88 MB and load"
    there = Second(model="timm:dino", cost=Cost(88, 87, ""), weights="here")
    assert profiles_panel.action(Choice(**{**vars(idle), "second": there})) == "Load the second encoder"
    in_use = Second(model="timm:dino", cost=Cost(88, 87, ""), weights="here", loaded=True)
    assert profiles_panel.action(Choice(**{**vars(idle), "second": in_use})) == ""


def test_the_panel_shows_texts_as_texts_and_the_command_to_copy():
    found = paint.html("profiles", page())
    assert "&lt;b&gt;here&lt;/b&gt;" in found and "<b>here" not in found
    assert f'data-copy="{CLIP.fetch}"' in found and 'data-name="clip"' in found and 'data-name="embedded"' not in found


def test_progress_is_shown_and_nothing_else_can_be_started_meanwhile():
    state = SwitchState("clip", "embedded", "encoding", "photographs", 120, 300, seconds_left=200.0)
    found = paint.html("profiles", page(switch=state))
    assert "Encoding photographs: 120 of 300, about 3 min left." in found and 'aria-valuenow="40"' in found
    assert 'data-act="profile-cancel"' in found
    assert all("disabled" in b for b in found.split("<button")[1:] if "profile-switch" in b)
    assert "embedded → clip: photographs 40%" in paint.html("head", page(switch=state))
    ended = SwitchState("clip", "embedded", "failed", message="no")
    assert "profile-cancel" not in paint.html("profiles", page(switch=ended))
    assert "Models: <b data-label>embedded</b>" in paint.html("head", page(switch=ended))


def test_where_it_is_locked_the_reason_stands_there_and_no_path_of_the_machine():
    found = paint.html("profiles", page(profile_locked="Its owner chooses."))
    assert "Its owner chooses." in found and "huggingface" not in found and CLIP.fetch not in found
    assert all("disabled" in b for b in found.split("<button")[1:] if "profile-switch" in b)


def test_a_folder_shows_only_its_last_part_on_the_button():
    assert profiles_panel.short("local-dir:/home/me/models/mine/") == "mine" and profiles_panel.short("clip") == "clip"


@pytest.mark.parametrize(
    ("seconds", "text"), [(3, "under a minute"), (61, "about 1 min"), (3600, "about 60 min"), (7600, "about 2 h")]
)
def test_durations_are_rough(seconds, text):
    assert profiles_panel.duration(seconds) == text


@pytest.mark.parametrize(
    ("host", "root_path", "environment", "part"),
    [
        ("127.0.0.1", None, {}, ""),
        ("localhost", None, {}, ""),
        ("::1", None, {}, ""),
        ("127.0.0.1", None, {"SPACE_ID": "me/newsctx"}, "NEWSCTX_PROFILE in the Space's settings"),
        ("0.0.0.0", None, {}, "start it with --profile"),
        ("desk.example", None, {}, "start it with --profile"),
        ("127.0.0.1", "/newsctx", {}, "start it with --profile"),
    ],
)
def test_only_the_desk_itself_may_change_the_profile(host, root_path, environment, part):
    found = profile_lock(host, root_path, environment)
    assert part in found and bool(found) == bool(part)


def test_the_template_is_complete():
    assert html.render(profiles_panel.TEMPLATE, profiles_panel.view(page(EMBEDDED)))
