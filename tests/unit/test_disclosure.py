"""The visible AI label: when it is due, in which words, and where it stands."""

import pytest
from drawn_plates import compose_request

from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE
from workflows.disclosure import LABELS, Disclosure, required_by, visible_label
from workflows.format import find_formats


@pytest.fixture(scope="module")
def engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


def test_a_label_is_due_for_synthetic_persons_where_the_law_asks_it():
    """EU and New York ask it of persons who never stood there, not of a mug on a table; a brief may always ask."""
    eu = Disclosure(jurisdictions=("EU", "UK"))
    assert required_by(eu, shows_synthetic_person=True) == ("Regulation (EU) 2024/1689, article 50(4)",)
    assert visible_label(eu, True, "de_DE") == "Mit KI erstellt"
    assert visible_label(eu, False, "de_DE") == ""
    assert visible_label(Disclosure(jurisdictions=("UK",)), True, "en") == ""
    assert visible_label(Disclosure(visible_label="always"), False, "sv_SE") == LABELS["en"]


@pytest.mark.parametrize("language", ["en", "ar", "ja"])
def test_label_has_a_corner_of_its_own(engine, language):
    """In every core format the label stands inside, on nothing else, or the format is reported as failed."""
    canvases = [canvas for format in find_formats(["pack:core"]) for canvas in format.canvases()]
    request, images = compose_request(*canvases)
    output = engine.generate(request.model_copy(update={"label": LABELS[language], "language": language}), images)
    made = output.facts["creatives"]
    assert len(made) >= 4
    assert {failure["code"] for failure in output.facts["failures"].values()} <= {"label_has_no_room"}
    for facts in made.values():
        (label,) = [box for box in facts["boxes"] if box["role"] == "disclosure"]
        others = [box for box in facts["boxes"] if box is not label] + [facts["product"]]
        for other in others:
            apart = label["right"] <= other["left"] or other["right"] <= label["left"]
            assert apart or label["bottom"] <= other["top"] or other["bottom"] <= label["top"]


def test_without_room_the_format_fails(engine):
    """A label as wide as the canvas has no corner: the file is not delivered without it."""
    canvas = find_formats(["iab_button_120x60"])[0].canvases()[0]
    request, images = compose_request(canvas)
    output = engine.generate(request.model_copy(update={"label": "Far too long a label to stand here"}), images)
    assert output.facts["failures"][canvas.format]["code"] == "label_has_no_room"
    assert not output.images
