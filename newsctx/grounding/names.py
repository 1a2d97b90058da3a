"""Names in a sentence: runs of capitalised words, acronyms, and places that were written without capitals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from newsctx.dates import MONTHS
from newsctx.grounding.common import COMMON, FUNCTION, word_set
from newsctx.grounding.dating import WEEKDAYS
from newsctx.grounding.demonyms import DEMONYMS
from newsctx.grounding.numbers import NUMBER_WORDS
from newsctx.grounding.text import CASELESS, Word, joined
from newsctx.wordlists import FIRST_NAMES, SPEECH, TEAMS, TITLES

LONGEST = 12  # words of one name; a longer run of capitals is cut
_PARTICLE_WORDS = (
    "de da do das dos del della di du des la le el los las van von der den ter ten zu zur af av bin ibn binti al "
    "ash as ad an ar abu y e und "
)
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_OF = frozenset(["of", "for"])
_INSTITUTION_WORDS = (
    "academy arch archbishop association bank battle bay bishop board bureau cape cathedral center centers centre "
    "chamber church city college commission committee confederation council court department duke federation gulf "
    "hospital house institute institutes isle kingdom league ministry museum office order organisation "
    "organization palace prince princess republic school sea society state statue strait union university "
)
_INSTITUTIONS = frozenset(_INSTITUTION_WORDS.split())
_TITLES = TITLES | {"prime", "vice", "deputy", "former", "foreign", "crown", "pm"}
#: Common words that are well-known surnames too: names where a verb in the singular past or present follows them.
_SURNAMES = word_set(
    "baker best bishop blair blunt bolt bond brooks brown bush cable carter cook cooper "
    "cross cruise day fisher ford fox frost gray green grey hall hill holder hunt king knight "
    "lamb law little long lord major marsh may miller moon parker pence perry pope porter powell "
    "price prince read rose rush sanders sessions sharp short straw strong swift "
    "taylor trump walker ward weaver west white wise wolf woods york young"
)
_VERBS = word_set(
    "was is has had did does will would said says spoke speaks told tells left leaves won wins lost loses met meets "
    "took takes made makes went goes came comes gave gives held holds led leads became beat put quit resigns "
    "waves arrives attends walks visits announces unveils addresses looks stands sits wrote writes ran runs fell rose "
    "began flew knew thought saw sees kept got gets also"
)
_PLURAL_VERBS = word_set("are were have hold wave carry stand hang lie line block fill cover burn wait march")
_PLURAL_NAMES = FIRST_NAMES | TEAMS | {word for words in DEMONYMS.values() for word in words.split()}
#: Prefixes that a hyphen joins to a word: `Mid-December`.
_PREFIXES = word_set("mid pre post non anti ex pro ultra semi late early")
#: Foreign articles that open a sentence; alone they are no name.
_ARTICLES = word_set("le la les l un une des du de el los las una unos unas il lo gli der die das ein eine het een")
#: Second halves of adjectives: `Moscow-based`; other short ones end a Korean or Chinese given name, `Kim Jong-un`.
_ATTACHED = word_set(
    "based area born bound wide style led backed owned era like made only day type free run held long ready rich "
    "sized size fed hit torn wing mid page year old to in on at up and or man men war city town side line class sea air"
)
_WHERE = word_set("in at near from outside across throughout inside around to toward towards of")
_NEVER = frozenset(["i", *MONTHS, *WEEKDAYS])


Known = Callable[[tuple[str, ...]], bool]  # whether the cited texts hold these keys one after the other


class Run(NamedTuple):
    """Words i..j (j exclusive) of the sentence that make one name."""

    first: int
    last: int


def find_runs(words: list[Word], taken: Callable[[Word], bool], known: Known) -> Iterator[Run]:
    """Runs of capitalised words that are names, in order.

    Args:
        words: of the sentence.
        taken: a word that is part of a date already.
        known: whether the cited texts hold these keys one after the other; it decides where capitals say nothing.
    """
    titled = title_case(words)
    i = 0
    while i < len(words):
        if not _begins(words, i, taken):
            i += 1
            continue
        j = _end(words, i, taken)
        yield from _trimmed(words, i, j, titled, known)
        i = j


def _begins(words: list[Word], i: int, taken: Callable[[Word], bool]) -> bool:
    word = words[i]
    if taken(word) or CASELESS.match(word.text):
        return False
    if word.capital:
        return True
    attached = i + 1 < len(words) and words[i + 1].gap in ("-", "'", "’") and words[i + 1].capital
    return attached and word.key in _PARTICLES | {"d", "o", "l"}  # al-Assad, d'Estaing


def _end(words: list[Word], i: int, taken: Callable[[Word], bool]) -> int:
    """One past the last word of the capitalised run that starts at i, with particles inside it."""
    j = i + 1
    while j < len(words) and j - i < LONGEST and "." not in words[j - 1].text:  # `U.S.` ends a name, or a sentence
        ahead = j
        while (
            ahead < len(words) and ahead - j < 3 and _inner(words, i, ahead) and joined(words[ahead], words[ahead - 1])
        ):
            ahead += 1
        if ahead >= len(words) or not joined(words[ahead], words[ahead - 1]):
            break
        if not words[ahead].capital or taken(words[ahead]) or CASELESS.match(words[ahead].text):
            break
        j = ahead + 1
    if j < len(words) and _given(words, i, j):
        j += 1
    return j


def _given(words: list[Word], i: int, j: int) -> bool:
    """True for the second half of a given name in lower case behind two capitals: `Kim Jong-un`, `Ban Ki-moon`."""
    word = words[j]
    small = word.gap in ("-", "‑") and not word.capital and len(word.text) <= 5 and word.text.isalpha()
    return small and j - i >= 2 and word.key not in _ATTACHED and word.key not in FUNCTION


def _inner(words: list[Word], i: int, at: int) -> bool:
    """A small word that may stand inside a name: `de`, or `of the` after an institution."""
    word = words[at]
    if word.capital:
        return False
    if word.key in _PARTICLES:
        return True
    head = words[at - 1].key in _INSTITUTIONS
    return (word.key in _OF and head) or (word.key == "the" and words[at - 1].key in _OF)


def _trimmed(words: list[Word], i: int, j: int, titled: bool, known: Known) -> Iterator[Run]:
    """The names in a run: without titles, and without a first word that is capitalised only because it comes first."""
    first = i
    while i < j and (_is_title(words, i, j) or (words[i].key in _PREFIXES and j - i == 1 and _hyphenated(words, j))):
        i += 1
    titled_person = i > first and i < j and words[i - 1].key in _TITLES
    if titled_person and j - i == 1 and words[i].key not in WEEKDAYS and not titled:
        yield Run(i, j)  # Prime Minister May: behind a title a common word is a name
        return
    alone = j - i == 1 and words[i].opens and _surname_opens(words, i)  # May resigned
    while j > i and words[j - 1].key in _NEVER and not alone:
        j -= 1
    if i >= j:
        return
    keys = tuple(w.key for w in words[i:j])
    if titled and not known(keys):
        yield from _untitled(words, i, j)
        return
    if words[i].opens and _common_opening(words, i, j, known):
        i += 1
        yield from _trimmed(words, i, j, titled, known) if i < j and words[i].capital else ()
        return
    ordinary = words[i].key in _NEVER or (words[i].key in FUNCTION and not words[i].text.isupper())
    if j - i == 1 and ordinary and not _surname_opens(words, i):
        return
    if j - i == 1 and len(words[i].text) == 1 and words[i].text.isascii():
        return  # a lone letter: `Plan B`, `vitamin C`
    yield Run(i, j)


def _is_title(words: list[Word], i: int, j: int) -> bool:
    return words[i].key in _TITLES and j - i > 1 and words[i].key not in _INSTITUTIONS


def _hyphenated(words: list[Word], j: int) -> bool:
    return j < len(words) and words[j].gap in ("-", "‑")


def _surname_opens(words: list[Word], i: int) -> bool:
    """`Brown resigned.`, `Cook unveiled it.`: a common word that is a surname, and the verb of one person."""
    if words[i].key not in _SURNAMES or i + 1 >= len(words) or words[i + 1].capital or words[i + 1].gap != " ":
        return False
    after = words[i + 1].key
    return after in _VERBS or (len(after) > 3 and after.endswith("ed") and after not in COMMON)


def _plural_opens(words: list[Word], i: int) -> bool:
    """`Placards are held up`: the verb of several behind a word in s, which a person's name does not have."""
    after = words[i + 1].key if i + 1 < len(words) and words[i + 1].gap == " " else ""
    word = words[i].key
    return after in _PLURAL_VERBS and len(word) > 4 and word.endswith("s") and word not in _PLURAL_NAMES


def _common_opening(words: list[Word], i: int, j: int, known: Known) -> bool:
    """True where a sentence's first word is an ordinary word and no part of a name."""
    word = words[i]
    if word.text.isupper() and len(word.text) > 1:
        return False
    if j - i == 1 and (_surname_opens(words, i) or word.key in _ARTICLES or _plural_opens(words, i)):
        return not _surname_opens(words, i)
    if word.key in FUNCTION:
        return j - i == 1 or not known(tuple(w.key for w in words[i:j]))
    if j - i > 1:
        return is_common(word.text) and not known(tuple(w.key for w in words[i:j]))
    after = words[i + 1].key if i + 1 < len(words) else ""
    if after in SPEECH and not is_common(word.text):
        return False
    return is_common(word.text)


def _untitled(words: list[Word], i: int, j: int) -> Iterator[Run]:
    """In a Title Case line: what is left between ordinary words."""
    first = i
    for at in range(i, j + 1):
        if at == j or is_common(words[at].text) or words[at].key in FUNCTION:
            if at > first and words[first].key not in _NEVER:
                yield Run(first, at)
            first = at + 1


def is_common(word: str) -> bool:
    """True for an ordinary English word, by list or by its ending; a first name never is one."""
    low = word.lower()
    if low in FIRST_NAMES:
        return False
    if low in COMMON or low in FUNCTION or low in NUMBER_WORDS:
        return True
    stems = [low[: -len(end)] for end in ("s", "es", "ed", "d", "ing", "ers", "er", "ly") if low.endswith(end)]
    if any(s in COMMON or s + "e" in COMMON or (s[-1:] == s[-2:-1] and s[:-1] in COMMON) for s in stems if len(s) > 2):
        return True
    if low.endswith("ies") and low[:-3] + "y" in COMMON:
        return True
    return len(low) > 6 and low.endswith(("ing", "tion", "tions", "ment", "ments", "ness", "fully", "workers"))


def title_case(words: list[Word]) -> bool:
    """True where capitals say nothing: three quarters of the longer words have one."""
    long = [w for w in words if len(w.text) > 3]
    return len(long) >= 4 and sum(w.capital for w in long) >= 0.75 * len(long)


def find_in_lower_case(words: list[Word], is_place: Callable[[str], bool]) -> Iterator[Run]:
    """Places that a model wrote without capitals: behind a preposition of place, and no other word of English."""
    for i, word in enumerate(words[1:], 1):
        if word.capital or words[i - 1].key not in _WHERE or word.gap != " ":
            continue
        pair = i + 1 < len(words) and words[i + 1].gap in (" ", "-") and not words[i + 1].capital
        if pair and is_place(f"{word.key} {words[i + 1].key}"):
            yield Run(i, i + 2)
        elif is_place(word.key):
            yield Run(i, i + 1)
