"""Every format and pack of assets/formats/formats.yaml."""

import pytest
import yaml
from pydantic import ValidationError

from services.compositor.animation import PLAYS
from services.errors import UnknownName
from workflows.animation_rules import AnimationRules
from workflows.format import FORMATS, CustomFormat, find_formats, load_formats, load_packs

FORMAT_LIST = list(load_formats().values())
CORE_SIZES = [(300, 250), (728, 90), (160, 600), (1200, 628), (1080, 1080), (1080, 1920)]


@pytest.mark.parametrize("format", FORMAT_LIST, ids=lambda format: format.id)
def test_format_becomes_canvases_and_names_its_source(format):
    """A format's canvases have its sizes, limits and file type, and its source stands in the file."""
    canvases = format.canvases()
    sizes = [(part.width, part.height) for part in format.images] or [(format.width, format.height)]
    assert [(canvas.width, canvas.height) for canvas in canvases] == sizes
    assert all(canvas.max_bytes <= format.max_bytes for canvas in canvases)
    assert all((canvas.shows == "ad") == (format.kind == "image") for canvas in canvases)
    assert {canvas.file_type for canvas in canvases} == {format.file_types[0]}
    assert format.source in yaml.safe_load(FORMATS.read_text())["sources"]


@pytest.mark.parametrize("format", FORMAT_LIST, ids=lambda format: format.id)
def test_what_may_move_is_a_type_that_the_place_takes(format):
    """A moving picture is of a type that the format also takes still, or films may go there instead of pictures."""
    sources = yaml.safe_load(FORMATS.read_text())["sources"]
    for file_type, rules in format.animations.items():
        assert rules.source in sources
        assert rules.confidence == "low" or rules.longest_s or rules.note
        assert 1 <= rules.plays(file_type) <= PLAYS[file_type]
        films = "mp4" in format.animations or rules.confidence == "low"
        assert file_type == "mp4" or file_type in format.file_types or films


def test_animations_of_a_request_are_within_its_own_rules():
    """A custom format says what may move there; where it does not, nothing is known and the checks will warn."""
    silent = CustomFormat(id="custom_kiosk", width=720, height=1280, file_types=("png", "gif")).format()
    assert (set(silent.animations), silent.animations["mp4"].is_certain) == ({"gif", "mp4"}, False)
    rules = {"gif": AnimationRules(longest_s=12)}
    spoken = CustomFormat(id="custom_kiosk", width=720, height=1280, animations=rules).format()
    assert (spoken.animations["gif"].plays("gif"), spoken.animations["gif"].is_certain) == (2, True)
    with pytest.raises(ValidationError, match="longest_s"):
        AnimationRules(longest_s=4)
    assert CustomFormat(id="custom_kiosk", width=720, height=1280, animations={}).format().animations == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("longest_s", float("inf")),
        ("max_bytes", 10**18),
        ("note", "x" * 201),
        ("note", "\u202eabc"),
        ("source", "a\nb"),
    ],
)
def test_rules_of_a_client_are_bounded(field, value):
    """They come back in checks, and become limits of an encoder: an endless one ended in an OverflowError."""
    with pytest.raises(ValidationError, match=field):
        CustomFormat(id="custom_kiosk", width=720, height=1280, animations={"mp4": {field: value}})


def test_every_known_format_is_there():
    """72 formats: finished ads, assets that platforms lay out, and native."""
    kinds = [format.kind for format in FORMAT_LIST]
    assert (len(kinds), kinds.count("asset"), kinds.count("native")) == (72, 5, 1)


def test_canvases_have_names_of_their_own():
    """Files of all formats can lie side by side."""
    names = [canvas.format for format in FORMAT_LIST for canvas in format.canvases()]
    assert len(names) == len(set(names))


def test_a_request_may_bring_a_format():
    """A custom format becomes a canvas like any other; its name cannot hide a known one."""
    (made,) = find_formats([CustomFormat(id="custom_kiosk", width=720, height=1280, file_types=("png",))])
    assert (made.kind, made.canvases()[0].file_type, made.canvases()[0].height) == ("image", "png", 1280)
    with pytest.raises(ValidationError, match="custom_"):
        CustomFormat(id="iab_mrec_300x250", width=1, height=1)


def test_ids_are_unique():
    """No id stands twice in the file."""
    ids = [entry["id"] for entry in yaml.safe_load(FORMATS.read_text())["formats"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("pack", load_packs())
def test_pack_resolves(pack):
    """Every pack names known formats, each once."""
    assert [format.id for format in find_formats([f"pack:{pack}"])] == list(load_packs()[pack])


def test_core_pack_has_the_six_sizes():
    """The default pack is the six sizes most campaigns need."""
    assert [(format.width, format.height) for format in find_formats(["pack:core"])] == CORE_SIZES


def test_names_are_expanded_once_and_in_order():
    """A format named twice, alone and in a pack, is delivered once, where it was first named."""
    names = [format.id for format in find_formats(["meta_story_9x16", "pack:core", "meta_story_9x16"])]
    assert names[0] == "meta_story_9x16"
    assert len(names) == len(set(names)) == 6


@pytest.mark.parametrize("name", ["nothing", "pack:nothing"])
def test_unknown_name_says_what_is_known(name):
    """An unknown format or pack is refused with the known names."""
    with pytest.raises(UnknownName, match="pack:core"):
        find_formats([name])


def test_kilobytes_are_counted_as_1000():
    """150 KB is enforced as 150,000 bytes, so that no platform's counting refuses the file."""
    assert load_formats()["iab_mrec_300x250"].max_bytes == 150_000
