"""The pose drawing for ControlNets: points where joints are, in OpenPose's colours."""

import numpy as np
from dressed_figure import HEIGHT, POINTS, WIDTH, figure

from services.people import Joint
from services.tryon.skeleton import draw_skeleton


def test_every_seen_joint_has_its_point_and_colour():
    """The person's own right wrist is yellow, the left one green, as OpenPose colours its 5th and 8th point."""
    drawn = np.asarray(draw_skeleton(figure()[1], lambda x, y: (2 * x, 2 * y), (2 * WIDTH, 2 * HEIGHT)))
    assert drawn.shape == (2 * HEIGHT, 2 * WIDTH, 3)
    for joint, colour in (
        (Joint.RIGHT_WRIST, (170, 255, 0)),
        (Joint.LEFT_WRIST, (0, 255, 85)),
        (Joint.NOSE, (255, 0, 0)),
    ):
        x, y = POINTS[joint]
        assert tuple(drawn[2 * y, 2 * x]) == colour
    assert (drawn == 0).all(axis=2).mean() > 0.9


def test_a_joint_that_is_not_seen_is_left_out():
    """Neither its point nor its limb is drawn."""
    person = figure()[1]
    whole = np.asarray(draw_skeleton(person, lambda x, y: (x, y), (WIDTH, HEIGHT)))
    person.landmarks[Joint.LEFT_WRIST, 3] = 0
    less = np.asarray(draw_skeleton(person, lambda x, y: (x, y), (WIDTH, HEIGHT)))
    x, y = POINTS[Joint.LEFT_WRIST]
    assert whole[y, x].any()
    assert not less[y, x].any()
    assert less.any(axis=2).sum() < whole.any(axis=2).sum()
