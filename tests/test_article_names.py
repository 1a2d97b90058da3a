"""Ids in the sentences of stages become names, each whole or not at all."""

from newsctx.article_names import named

IDS = ("paris-flood-2", "paris-flood-2-1", "a1")


def test_an_id_is_named_where_it_stands_whole():
    text = "others say 2018 (paris-flood-2-1; a1), 2016 (paris-flood-2), not of old-paris-flood-2."
    assert named(text, IDS, str.upper) == (
        "others say 2018 (PARIS-FLOOD-2-1; a1), 2016 (PARIS-FLOOD-2), not of old-paris-flood-2."
    )


def test_a_name_is_not_read_again():
    assert named("paris-flood-2", IDS, lambda _: "see paris-flood-2-1 \\1") == "see paris-flood-2-1 \\1"
    assert named("nothing here", (), str.upper) == "nothing here"
