"""Line breaks, measuring and drawing of type."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from drawn_plates import type_layer
from hypothesis import given, settings
from hypothesis import strategies as st

from services.compositor.line_breaks import Pieces, cut, least_roughness
from services.compositor.text_layer import Line, TextLayer
from services.errors import UnknownName
from services.settings import ASSETS


@pytest.fixture(scope="module")
def text_layer():
    return TextLayer(ASSETS / "fonts" / "fonts.yaml", ASSETS / "hyphenation")


def pieces_of(text):
    """Pieces with half an em per letter, so that widths can be read off."""
    texts, joins = cut(text)
    return Pieces(texts, joins, tuple(len(piece) / 2 for piece in texts), 0.25)


def broken(text, limit, most=4):
    pieces = pieces_of(text)
    result = pieces.breaks.at(limit, most)
    return result and [pieces.text(*line) for line in result.lines]


def test_cut_breaks_at_spaces_and_after_hyphens():
    """A compound with a hyphen may break after it; numbers and dashes of their own stay whole."""
    assert cut("Kaffee-Genuss ab 3-4 Uhr – immer")[0] == ("Kaffee-", "Genuss", "ab", "3-4", "Uhr", "–", "immer")


def test_no_break_space_holds():
    """A no-break space keeps a price or a number and its unit on one line."""
    assert cut("nur 24,00\u00a0€")[0] == ("nur", "24,00\u00a0€")


def test_lines_are_even():
    """Two lines are of like length, instead of a full one and a single word."""
    assert broken("Room for the whole day", 9) == ["Room for the", "whole day"]


def test_lines_break_at_a_pause():
    """A comma is a better place to break than the middle of a phrase."""
    assert broken("Come home, wash the day off", 9) == ["Come home,", "wash the day off"]


def test_little_words_do_not_hang():
    """A preposition and an article stay with their noun."""
    assert broken("Sit down in the chair", 7) == ["Sit down", "in the chair"]


@pytest.mark.parametrize(("limit", "most"), [(3, 4), (5, 1)])
def test_too_narrow_or_too_few_lines(limit, most):
    """A word wider than the column, or more lines than allowed, is no fit."""
    assert broken("Slow mornings", limit, most) is None


def test_long_texts_are_evened_out():
    """Body text of many words keeps within its width and leaves no word alone."""
    lines = broken("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", 10, 8)
    assert lines
    assert max(len(line) for line in lines) <= 20
    assert " " in lines[-1]


def test_pieces_add_up_to_the_line(text_layer):
    """The sum of the measured pieces is the width of the drawn line, within a pixel."""
    style = text_layer.style("Grüße aus Südtirol", "Outfit", 600, -0.015)
    block = text_layer.measure({"headline": ("Grüße aus Südtirol", style)})["headline"]
    width = block.pieces.width(0, 3) * 60
    line = Line(block.text, style, 60, 10, 70, width)
    ink = np.flatnonzero(text_layer.draw(type_layer(line, (700, 100)))[..., 3].any(0))
    assert ink[-1] - ink[0] == pytest.approx(width, abs=8)


@pytest.mark.parametrize(("family", "size_px"), [("Outfit", 60), ("Outfit", 41.3), ("Inter", 30), ("Inter", 11.6)])
def test_baseline_is_where_it_was_asked_for(text_layer, family, size_px):
    """Capitals stand on the baseline at any size, and their height is the face's cap height."""
    style = text_layer.style("HHH", family, 600, 0)
    face = style.face
    drawn = text_layer.draw(type_layer(Line("HHH", style, size_px, 10, 70, 200), (300, 100), "#ff0000"))
    rows = np.flatnonzero((drawn[..., 3] > 100).any(1))
    assert rows[-1] + 1 == 70
    assert rows[-1] + 1 - rows[0] == pytest.approx(face.cap_height * size_px, abs=1)
    assert (drawn[drawn[..., 3] == 255][:, :3] == (255, 0, 0)).all()


def test_unknown_family_names_the_known_ones(text_layer):
    """A brand's font that is not shipped is refused with the families that are."""
    with pytest.raises(UnknownName, match="Outfit"):
        text_layer.style("HHH", "Comic Sans", 600, 0)


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(st.text("abcdef,", min_size=1, max_size=9), min_size=1, max_size=7),
    limit=st.floats(0.5, 30),
    most=st.integers(1, 4),
)
def test_looked_up_breaks_are_the_best_there_are(words, limit, most):
    """As few lines as possible, and of all ways to break into so many, none that fits is better broken."""
    pieces = pieces_of(" ".join(words))
    total = len(pieces.texts)
    ways = {}
    for count in range(1, most + 1):
        for places in combinations(range(1, total), count - 1):
            lines = tuple(pairwise((0, *places, total)))
            if all(pieces.width(*line) <= limit for line in lines):
                ways.setdefault(count, []).append(lines)
    found = pieces.breaks.at(limit, most)
    assert (found is None) == (not ways)
    if found:
        fewest = ways[min(ways)]
        assert found.lines in fewest
        assert all(pieces.breaks.at(max(pieces.width(*line) for line in lines), most) for lines in fewest)
        assert found.roughness >= least_roughness(" ".join(words), most) - 1e-9
        assert found.roughness <= min(roughness(pieces, lines) for lines in fewest) + 1e-9


def roughness(pieces, lines):
    """As the module's constants say, with the evenest lines as the target."""
    total = len(pieces.texts)
    all_ways = (pairwise((0, *places, total)) for places in combinations(range(1, total), len(lines) - 1))
    target = min(max(pieces.width(*line) for line in way) for way in all_ways)
    cost = 0.0
    for start, end in lines:
        word = pieces.texts[end - 1]
        cost += (1 - pieces.width(start, end) / target) ** 2 + 0.1 * (end == start + 1)
        if end < total:
            cost += -0.12 if word[-1] == "," else 0.1 * (word.isalpha() and len(word) <= 3)
    return cost
