"""Words that a note or a sign has in common with an article."""

import pytest

from newsctx.records import Article
from newsctx.word_evidence import Shared, shared

ARTICLE = Article(article_id="a", headline="Floods reach the Seine", body="Boats passed Paris bakeries.")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("flooding of the Seine in Paris", (3, 3)),  # of, the and in carry nothing; flooding has the stem of floods
        ("FLOOD bakery Lyon", (2, 3)),
        ("BOAD CRONED", (0, 2)),
        ("", (0, 0)),
        ("of the", (0, 0)),
    ],
)
def test_words_are_counted_by_their_stems(query, found):
    assert shared(query, ARTICLE) == found


def test_few_words_are_weaker_than_many():
    assert Shared(0, 0).strength(2) == Shared(0, 5).strength(2) == 0
    assert Shared(2, 2).strength(2) == 0.5 and Shared(6, 6).strength(2) == 0.75  # 2 / (2 + 2), 6 / (6 + 2)
    assert Shared(3, 6).strength(3) == 0.25  # half of them, times 3 / (3 + 3)
