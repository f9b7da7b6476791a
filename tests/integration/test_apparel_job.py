"""A person's photo through the real stack: dressed, advertised in two formats, and forgotten with all that was made."""

import io

import httpx
import pytest
from dressed_figure import figure, shirt
from PIL import Image

CONSENT = {"id": "c-81", "purposes": ["advertising"], "expires_at": "2099-01-31T00:00:00Z", "adult": True}


def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def upload(client: httpx.Client, picture: Image.Image, kind: str) -> str:
    answer = client.post(
        "/v1/assets", params={"kind": kind}, content=png(picture), headers={"content-type": "image/png"}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.fixture
def client(stack):
    with httpx.Client(base_url=stack.base_url, timeout=90) as client:
        yield client


@pytest.fixture
def brief(client):
    """The drawn figure and shirt, at twice their size."""
    person = Image.fromarray(figure()[0])
    person = person.resize((2 * person.width, 2 * person.height), Image.Resampling.BICUBIC)
    return {
        "workflow": "apparel",
        "product": {"id": "tee", "title": "Red tee", "price": "29.00", "image": upload(client, shirt(), "product")},
        "person": {"image": upload(client, person, "person")},
        "consent": CONSENT,
        "brand": "tarnefold",
        "formats": ["meta_feed_1x1", "iab_mrec_300x250"],
        "variants": [{"audience": {"id": "early"}, "copy": {"headline": "Red, then", "call_to_action": "See it"}}],
    }


def test_a_person_is_dressed_and_forgotten(client, stack, brief):
    """Both files open; after the photo's deletion neither job nor files nor pictures are left in the store."""
    made = client.post("/v1/creatives", json=brief, headers={"prefer": "wait=60"}).json()
    assert made["status"] == "succeeded", made
    urls = [creative["url"] for creative in made["creatives"]]
    sizes = [Image.open(io.BytesIO(httpx.get(url).content)).size for url in urls]
    assert sizes == [(1080, 1080), (300, 250)]
    assert all("worn by a person" in creative["alt_text"] for creative in made["creatives"])

    photo = brief["person"]["image"]
    assert client.delete(f"/v1/assets/{photo}").status_code == 204
    assert client.get(f"/v1/creatives/{made['id']}").status_code == 404
    assert [httpx.get(url).status_code for url in urls] == [404, 404]


def test_without_consent_nothing_is_made(client, brief):
    answer = client.post("/v1/creatives", json={**brief, "consent": None})
    assert answer.status_code == 422
    assert "a photo of a person or a room needs one" in answer.json()["detail"]
