"""Camera, vanishing points, scale and walls of a room, against exact synthetic cameras."""

import numpy as np
import pytest
from drawn_rooms import drawn_camera, drawn_layout

from services.room import vanishing
from services.room.layout import Layout, estimate_layout
from services.room.lines import find_segments
from services.room.scale import Measure, find_scale, size_error, upright_px
from services.room.vanishing import estimate_view

HIDDEN_CEILING = Layout((), 0.95, 0.0)


def box_edges(camera, layout, count=60, noise_px=0.3, outliers=12, seed=3):
    """Segments along the three directions as they project, with noise on their ends, and some of no direction."""
    rng = np.random.default_rng(seed)
    segments = []
    while len(segments) < count:
        start = rng.uniform((-1.6, -1, 0.5), (2.2, 0.85, 3.5))
        point = start[0] * camera.axis + start[1] * camera.up + start[2] * camera.depth_axis
        along = (camera.axis, camera.up, camera.depth_axis)[len(segments) % 3] * rng.uniform(0.3, 0.8)
        if min(point[2], (point + along)[2]) > 0.3:
            segment = camera.project(np.stack([point, point + along])).ravel()
            if ((segment > -50) & (segment < 530)).all():
                segments.append(segment + rng.normal(0, noise_px, 4))
    wild = rng.uniform(50, 300, (outliers, 2))
    return np.array([*segments, *np.concatenate([wild, wild + rng.normal(0, 40, wild.shape)], axis=1)])


def view_of(camera, **options):
    segments = box_edges(camera, drawn_layout(camera))
    return estimate_view(segments, width=camera.width, height=camera.height, **options)


def test_the_horizon_is_where_the_floor_ends():
    """A floor point very far away projects onto the horizon, and pixels come back from the floor where they were."""
    camera = drawn_camera(roll=4)
    far = camera.project(1e6 * camera.depth_axis - camera.up)
    assert camera.horizon_row(far[0]) == pytest.approx(far[1], abs=0.01)
    pixel = np.array([100.0, 330.0])
    assert camera.project(camera.floor_points(pixel)) == pytest.approx(pixel)
    assert camera.floor_points(pixel) @ camera.up == pytest.approx(-1)
    assert np.degrees((camera.pitch, camera.roll)) == pytest.approx((-8, 4))


@pytest.mark.parametrize(("pitch", "yaw", "focal"), [(-4, 25, 0.7), (-15, 40, 0.9), (2, 12, 0.6), (-25, 30, 0.75)])
def test_a_camera_comes_back_from_its_lines(pitch, yaw, focal):
    """Horizon within 1 % of the picture's height, focal length within 10 %, with wild segments among the lines."""
    camera = drawn_camera(pitch=pitch, yaw=yaw, focal=focal)
    found = view_of(camera)
    assert found.camera.horizon_row(240) == pytest.approx(camera.horizon_row(240), abs=3.6)
    assert found.camera.focal_px == pytest.approx(camera.focal_px, rel=0.1)
    assert np.degrees(found.camera.roll) == pytest.approx(1, abs=0.5)
    assert found.support > 0.6


def test_the_grid_prefers_the_orientation_that_the_lines_were_drawn_with():
    """Of 297 pitches and rolls the true ones score best, and the yaw is read within a degree."""
    camera = drawn_camera(pitch=-9, roll=1.25, yaw=25, focal=0.7)
    ends = box_edges(camera, drawn_layout(camera), noise_px=0, outliers=0).reshape(-1, 2)
    rays = camera.rays(ends).reshape(-1, 2, 3)
    normals = np.cross(rays[:, 0], rays[:, 1])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    scores, yaws = vanishing._scores(normals, np.ones(len(normals)))
    row, column = divmod(int(scores.argmax()), len(vanishing.ROLLS))
    assert np.degrees((vanishing.PITCHES[row], vanishing.ROLLS[column])) == pytest.approx((-9, 1.25))
    assert np.degrees(yaws[scores.argmax()]) == pytest.approx(25, abs=1)


def test_a_given_field_of_view_is_kept():
    camera = drawn_camera()
    found = view_of(camera, field_of_view=camera.field_of_view)
    assert found.camera.focal_px == pytest.approx(camera.focal_px, rel=0.02)


def test_without_lines_the_answer_is_the_prior_and_says_how_little_it_knows():
    view = estimate_view(np.zeros((0, 4)), width=480, height=360)
    sure = view_of(drawn_camera())
    assert view.support == 0
    scale = find_scale(view, HIDDEN_CEILING, camera_height_m=1.4, measure=None)
    assert size_error(view, scale, (240, 330), 0.8) > 4 * size_error(sure, scale, (240, 330), 0.8)


def test_an_empty_picture_has_no_segments():
    assert find_segments(np.full((300, 400), 128, np.uint8)).shape == (0, 4)


def test_known_lengths_give_the_camera_height():
    """A door's edge and a length on the floor say 1.4 m; an upright length that starts over eye level says nothing."""
    view = view_of(drawn_camera())
    camera, height = view.camera, 1.4
    foot = np.array([260.0, 320.0])
    base = camera.floor_points(foot)
    door = Measure(tuple(foot), tuple(camera.project(base + camera.up * 2.0 / height)), 2.0, "upright")
    board = Measure(tuple(foot), tuple(camera.project(base + camera.axis * 0.9 / height)), 0.9, "floor")
    for measure in (door, board):
        scale = find_scale(view, HIDDEN_CEILING, camera_height_m=None, measure=measure)
        assert (scale.source, scale.camera_height_m) == ("known length", pytest.approx(height))
    above = Measure((200.0, 20.0), (200.0, 10.0), 2.0, "upright")
    assert find_scale(view, HIDDEN_CEILING, camera_height_m=None, measure=above).source == "assumed camera height"


def test_a_ceiling_that_shows_makes_the_scale_surer():
    """A ceiling 1.6 camera heights over the lens is usual for a camera at 1 m; the answer leans that way."""
    view = view_of(drawn_camera())
    assumed = find_scale(view, HIDDEN_CEILING, camera_height_m=None, measure=None)
    under = find_scale(view, Layout((), 1.6, 0.2), camera_height_m=None, measure=None)
    assert under.source == "assumed ceiling height"
    assert 1.0 < under.camera_height_m < 1.25 < assumed.camera_height_m
    assert under.spread < 0.8 * assumed.spread


def test_sizes_and_their_errors():
    """A thing at eye level reaches the horizon; what is unknown makes the error larger, in the right order."""
    view = view_of(drawn_camera(roll=0))
    foot = (240.0, 300.0)
    to_horizon = 300 - view.camera.horizon_row(240)
    assert upright_px(view.camera, 1.4, foot, 1.4) == pytest.approx(to_horizon, rel=0.02)
    given = size_error(view, find_scale(view, HIDDEN_CEILING, camera_height_m=1.4, measure=None), foot, 0.8)
    assumed = size_error(view, find_scale(view, HIDDEN_CEILING, camera_height_m=None, measure=None), foot, 0.8)
    assert 0.02 < given < 0.1 < 0.25 < assumed < 0.4


def wall_lines(camera, layout):
    """The foot and the ceiling line of each wall, among lines of no wall."""
    segments = []
    for wall, along in zip(layout.walls, (camera.axis, camera.depth_axis, camera.depth_axis), strict=True):
        for level in (-1, layout.ceiling):
            middle = wall.normal * wall.distance + camera.up * level
            middle = middle + (2.2 * camera.depth_axis if wall.name != "back" else 0)
            segments.append(camera.project(np.stack([middle - 0.5 * along, middle + 0.5 * along])).ravel())
    return np.concatenate([box_edges(camera, layout, outliers=0, noise_px=0), segments])


def distances_of(camera, lines, floor):
    found = estimate_layout(lines, estimate_view(lines, width=camera.width, height=camera.height), floor)
    return {wall.name: wall.distance for wall in found.walls}


def test_walls_come_back_from_their_feet_and_ceiling_lines():
    camera = drawn_camera(yaw=25)
    lines = wall_lines(camera, drawn_layout(camera))
    unknown = np.zeros((90, 120))
    assert distances_of(camera, lines, unknown)["back"] == pytest.approx(3.5, rel=0.08)
    found = estimate_layout(lines, estimate_view(lines, width=camera.width, height=camera.height), unknown)
    assert found.surfaces(camera, np.array([240.0, 350.0])) == 0


def test_a_gap_between_boards_is_no_wall_where_floor_shows_beyond_it():
    """Long gaps two camera heights ahead look like a nearer wall's foot; a map of the floor tells that they are not."""
    camera = drawn_camera(yaw=25)
    layout = drawn_layout(camera)
    gaps = [
        camera.project(np.stack([middle - 1.2 * camera.axis, middle + 1.2 * camera.axis])).ravel()
        for middle in (2.0 * camera.depth_axis - camera.up + 0.2 * side * camera.axis for side in range(-2, 3))
    ]
    lines = np.concatenate([wall_lines(camera, layout), gaps])
    rows, columns = np.mgrid[0:90, 0:120] * 4 + 2.0
    floor = (layout.surfaces(camera, np.stack([columns, rows], axis=-1)) == 0).astype(float)
    assert distances_of(camera, lines, np.zeros((90, 120)))["back"] == pytest.approx(2.0, rel=0.08)
    assert distances_of(camera, lines, floor)["back"] == pytest.approx(3.5, rel=0.08)
