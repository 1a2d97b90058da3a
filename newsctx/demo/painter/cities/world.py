"""Cities of the world beyond Europe."""

from __future__ import annotations

from newsctx.demo.painter.city import City, Landmark, Style
from newsctx.demo.painter.landmarks import cairo_agra, newyork_rio

CITIES: tuple[City, ...] = (
    City(
        "New York",
        (
            Landmark("spire_skyscraper", 370, newyork_rio.spire_skyscraper),
            Landmark("liberty_statue", 300, newyork_rio.liberty_statue, "across"),
        ),
        0,
        (104, 112, 104),
        (56, 80, 92),
        (126, 126, 128),
        Style(
            "flat",
            ((132, 76, 60), (112, 70, 58), (150, 100, 78), (96, 74, 68), (172, 150, 128)),
            ((72, 66, 64), (92, 72, 64)),
            (120, 180),
            (5, 7),
            None,
            (186, 166, 146),
            ("DELI", "PIZZA", "BAGELS", "SUBWAY", "DINER", "LAUNDROMAT", "NEWS"),
        ),
    ),
    City(
        "Rio de Janeiro",
        (
            Landmark("statue_peak", 300, newyork_rio.statue_peak, "behind"),
            Landmark("sugar_loaf", 265, newyork_rio.sugar_loaf, "behind"),
        ),
        0,
        (74, 106, 72),
        (38, 104, 122),
        (176, 170, 160),
        Style(
            "parapet",
            ((244, 238, 222), (236, 196, 92), (150, 196, 170), (226, 146, 120), (238, 224, 190), (132, 174, 204)),
            ((190, 188, 184),),
            (120, 190),
            (3, 6),
            (58, 110, 92),
            (252, 250, 244),
            ("PADARIA", "SUCOS", "FARMÁCIA", "BOTECO", "LIVRARIA", "AÇAÍ"),
        ),
    ),
    City(
        "Cairo",
        (
            Landmark("pyramids", 240, cairo_agra.pyramids, "behind"),
            Landmark("citadel_mosque", 270, cairo_agra.citadel_mosque),
        ),
        30,
        (190, 164, 120),
        (84, 106, 92),
        (184, 164, 134),
        Style(
            "flat",
            ((206, 178, 134), (190, 158, 118), (220, 198, 160), (176, 144, 112), (198, 172, 146)),
            ((178, 150, 116), (160, 134, 104)),
            (120, 180),
            (4, 7),
            (110, 84, 60),
            (216, 198, 164),
            ("مقهى", "مخبز", "صيدلية", "كتب", "مطعم", "كشري"),
        ),
        trees=False,
    ),
    City(
        "Agra",
        (
            Landmark("white_mausoleum", 250, cairo_agra.white_mausoleum),
            Landmark("red_fort", 210, cairo_agra.red_fort),
        ),
        0,
        (120, 126, 92),
        (110, 116, 88),
        (178, 152, 122),
        Style(
            "parapet",
            ((222, 150, 104), (236, 196, 150), (196, 106, 82), (150, 186, 190), (238, 214, 120), (214, 168, 184)),
            ((176, 120, 92),),
            (110, 170),
            (2, 4),
            (60, 120, 130),
            (246, 236, 214),
            ("चाय", "मिठाई", "किताबें", "दवा", "कपड़े", "भोजन"),
        ),
    ),
)
