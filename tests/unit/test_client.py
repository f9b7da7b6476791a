"""The HTTP client against a real, tiny server."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tiny_api import TinyApi

from services.errors import NotFound, UnsupportedMediaType
from services.settings import ASSETS
from workflows.cli.campaign import PHOTOS, PhotoShelf, is_asset_id, read_briefs
from workflows.cli.client import Client, Refused, TookTooLong, Unreachable

CAMPAIGN = ASSETS / "samples" / "campaign.yaml"


def brief(scene: str = "beach") -> dict:
    variant = {"audience": {"id": "all"}, "scene": scene, "copy": {"headline": "Hi", "call_to_action": "Go"}, "seed": 1}
    product = {"id": "mug", "title": "Mug", "price": "24.00", "currency": "EUR", "image": "uploads/x.png"}
    return {"product": product, "brand": "tarnefold", "formats": ["pack:core"], "variants": [variant]}


@pytest.fixture
def client(tiny_api: TinyApi):
    with Client(tiny_api.base_url) as client:
        yield client


def test_upload_and_make(client: Client, tiny_api: TinyApi, tmp_path: Path) -> None:
    photo = tmp_path / "mug.png"
    Image.new("RGB", (8, 8)).save(photo)
    assert client.upload(photo).id.startswith("uploads/")
    tiny_api.polls_until_done = 3
    seen: list[int] = []
    job = client.wait(client.create(brief()), lambda state: seen.append(state.progress.done))
    assert job.status == "succeeded"
    assert [made.format for made in job.creatives] == ["meta_feed_1x1", "iab_leaderboard_728x90"]
    assert seen[0] == 0
    assert seen[-1] == 4
    assert client.download(job.creatives[0].url).startswith(b"\x89PNG")


def test_the_same_key_is_the_same_job(client: Client, tiny_api: TinyApi) -> None:
    first, second = client.create(brief(), "key-1"), client.create(brief(), "key-1")
    assert first.id == second.id
    assert tiny_api.made == {"key-1": 1}


def test_a_problem_document_becomes_a_sentence(client: Client) -> None:
    with pytest.raises(Refused) as caught:
        client.create(brief("refuse"))
    assert str(caught.value) == "/variants/0/scene: not like this [invalid_input]"
    assert not caught.value.is_temporary


def test_busy_is_temporary_and_says_when_to_return(client: Client) -> None:
    with pytest.raises(Refused) as caught:
        client.create(brief("busy 1"))
    assert caught.value.is_temporary
    assert caught.value.retry_after_s == 0


def test_an_answer_that_is_no_problem_document(client: Client, tiny_api: TinyApi) -> None:
    with pytest.raises(Refused, match=r"HTTP 404: .*Not Found"):
        client.download(f"{tiny_api.base_url}/nowhere")


def test_waiting_ends(client: Client, tiny_api: TinyApi) -> None:
    tiny_api.polls_until_done = 10_000
    with pytest.raises(TookTooLong, match="was not finished after 0 s"):
        client.wait(client.create(brief()), timeout_s=0.3)


def test_nobody_there() -> None:
    with pytest.raises(
        Unreachable, match=r"Nothing answers at http://127\.0\.0\.1:9\. Start the stack with: vitrine up"
    ):
        Client("http://127.0.0.1:9").workflows()


def test_files_that_cannot_be_uploaded(client: Client, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMediaType, match=r"notes\.txt is a \.txt file"):
        client.upload(tmp_path / "notes.txt")
    with pytest.raises(NotFound):
        client.upload(tmp_path / "missing.png")


def test_a_path_below_rooms_is_a_file_and_an_asset_id_is_none(client: Client, tmp_path: Path) -> None:
    shelf = PhotoShelf(client, tmp_path)
    digest = 64 * "a"
    assert shelf.find({"product": {"image": "rooms/study.jpg"}}) == tmp_path / "rooms/study.jpg"
    for image in (f"uploads/{digest}.jpg", f"rooms/{digest}/{digest}.png"):
        assert shelf.find({"product": {"image": image}}) is None


@pytest.mark.parametrize("brief", read_briefs(CAMPAIGN), ids=lambda brief: brief["product"]["id"])
def test_sample_pictures_are_uploaded(client: Client, brief: dict[str, Any]) -> None:
    filled = PhotoShelf(client, CAMPAIGN.parent).fill(brief)
    assert all(is_asset_id(filled[name]["image"]) for name in PHOTOS if name in filled)


def test_the_garments_of_an_outfit_are_uploaded(client: Client) -> None:
    """Those without a picture stay as they are, for the API to refuse."""
    brief = read_briefs(CAMPAIGN)[0]
    garments = [{"image": brief["product"]["image"], "garment_category": "lower_body"}, {"garment_category": "dresses"}]
    filled = PhotoShelf(client, CAMPAIGN.parent).fill(brief | {"more_garments": garments})["more_garments"]
    assert filled == [{**garments[0], "image": filled[0]["image"]}, garments[1]]
    assert is_asset_id(filled[0]["image"])
