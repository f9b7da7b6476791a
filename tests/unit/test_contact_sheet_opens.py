"""The contact sheet in a real browser: it opens, shows every picture, and asks nobody outside its folder."""

from pathlib import Path

import pytest
from browser import CHROMIUM, open_browser
from PIL import Image
from tiny_api import TinyApi
from typer.testing import CliRunner

from workflows.cli import main

SHOWN = """Promise.all([...document.images].map(image => {
    image.loading = 'eager';
    return image.decode().then(() => [image.src, image.naturalWidth, image.naturalHeight]);
}))"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")
def test_the_page_shows_every_picture_and_asks_nobody(
    tmp_path: Path, tiny_api: TinyApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRINE_FOLDER", str(tmp_path / "stack"))
    monkeypatch.setattr(main.Stack, "base_url", tiny_api.base_url)
    Image.new("RGBA", (900, 600), "red").save(tmp_path / "mug.png")
    words = ["--title", "Mug", "--scene", "beach", "--headline", "Hi", "--out", str(tmp_path / "out")]
    made = CliRunner().invoke(main.app, ["make", str(tmp_path / "mug.png"), *words])
    assert made.exit_code == 0, made.output
    with open_browser(tmp_path / "profile") as page:
        page.open((tmp_path / "out" / "contact-sheet.html").as_uri())
        shown = page.evaluate(SHOWN)
    assert sorted(size for _, *size in shown) == [[480, 320], [728, 90], [1080, 1080]]
    asked = [address for address in page.requests if not address.startswith((tmp_path / "out").as_uri())]
    assert asked == []
