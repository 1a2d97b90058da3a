"""What a number counts or measures, where the word behind it says so in a known way: `12 people` is not `12 hours`."""

from __future__ import annotations

import regex

_PEOPLE = (
    "people person men women children man woman child civilian soldier policeman policemen officer student resident "
    "protester demonstrator worker passenger migrant refugee villager victim patient prisoner inmate firefighter "
    "journalist supporter fan worshipper pilgrim tourist visitor guest voter citizen inhabitant pupil teacher boy girl "
    "survivor rebel militant suspect troop crew athlete player spectator marcher volunteer rescuer employee "
)
_GROUPS = {
    "people": _PEOPLE,
    "kilometre": "km kms kilometer kilometre", "mile": "mile mi", "metre": "meter metre m", "foot": "foot feet ft",
    "centimetre": "cm centimeter centimetre", "inch": "inch inches", "yard": "yard",
    "second": "second sec", "minute": "minute min", "hour": "hour hr hrs", "day": "day", "week": "week",
    "month": "month", "year": "year", "decade": "decade", "century": "century centuries",
    "gram": "gram", "kilogram": "kg kilo kilogram kilogramme", "ton": "ton tonne",
    "litre": "liter litre", "gallon": "gallon", "acre": "acre", "hectare": "hectare", "degree": "degree",
    "knot": "knot", "kmh": "kph kmh", "mph": "mph",
    "house": "house home building dwelling apartment flat", "vehicle": "vehicle car bus buses truck lorry lorries",
    "ship": "boat ship vessel", "aircraft": "plane aircraft helicopter jet", "school": "school", "village": "village",
    "animal": "animal dog cat horse cow sheep", "shop": "shop store",
}  # fmt: skip
_UNITS = {word: unit for unit, words in _GROUPS.items() for word in words.split()}
_MONEY = {"dollar": "dollar", "euro": "euro", "yen": "yen", "rupee": "rupee", "yuan": "yuan", "ruble": "rouble",
          "rouble": "rouble", "peso": "peso", "usd": "dollar", "eur": "euro", "gbp": "pound"}  # fmt: skip
_BETWEEN = (
    "more|other|young|old|elderly|armed|local|foreign|square|cubic|nautical|small|large|whole|full|new|nearby|poor|"
    "straight|consecutive|additional|innocent|injured|wounded|homeless|stranded|unarmed|metric|american|us|u\\.s\\."
)
_AFTER = regex.compile(
    rf"[\s-]{{1,2}}(?:(?P<between>{_BETWEEN})[\s-])?(?P<word>\p{{L}}{{1,15}})(?!\p{{L}})|(?P<short>km|m|kg|cm|ft)(?!\p{{L}})",
    regex.I,
)


def unit_after(text: str, end: int) -> str:
    """The unit that the word behind character `end` names, `people`, `mile`, `square mile`; "" where it names none."""
    match = _AFTER.match(text, end)
    if not match:
        return ""
    word = (match["word"] or match["short"]).lower()
    unit = _UNITS.get(word) or (_UNITS.get(word[:-1], "") if word.endswith("s") else "")
    area = (match["between"] or "").lower()
    return f"{area} {unit}" if unit and area in ("square", "cubic", "nautical") else unit


def currency_after(text: str, end: int) -> str:
    """The currency behind character `end`; "" where there is none. Not pounds, which are a weight too."""
    match = _AFTER.match(text, end)
    word = (match["word"] or "").lower() if match else ""
    return _MONEY.get(word) or (_MONEY.get(word[:-1], "") if word.endswith("s") else "")
