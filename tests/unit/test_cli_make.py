"""make, formats and workflows against a tiny server; the contact sheet that comes out."""

import json
import re
from pathlib import Path

import pytest
import yaml
from PIL import Image
from tiny_api import TinyApi
from typer.testing import CliRunner, Result

from services.errors import InvalidInput
from workflows.cli import main
from workflows.cli.campaign import read_briefs
from workflows.cli.contact_sheet import MAX_SHOWN_HEIGHT_PX, MAX_SHOWN_WIDTH_PX, shown_size

FLAGS = ("--title", "Mug <1>", "--scene", "beach", "--headline", "Hi & bye", "--price", "24.00")


@pytest.fixture
def folder(tmp_path: Path, tiny_api: TinyApi, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VITRINE_FOLDER", str(tmp_path / "stack"))
    monkeypatch.setattr(main.Stack, "base_url", tiny_api.base_url)
    Image.new("RGBA", (900, 600), "red").save(tmp_path / "mug.png")
    return tmp_path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main.app, [str(word) for word in words])


def test_a_photo_becomes_files_and_a_page(folder: Path) -> None:
    ran = run("make", folder / "mug.png", *FLAGS, "--out", folder / "out", "--json")
    assert ran.exit_code == 0, ran.output
    answer = json.loads(ran.stdout)
    assert [Image.open(made["file"]).size for made in answer["creatives"]] == [(1080, 1080), (728, 90)]
    assert answer["contact_sheet"] == str(folder / "out" / "contact-sheet.html")


def test_the_page_needs_nothing_but_its_folder(folder: Path) -> None:
    run("make", folder / "mug.png", *FLAGS, "--out", folder / "out")
    page = (folder / "out" / "contact-sheet.html").read_text()
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) == 5, "the photo, and two creatives, each shown and linked"
    assert all((folder / "out" / source).is_file() for source in sources)
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page


def test_text_of_others_is_escaped(folder: Path) -> None:
    run("make", folder / "mug.png", *FLAGS, "--out", folder / "out")
    page = (folder / "out" / "contact-sheet.html").read_text()
    assert "Mug &lt;1&gt;" in page
    assert "Hi &amp; bye" in page
    assert "<b>&#34;grey" not in page
    assert "A mug &lt;b&gt;&#34;grey&#34;&lt;/b&gt;" in page


def test_a_brief_file_names_its_photo_relative_to_itself(folder: Path) -> None:
    variant = {"audience": {"id": "all"}, "scene": "beach", "copy": {"headline": "Hi", "call_to_action": "Go"}}
    brief = {"product": {"id": "mug", "image": "mug.png"}, "brand": "tarnefold", "variants": [variant, variant]}
    (folder / "brief.yaml").write_text(yaml.safe_dump(brief))
    ran = run("make", "--brief", folder / "brief.yaml", "--out", folder / "out", "--json")
    assert ran.exit_code == 0, ran.output
    assert len(json.loads(ran.stdout)["creatives"]) == 4


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["make"], 2, "give either a product photo or --brief FILE"),
        (["make", "mug.png"], 2, "--title is needed with a photo"),
        (["make", "mug.txt", *FLAGS], 1, "mug.txt is a .txt file; send one of: .jpg, .jpeg, .png, .webp."),
        (["make", "nowhere.png", *FLAGS], 1, "There is no file 'nowhere.png'"),
        (["make", "mug.png", *FLAGS, "--scene", "refuse"], 1, "/variants/0/scene: not like this [invalid_input]"),
        (["make", "mug.png", *FLAGS, "--scene", "fail"], 1, "could not be made: no product there [cut_out_failed]"),
    ],
)
def test_errors_are_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, sentence: str
) -> None:
    monkeypatch.chdir(folder)
    ran = run(*words)
    assert ran.exit_code == code
    assert sentence in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.output


def test_what_came_too_late_is_sent_again(folder: Path, tiny_api: TinyApi) -> None:
    ran = run("make", folder / "mug.png", *FLAGS, "--scene", "late 2", "--out", folder / "out", "--json")
    assert ran.exit_code == 0, ran.output
    assert sum(tiny_api.made.values()) == 3
    ran = run("make", folder / "mug.png", *FLAGS, "--scene", "late 99", "--out", folder / "out")
    assert (ran.exit_code, "too late [deadline_exceeded]" in " ".join(ran.stderr.split())) == (1, True)


def test_few_briefs_are_in_hand_at_once(folder: Path, tiny_api: TinyApi) -> None:
    variant = {"audience": {"id": "all"}, "scene": "beach", "copy": {"headline": "Hi", "call_to_action": "Go"}}
    briefs = [{"product": {"id": f"m{n}", "image": "mug.png"}, "brand": "b", "variants": [variant]} for n in range(5)]
    (folder / "briefs.yaml").write_text(yaml.safe_dump({"briefs": briefs}))
    ran = run("make", "--brief", folder / "briefs.yaml", "--out", folder / "out", "--json")
    assert ran.exit_code == 0, ran.output
    assert len(json.loads(ran.stdout)["creatives"]) == 10
    assert tiny_api.most_in_hand == 2


def test_without_a_stack_the_next_step_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main.Stack, "base_url", "http://127.0.0.1:9")
    ran = run("formats")
    assert ran.exit_code == 1
    assert "Start the stack with: vitrine up" in ran.stderr


def test_lists(folder: Path) -> None:
    assert "product_ad" in run("workflows").stdout
    assert "iab_leaderboard_728x90" in run("formats").stdout
    assert json.loads(run("formats", "--json").stdout)["packs"]["core"]
    assert json.loads(run("workflows", "--json").stdout)[0]["name"] == "product_ad"


@pytest.mark.parametrize("content", ["- 1", "briefs: [{brand: x}]", "{", "product: {id: mug}"])
def test_a_file_that_holds_no_brief(tmp_path: Path, content: str) -> None:
    (tmp_path / "brief.yaml").write_text(content)
    with pytest.raises(InvalidInput, match=r"brief\.yaml"):
        read_briefs(tmp_path / "brief.yaml")


@pytest.mark.parametrize("size", [(728, 90), (160, 600), (1080, 1920), (50, 50), (970, 250), (1080, 1080)])
def test_shown_sizes_keep_proportions_and_never_blow_up(size: tuple[int, int]) -> None:
    width, height = shown_size(*size)
    assert width <= min(MAX_SHOWN_WIDTH_PX, size[0])
    assert height <= min(MAX_SHOWN_HEIGHT_PX, size[1])
    assert width / height == pytest.approx(size[0] / size[1], rel=0.02)


def test_explain_says_what_led_where(folder: Path) -> None:
    """One table per variant: the customer's sentence, rules, words with their facts, and what was ignored."""
    ran = run("explain", "cr_" + 24 * "0")
    assert ran.exit_code == 0, ran.output
    for text in ("Chosen for the weather.", "weather: rain -> scene", "a [wet] forest", "Let it rain (waterproof)"):
        assert text in ran.stdout
    assert "browsing: no consent was sent" in ran.stdout
