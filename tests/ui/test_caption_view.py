"""The caption's panel: what is struck, what can be accepted, versions and their differences."""

from __future__ import annotations

import pytest

from newsctx.document import ArchiveInfo, Document
from newsctx.records import Caption, CaptionVersion, Inputs, Mention, PromptSent, Sentence, StageStatus
from newsctx.ui import caption_panel, paint
from newsctx.ui.page import Look, Page
from newsctx.worddiff import differences
from newsctx.workbench import CaseView
from newsctx.writers.choices import WriterChoice
from newsctx.writers.shown import PromptShown

ARCHIVE = ArchiveInfo(name="n", version="v", articles=1, photos=0, profile="embedded")
CHUNK = "a#body:0-30"


class NoPictures:
    def __getattr__(self, name):
        return lambda *args: None


def page(caption: Caption | None, versions: tuple[CaptionVersion, ...] = (), **more) -> Page:
    status = (StageStatus(name="caption", state="fresh"),) if caption else ()
    document = Document(version="0", archive=ARCHIVE, caption=caption, status=status)
    case = CaseView(
        case_id="c", title="t", created="", updated="", inputs=Inputs(), document=document, captions=versions
    )
    return Page(archive=ARCHIVE, pictures=NoPictures(), case=case, **more)


def mention(text: str, within: str, **more) -> Mention:
    start = within.index(text)
    return Mention(kind="name", start=start, end=start + len(text), text=text, **more)


TEXT = "The ferry Aurora left Lisbon in 1998."


def doubtful() -> Caption:
    mentions = (mention("Aurora", TEXT), mention("Lisbon", TEXT, found=(CHUNK,)), mention("1998", TEXT, accepted=True))
    sentence = Sentence(text=TEXT, chunk_ids=(CHUNK,), mentions=mentions)
    return Caption(text=TEXT, sentences=(sentence,), writer="tiny", kind="generated")


def test_what_the_evidence_lacks_is_struck_through_and_can_be_accepted():
    view = caption_panel.view(page(doubtful()))
    runs = view["sentences"][0]["parts"]
    assert "".join(r["text"] for r in runs) == TEXT
    assert [(r["text"], r["state"]) for r in runs if r["state"]] == [
        ("Aurora", "struck"), ("Lisbon", "found"), ("1998", "accepted"),
    ]  # fmt: skip
    html = paint.html("caption", page(doubtful()))
    assert (
        '<del class="struck"' in html
        and f'data-act="accept" data-value="Aurora" data-sentence="{TEXT}" data-on="1"' in html
    )
    assert (
        f'data-value="1998" data-sentence="{TEXT}" data-on=""' in html
        and "1 detail is not in the cited evidence" in html
    )


def test_what_is_struck_is_not_copied_and_is_struck_in_the_list_of_versions_too():
    kept = CaptionVersion(number=1, made="2026", caption=doubtful())
    html = paint.html("caption", page(doubtful(), (kept,)))
    assert f'data-copy="{TEXT}" disabled' in html
    assert '<del class="struck"' in html.partition('class="versions"')[2]
    fine = doubtful().sentences[0].model_copy(update={"mentions": ()})
    html = paint.html("caption", page(doubtful().model_copy(update={"sentences": (fine,)})))
    assert f'data-copy="{TEXT}"' in html and f'data-copy="{TEXT}" disabled' not in html


def test_a_draft_is_marked_as_unchecked_and_offers_nothing():
    html = paint.html("caption", page(doubtful().model_copy(update={"draft": True})))
    assert "Nothing of it has been held against the evidence yet" in html and "data-copy" not in html
    assert 'data-act="export"' not in html and "Word it yourself" not in html


def test_a_model_on_this_machine_waits_until_the_prompts_were_seen():
    held = Caption(writer="tiny", kind="generated", awaiting="write", note="Nothing has been sent to the model.")
    html = paint.html("caption", page(held, writer="transformers"))
    assert 'data-act="writer" data-value="transformers" data-run="1" data-key="go"' in html
    assert "allow_remote" not in html and "Write again" not in html


def test_mentions_that_share_characters_are_marked_once():
    text = "New York City burned."
    both = (mention("New York", text), mention("New York City", text), mention("City", text))
    runs = caption_panel.marked(Sentence(text=text, chunk_ids=(CHUNK,), mentions=both))
    assert [(r["text"], r["state"]) for r in runs] == [("New York City", "struck"), (" burned.", "")]


def test_the_problem_of_a_sentence_is_said_beside_it():
    sentence = Sentence(text="It sank.", problem="It cites c9, which is not there.")
    html = paint.html("caption", page(Caption(text="It sank.", sentences=(sentence,), writer="m", kind="generated")))
    assert "It cites c9, which is not there." in html and "data-problem" in html


def test_before_anything_leaves_the_machine_the_analyst_is_asked_and_sees_the_prompt():
    waiting = Caption(writer="big", kind="generated", awaiting="https://host.example/v1", note="Nothing has been sent.")
    shown = PromptShown(
        step="synthesise", template="synthesise@1", system="Be exact.", wording="Write {chunks}", own=False,
        filled="Write <b>passages</b>", photograph=True,
    )  # fmt: skip
    html = paint.html("caption", page(waiting, prompts=(shown,)))
    assert 'data-act="allow_remote" data-value="https://host.example/v1"' in html and "Nothing has been sent." in html
    assert "Write {chunks}</textarea>" in html and "&lt;b&gt;passages&lt;/b&gt;" in html and "<b>passages" not in html


def test_writers_that_cannot_be_chosen_say_why():
    writers = (
        WriterChoice(name="extractive", title="Quotes"),
        WriterChoice(name="transformers", title="Local", unavailable="no model is named"),
        WriterChoice(name="openai-compatible", title="Server", unavailable="no model is named"),
    )
    html = paint.html("caption", page(None, writers=writers))
    assert 'data-value="extractive" data-key="writer:extractive" aria-pressed="true"' in html
    assert html.count("disabled") == 2 and "No language model is set up: no model is named." in html


def test_model_and_evidence_text_is_never_markup():
    hostile = '<img src=x onerror=alert(1)>${alert(1)}{{7*7}}"><script>alert(1)</script>'
    mentions = (Mention(kind="name", start=0, end=len(hostile), text=hostile),)
    sentence = Sentence(text=hostile, chunk_ids=(CHUNK,), mentions=mentions, problem=hostile)
    sent = (PromptSent(step="synthesise", template="analyst", text=hostile, system=hostile, answer=hostile),)
    caption = Caption(
        text=hostile,
        sentences=(sentence,),
        writer=hostile,
        kind="generated",
        note=hostile,
        description=hostile,
        sent=sent,
    )
    versions = (
        CaptionVersion(number=1, made="2026", caption=caption),
        CaptionVersion(number=2, made="2026", caption=doubtful()),
    )
    html = paint.html("caption", page(caption, versions, look=Look(compare=(1, 2))))
    assert "<img" not in html and "<script" not in html and "onerror=alert(1)>" not in html


def version(number: int, text: str, kind: str = "generated", parent: int | None = None) -> CaptionVersion:
    caption = Caption(text=text, writer="w", kind=kind)
    return CaptionVersion(number=number, made="2026-11-21T10:00:00+00:00", caption=caption, parent=parent)


def test_versions_are_listed_newest_first_and_two_are_compared_word_by_word():
    versions = (version(1, "A ferry sank off Lisbon."), version(2, "A ferry burned off Lisbon.", "edited", 1))
    html = paint.html("caption", page(doubtful(), versions, look=Look(compare=(1, 2))))
    assert "A ferry <del>sank</del> off Lisbon." in html and "A ferry <ins>burned</ins> off Lisbon." in html
    listed = html.partition('class="versions"')[2]
    assert listed.index('<li value="2"') < listed.index('<li value="1"') and "from version 1" in listed


@pytest.mark.parametrize("pair", [(1, 9), (2, 2), (0, 0)])
def test_a_comparison_with_a_version_that_is_not_there_shows_nothing(pair):
    assert caption_panel.compared((version(1, "a"), version(2, "b")), pair) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "new words"), ("same", "same"), ("a b c", "a x c"), ("end.", "end!"), ("x " * 3000, "x " * 2999 + "y")],
)
def test_both_texts_can_be_read_back_from_their_differences(before, after):
    parts = differences(before, after)
    assert "".join(p.text for p in parts if p.kind != "new") == before
    assert "".join(p.text for p in parts if p.kind != "gone") == after
    assert all(p.kind == "same" for p in parts) == (before == after)
