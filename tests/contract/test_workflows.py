"""Every workflow file, node and brand in the repository is usable as it stands."""

import inspect
from datetime import UTC, datetime
from typing import get_args

import pytest
import yaml
from pydantic import TypeAdapter

import workflows.nodes  # noqa: F401  registers the nodes
from services.catalog import services
from services.copywriter.grammar import Grammars
from services.images import decode
from services.settings import ASSETS, ROOT
from workflows.brand_kit import BRANDS, load_brands
from workflows.brief import Brief
from workflows.graph import NODES, load_workflows
from workflows.inputs import PHOTOS, TYPES, variant_inputs
from workflows.personalisation import personalise
from workflows.policy import NO_POLICY, Reason, load_policies

ADS = ROOT / "workflows" / "ads"
CAMPAIGN = yaml.safe_load((ASSETS / "samples" / "campaign.yaml").read_text())
ASSET_ID = f"uploads/{64 * '0'}.png"


def sample_brief(entry: dict) -> Brief:
    photos = {name: entry[name] | {"image": ASSET_ID} for name in ("product", "room") if name in entry}
    return Brief.model_validate(entry | photos)


@pytest.mark.parametrize("workflow", load_workflows(ADS, TYPES).values(), ids=lambda workflow: workflow.name)
def test_workflows_load_and_a_brief_feeds_them(workflow):
    """A built-in workflow is called like its file, and asks for nothing that a brief does not give."""
    assert (ADS / f"{workflow.name}.yaml").exists()
    brief = sample_brief(CAMPAIGN["briefs"][0])
    personal = personalise(brief, brief.variants[0], datetime(2026, 2, 1, tzinfo=UTC), ())
    given = variant_inputs(brief, brief.variants[0], None, dict.fromkeys(PHOTOS), None, (), personal.decision)
    assert set(workflow.inputs) <= set(given)


@pytest.mark.parametrize("node", NODES.values(), ids=lambda node: node.name)
def test_nodes_are_typed_documented_and_name_a_service(node):
    """A node has a sentence, types that can be stored, and at most one service, which exists."""
    assert node.summary.endswith(".")
    assert node.service in services()
    assert inspect.iscoroutinefunction(node.function)
    TypeAdapter(node.output).json_schema()


@pytest.mark.parametrize("kit", load_brands().values(), ids=lambda kit: kit.id)
def test_brands_are_complete(kit):
    """A brand is called like its folder, and both logos are transparent pictures of useful size."""
    assert (BRANDS / kit.id / "brand.yaml").exists()
    for name in (kit.logos.dark, kit.logos.light):
        logo = decode((BRANDS / kit.id / name).read_bytes())
        assert logo.mode == "RGBA"
        assert logo.width >= 300
        assert logo.getextrema()[3] == (0, 255)


@pytest.mark.parametrize("entry", CAMPAIGN["briefs"], ids=lambda entry: entry["product"]["id"])
def test_sample_briefs_are_valid(entry):
    """The sample campaign is made of briefs that the API accepts, with pictures that exist."""
    brief = sample_brief(entry)
    assert brief.brand in load_brands()
    photo = decode((ASSETS / "samples" / entry["product"]["image"]).read_bytes())
    assert min(photo.size) >= 600
    if brief.room:
        decode((ASSETS / "samples" / entry["room"]["image"]).read_bytes())


@pytest.mark.parametrize("policy", [*load_policies().values(), NO_POLICY], ids=lambda policy: policy.id)
def test_policies_lead_somewhere(policy):
    """Every attribute and moment a policy names is known, and every reason has its sentence in every language."""
    grammars = Grammars(ASSETS / "copy")
    for rule in policy.rules:
        assert set(rule.then.lead) <= set(grammars.find("en").attributes), rule.name
        assert rule.then.moment in ("", *grammars.moments.suits), rule.name
    reasons = yaml.safe_load((ASSETS / "policies" / "reasons.yaml").read_text())
    assert set(reasons) == set(get_args(Reason))
    languages = set(grammars.languages)
    assert [reason for reason, sentences in reasons.items() if set(sentences) != languages] == []
