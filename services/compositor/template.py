"""Templates: layouts as data. What the YAML files under assets/templates may say, and which one suits a canvas."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from services.compositor.service import Canvas, Crop, Look
from services.errors import InvalidConfiguration
from services.images import SHAPES, Shape

Role = Literal["headline", "body", "call_to_action", "price", "rating", "logo"]
ROLES: tuple[Role, ...] = get_args(Role)
Side = Literal["left", "top", "right", "bottom"]
Colour = Literal["primary", "background"]
NEARNESS: dict[Crop, float] = {"close": 1.25, "usual": 1.0, "wide": 0.8}
MOST_FILL = 0.92  # of the region that a product taken closer may take
_EDGE = re.compile(r"^([a-z]+(?:_[a-z]+)?)(?:\s*([+-])\s*(\d*\.?\d+))?$")
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Edge(BaseModel):
    """A line to lay out against: an anchor, moved by a fraction of the canvas's short side.

    Anchors: ``left top right bottom`` (inside margin and safe zone), and the sides of ``canvas_``, ``picture_``,
    ``product_`` and of groups that stand earlier, e.g. ``product_top``.
    """

    model_config = _FROZEN

    anchor: str
    offset: float = 0


def _parse_edge(value: Any) -> Any:
    match = _EDGE.match(value) if isinstance(value, str) else None
    if not match:
        raise ValueError("an edge is written like 'left' or 'product_top - 0.03'")
    anchor, sign, offset = match.groups()
    return Edge(anchor=anchor, offset=float(f"{sign or '+'}{offset or 0}"))


EdgeText = Annotated[Edge, BeforeValidator(_parse_edge)]


class Region(BaseModel):
    """A rectangle between four edges."""

    model_config = _FROZEN

    left: EdgeText
    top: EdgeText
    right: EdgeText
    bottom: EdgeText


CANVAS = Region.model_validate({side: f"canvas_{side}" for side in ("left", "top", "right", "bottom")})


class Camera(BaseModel):
    """How the plate is cropped into the picture region.

    ``centre`` and ``base`` say where in the region the product's axis and its foot should stand, as fractions.
    ``fill`` is the largest share of the region's width and height that the product may take; without it the crop is
    as wide as the plate allows, divided by ``zoom``.
    """

    model_config = _FROZEN

    plates: tuple[Shape, ...] = SHAPES
    centre: float = Field(0.5, ge=0, le=1)
    base: float = Field(0.82, ge=0, le=1)
    fill: tuple[float, float] | None = None
    zoom: float = Field(1.0, ge=1, le=2)

    def at(self, crop: Crop) -> "Camera":
        """The same camera nearer to the product or farther away, never so near that it cuts the product off."""
        nearness = NEARNESS[crop]
        fill = self.fill and tuple(min(share * nearness, max(share, MOST_FILL)) for share in self.fill)
        return self.model_copy(update={"fill": fill, "zoom": min(2.0, max(1.0, self.zoom * nearness))})


class Size(BaseModel):
    """Smallest and largest size of a role: type size, or height of the logo.

    ``least`` and ``most`` are fractions of the short side; ``least_px`` is never undercut.
    """

    model_config = _FROZEN

    least: float = Field(gt=0, le=1)
    most: float = Field(gt=0, le=1)
    least_px: float = 11

    def at(self, scale: float, short_px: int) -> float:
        """Px at ``scale`` 0 (smallest) to 1 (largest)."""
        return max(self.least_px, short_px * (self.least + (self.most - self.least) * scale))


class Item(BaseModel):
    """One thing in a group: a role, or a row of roles."""

    model_config = _FROZEN

    role: Role | None = None
    row: tuple["Item", ...] = ()
    gap: float = Field(0, ge=0, description="Space before it, in body type sizes")
    lines: int = Field(1, ge=1, le=8, description="Most lines of text")
    drop: int = Field(0, ge=0, description="0 = never; otherwise the lowest number is dropped first")
    push: bool = Field(False, description="It and what follows stand at the far end")
    stretch: bool = Field(False, description="A button takes the whole width")

    @model_validator(mode="after")
    def _check(self) -> "Item":
        if (self.role is None) == (not self.row):
            raise ValueError("an item has either a role or a row")
        return self

    def leaves(self) -> Iterator["Item"]:
        """This item, or the items of its row."""
        yield from self.row or (self,)


class Group(BaseModel):
    """A column of items in one region; they share one scale and one ink."""

    model_config = _FROZEN

    name: str = Field("", pattern=r"^[a-z]*$", description="Later groups may use its sides as anchors: <name>_left …")
    region: Region
    items: tuple[Item, ...] = Field(min_length=1)
    align: Literal["start", "centre", "end"] = "start"
    justify: Literal["start", "centre", "end"] = "start"
    comfortable: float = Field(0.35, ge=0, le=1, description="Below this scale, drop something before shrinking on")
    scrim: Side | None = Field(None, description="The side a scrim may grow from when contrast needs it")

    def leaves(self) -> Iterator[Item]:
        """Every role of the group, in reading order."""
        for item in self.items:
            yield from item.leaves()


class Panel(BaseModel):
    """A quiet ground of one brand colour."""

    model_config = _FROZEN

    region: Region
    colour: Colour = "background"
    hairline: bool = Field(True, description="1 px line around the canvas, so that pale ads end somewhere")


class Template(BaseModel):
    """One layout: where picture, panel and groups stand, for canvases of some ratios (width / height) and sizes."""

    model_config = _FROZEN

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    look: Look = "quiet"
    ratios: tuple[float, float]
    short_sides: tuple[float, float] = Field((0, 1e9), description="px")
    margin: float = Field(description="Of the short side")
    margin_px: float = Field(6, description="Least margin")
    picture: Region = CANVAS
    camera: Camera = Camera()
    panel: Panel | None = None
    sizes: dict[Role, Size]
    groups: tuple[Group, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_anchors(self) -> "Template":
        known = {*get_args(Side), *_sides_of("canvas")}
        _check_edges("picture", self.picture, known)
        known |= _sides_of("picture") | _sides_of("product")
        for group in self.groups:
            roles = ", ".join(item.role for item in group.leaves() if item.role)
            _check_edges(f"the group of {roles}", group.region, known)
            known |= _sides_of(group.name) if group.name else set()
        return self

    @model_validator(mode="after")
    def _check(self) -> "Template":
        roles = [item.role for item in self.leaves() if item.role]
        unsized = {*roles, "body"} - {*self.sizes, "rating"}
        if unsized or len(roles) != len(set(roles)):
            raise ValueError(f"each role stands once and has a size; roles {roles}, without size {sorted(unsized)}")
        return self

    def leaves(self) -> Iterator[Item]:
        """Every role of the template."""
        for group in self.groups:
            yield from group.leaves()

    def size(self, role: Role) -> Size:
        """How large a role may be; a rating is set like the body unless the template says otherwise."""
        return self.sizes[role] if role in self.sizes else self.sizes["body"]

    def suits(self, canvas: Canvas) -> bool:
        """Whether this layout is meant for a canvas of this ratio and size."""
        ratio, short_px = canvas.width / canvas.height, min(canvas.width, canvas.height)
        return self.ratios[0] <= ratio < self.ratios[1] and self.short_sides[0] <= short_px < self.short_sides[1]


def _sides_of(name: str) -> set[str]:
    return {f"{name}_{side}" for side in get_args(Side)}


def _check_edges(layer: str, region: Region, known: set[str]) -> None:
    unknown = [edge.anchor for _, edge in region if edge.anchor not in known]
    if unknown:
        raise ValueError(f"{layer} is laid out against {unknown[0]!r}; there are {', '.join(sorted(known))}")


def load_templates(folder: Path) -> tuple[Template, ...]:
    """Every template of a folder, by file name and then in the order of the file: earlier ones are preferred.

    Raises:
        InvalidConfiguration: a file that does not fit, with the place.
    """
    return tuple(template for path in sorted(folder.glob("*.yaml")) for template in _load_file(path))


def _load_file(path: Path) -> Iterable[Template]:
    for index, data in enumerate(yaml.safe_load(path.read_text())):
        try:
            yield Template.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            name = data.get("name", index) if isinstance(data, dict) else index
            where = ".".join(map(str, first["loc"]))
            raise InvalidConfiguration(f"{path.name} {name} {where}".strip(), first["type"], first["msg"]) from None
