"""``vitrine brands``: the brand kits of this installation, and new ones from an AdCP brand.json."""

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from services.errors import InvalidInput
from workflows.brand_json import make_kit, read_brand_json, write_brand
from workflows.brand_kit import BRANDS, known_families, load_brands
from workflows.brand_logos import make_logos
from workflows.cli import screen

app = typer.Typer(no_args_is_help=True, help="Brand kits: list, import.")


@app.command("list")
def list_all() -> None:
    """List every brand kit; one that does not fit is named with the place."""
    with screen.errors_as_sentences():
        grid = screen.table("id", "name", "look", "fonts", "approval")
        for kit in load_brands().values():
            grid.add_row(kit.id, kit.name, kit.look, f"{kit.fonts.headline}, {kit.fonts.body}", kit.approval)
        screen.out.print(grid)


@app.command("import")
def import_brand(
    file: Annotated[Path, typer.Argument(help="A brand.json of the Ad Context Protocol.")],
    brand: Annotated[str, typer.Option(help="Its id in the file, where there are several.")] = "",
    logos: Annotated[
        Path | None, typer.Option(help="Folder with the logos as PNG; beside the file if left out.")
    ] = None,
    into: Annotated[Path, typer.Option(help="Where brand folders stand.")] = BRANDS,
) -> None:
    """Make a brand kit from a brand.json. Nothing is fetched: logos are read from files named as in their addresses."""
    with screen.errors_as_sentences():
        try:
            data = json_text.loads(file.read_text("utf-8"))
        except ValueError:
            raise InvalidInput(file.name, "it is not JSON in UTF-8") from None
        entry = read_brand_json(data, brand)
        folder = into / entry.id
        if folder.exists():
            raise InvalidInput("brand", f"{folder} exists already; move it away first")
        write_brand(make_kit(entry, known_families()), make_logos(entry, logos or file.parent), folder)
    screen.out.print(
        f"Brand {entry.id} is in {folder}. Look at brand.yaml: look, voice and button are yours to choose."
    )
