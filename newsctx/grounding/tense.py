"""Whether a sentence tells a weekday as past, so that the last one up to publication is meant.

News names the days of the past and of the coming week alike (AP Stylebook, "days of the week"): `was hurt on Sunday`,
`go to the polls on Sunday`. The rule looks at the verb that the weekday stands with and says no where it is in doubt.
English; of other languages nothing is claimed, so the answer is no.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from newsctx.five_w_words import BE, DETERMINERS, NOUNS, PAST, PRESENT

_LONGEST = 600  # characters; no sentence of news is longer
_OPEN = re.compile(  # what is planned, possible, general or long ago: the weekday may be another one
    r"\b(?:will|would|shall|should|could|can|cannot|(?-i:may)|might|must|ought|wo|going to|(?:ha[sd]|have) to|"
    r"expect\w*|plan|plans|planned|planning|due|schedul\w*|forecast\w*|slated|poised|prepar\w*|intend\w*|await\w*|"
    r"hop(?:es?|ed|ing)|set to|(?:is|are|was|were) to|tomorrow|upcoming|coming|ahead of|"
    r"postpon\w*|cancel\w*|called off|delay\w*|always|usual\w*|tradition\w*|"
    r"every (?:day|week|month|year|\w+day)|annual\w*|annivers\w*|"
    r"(?:years?|decades?|months?|weeks?) (?:ago|earlier|before|later)|"
    r"(?:last|next|this|previous|following) (?:year|month|week)|next (?:(?-i:[A-Z])|day)|"
    r"is|are|isn|aren)\b|['’](?:ll|re|d)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[,;:()\[\]“”\"]|\s[–—-]\s")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_DAYPART = re.compile(r"\s(?:(?:early|late)\s)?(?:morning|afternoon|evening|night|noon|mornings?)\b")
_ATTACHED = re.compile(  # `campaigned for a vote on Sunday`, `agreed to meet on Sunday`: a noun's or another verb's day
    r"\b(?:for(?! the \w+ time\b)|about|before|until|till)\b|"
    r"\bto\s(?!(?:the|a|an|his|her|its|their|this|that|hospitals?|court|jail|prison|work|death|end)\b)[a-z]"
)
_OPENING = re.compile(r"\b(?:\w+ing|ahead of)\b", re.IGNORECASE)  # `Heading into the final on Sunday, he was calm.`
_EVENT = re.compile(  # what is announced for a day
    r"\b(?:strikes?|walkouts?|(?:re-?)?elections?|votes?|polls?|referendums?|protests?|rall(?:y|ies)|march(?:es)?|"
    r"match(?:es)?|games?|concerts?|meetings?|talks|summits?|visits?|hearings?|curfews?|ceremon(?:y|ies)|funerals?|"
    r"statements?|decisions?|launch(?:es)?|trials?)\b"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ANNOUNCES = _words("vowed promised pledged threatened proposed invited called urged announced agreed")
_SAME_IN_PRESENT = _words("beat bet burst cast cost cut hit hurt let put quit read set shut split spread upset")
_AUXILIARY = _words("""
    was were had did said told went saw heard knew lay wasn't weren't hadn't didn't wasn’t weren’t hadn’t didn’t
""")
_NOT_PAST = _words("hundred indeed wicked sacred naked kindred speed need feed seed breed so-called")
_OTHER_PRESENT = _words("""
    go goes head heads meet face vote play plays travel travels return begin start open host hold holds visit launch
    leave arrive appear decide decides continue continues remain remains aim aims want wants seek seeks come comes get
    make take run runs compete competes celebrate march gather wait waits brace braces eye eyes ready looks look
""")  # of a report on what is to come; own list
_NOT_BEFORE_VERB = DETERMINERS | _words("""
    to of in at on by for from with into over after before two three four five six seven eight nine ten many several
    few more most new first last next
""")


class _Verb(NamedTuple):
    start: int
    end: int
    tense: Literal["past", "either", "present"]


def told_as_past(sentence: str, start: int, end: int) -> bool:
    """True where the weekday at characters start..end (end exclusive) of one sentence is a day of what happened.

    No modal, no present of `to be`, nothing planned, general or some time ago may stand in the sentence, and the verb
    that the weekday stands with has to be in the past. Time is linear in the length of the sentence.
    """
    if len(sentence) > _LONGEST or _OPEN.search(sentence):
        return False
    verbs = _verbs(sentence)
    if any(v.tense == "present" for v in verbs) or not any(v.tense == "past" for v in verbs):
        return False
    if part := _DAYPART.match(sentence, end):
        end = part.end()
    cuts = [m.span() for m in _PARTS.finditer(sentence)]
    left = max((b for _, b in cuts if b <= start), default=0)
    right = min((a for a, _ in cuts if a >= end), default=len(sentence))
    before = [v for v in verbs if v.end <= start]
    after = [v for v in verbs if v.start >= end]
    near = [v for v in before if v.start >= left]
    if near:
        follows = bool(after) and not sentence[end : after[0].start].strip()  # `said the vote on Sunday was`
        verb = near[-1]
        called = sentence[verb.start : verb.end] in _ANNOUNCES and _EVENT.search(sentence, verb.end, start)
        return not follows and not called and not _ATTACHED.search(sentence, verb.end, start)
    opening = sentence[left:start]
    if any(v.start < right for v in after) or (left == 0 and after):  # `China on Friday said`, `On Friday, China said`
        return not _ATTACHED.search(opening.lower()) and not _OPENING.search(opening)
    return bool(before) and not _ATTACHED.search(sentence, before[-1].end, start)


def _verbs(sentence: str) -> list[_Verb]:
    words = list(_WORD.finditer(sentence))
    found = []
    for i, word in enumerate(words):
        if i and (tense := _tense(word[0], words[i - 1][0].lower())):  # the first word has a capital anyway
            found.append(_Verb(word.start(), word.end(), tense))
    return found


def _tense(word: str, before: str) -> Literal["past", "either", "present"] | None:
    if not word.islower():
        return None
    if word in _AUXILIARY:
        return "past"
    if before in DETERMINERS:  # `a delayed vote`
        return None
    if word in BE:
        return None if word in ("been", "being") else "present"
    if word in _SAME_IN_PRESENT:
        return "either"
    if word in PAST or (word.endswith("ed") and len(word) > 3 and word not in _NOT_PAST):
        return "past"
    if word in _OTHER_PRESENT or word in PRESENT - NOUNS:
        return None if before in _NOT_BEFORE_VERB else "present"
    return None


def looks_ahead(sentence: str) -> bool:
    """True where something planned, possible, general or some time ago stands in the sentence.

    The present of `to be` does not count: captions tell in it what is seen.
    """
    return any(m[0].lower() not in ("is", "are", "isn", "aren") for m in _OPEN.finditer(sentence))
