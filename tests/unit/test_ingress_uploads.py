"""Uploads over HTTP, as forms and with wrong labels."""

import test_ingress
from test_ingress import assert_problem, picture_file

store, scripted, client = test_ingress.store, test_ingress.scripted, test_ingress.client


async def test_multipart_upload_is_the_same_asset(client):
    """A form field and a raw body with the same bytes are one asset."""
    raw = await client.post("/v1/assets", content=picture_file(), headers={"content-type": "image/png"})
    form = await client.post("/v1/assets", files={"file": ("../x.png", picture_file(), "image/png")})
    assert raw.status_code == form.status_code == 201
    assert raw.json() == form.json()
    missing = await client.post("/v1/assets", files={"photo": ("x.png", picture_file(), "image/png")})
    assert_problem(missing, 422, "invalid_input")


async def test_a_wrongly_declared_type_is_stored_as_what_it_is(client):
    """The content decides: a JPEG sent as PNG becomes a JPEG asset."""
    response = await client.post("/v1/assets", content=picture_file("JPEG"), headers={"content-type": "image/png"})
    assert response.json()["media_type"] == "image/jpeg"
    assert response.json()["id"].endswith(".jpg")
