"""What a template file may say."""

import pytest
import yaml

from services.compositor.service import SERVICE
from services.compositor.template import Edge, Region, load_templates
from services.errors import InvalidConfiguration
from services.settings import ASSETS


def region(left):
    return Region.model_validate({"left": left, "top": "top", "right": "right", "bottom": "bottom"})


@pytest.mark.parametrize(
    ("text", "edge"),
    [
        ("left", Edge(anchor="left", offset=0)),
        ("product_right + 0.05", Edge(anchor="product_right", offset=0.05)),
        ("canvas_right - 1.5", Edge(anchor="canvas_right", offset=-1.5)),
    ],
)
def test_edges_are_written_as_anchor_and_offset(text, edge):
    """An edge is an anchor, moved by a fraction of the short side."""
    assert region(text).left == edge


@pytest.mark.parametrize("text", ["0.5", "left * 2", "left + ", 3])
def test_other_edges_are_refused(text):
    """Anything else says how an edge is written."""
    with pytest.raises(ValueError, match=r"product_top - 0\.03"):
        region(text)


def test_template_without_a_size_is_refused(tmp_path):
    """A role without a size is found when the file is read, and the error names the file."""
    data = yaml.safe_load((ASSETS / "templates" / "column.yaml").read_text())
    del data[0]["sizes"]["headline"]
    (tmp_path / "broken.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(InvalidConfiguration, match=r"broken\.yaml"):
        load_templates(tmp_path)


@pytest.mark.parametrize("anchor", ["picture_lfet", "nowhere_top + 0.1"])
def test_template_with_an_unknown_anchor_names_the_layer(tmp_path, anchor):
    """An edge that does not exist is found when the file is read, with the template and the layer."""
    data = yaml.safe_load((ASSETS / "templates" / "column.yaml").read_text())
    data[1]["groups"][0]["region"]["left"] = anchor
    (tmp_path / "broken.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(InvalidConfiguration, match=rf"broken\.yaml column_narrow.*headline.*{anchor.split()[0]}"):
        load_templates(tmp_path)


def test_template_names_are_unique():
    """The name in the facts of a creative points to one layout."""
    names = [template.name for template in load_templates(ASSETS / "templates")]
    assert len(names) == len(set(names))
    assert SERVICE.checkpoint("").location == str(ASSETS / "templates")
