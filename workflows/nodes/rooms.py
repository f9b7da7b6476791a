"""Room renderings as a node."""

from pydantic import TypeAdapter

from services.caption.alt_text import KNOWN, known_alt_text
from services.images import Box, ImageRef, Shape
from services.product.service import SizeCm
from services.room.service import RoomProduct, RoomRequest
from workflows.brief import RoomPhoto
from workflows.creative import Caption, Imagery, MadeBy, PlacedProduct
from workflows.graph import Services, node
from workflows.nodes.captions import language_of

PLACEMENT = {"where", "point", "region", "surface_height_cm", "mirrored"}
KNOWLEDGE = {"known_length", "camera_height_cm", "field_of_view", "in_front", "floor_gloss", "replace"}


@node(version="4", service="room")
async def render_room(
    services: Services, product: ImageRef, size: SizeCm, room: ImageRef, room_photo: RoomPhoto, seed: int
) -> Imagery:
    """Place the cut-out product in a photo of a room at its real size; the photo itself becomes the only plate."""
    placed = RoomProduct(
        image=product,
        width_cm=size.width,
        height_cm=size.height,
        depth_cm=size.depth,
        **{name: getattr(room_photo, name) for name in PLACEMENT},
    )
    known = {name: getattr(room_photo, name) for name in KNOWLEDGE}
    made = await services.generate("room", RoomRequest(room=room, products=(placed,), seed=seed, **known))
    picture = made.images["room"]
    box = TypeAdapter(list[dict[str, object]]).validate_python(made.facts["products"])[0]["box"]
    faces = TypeAdapter(tuple[Box, ...]).validate_python(made.facts["faces"])
    plate = PlacedProduct(image=picture, product_box=_inside(Box.model_validate(box), picture), keep_clear=faces)
    return Imagery(
        made_by=MadeBy.of(made),
        plates={_shape(picture): plate},
        cutout=product,
        preview=picture,
        facts=made.facts,
    )


def _inside(box: Box, picture: ImageRef) -> Box:
    """The part of the product's box that the picture shows."""
    left, top = max(0, box.left), max(0, box.top)
    return Box(left=left, top=top, right=min(picture.width, box.right), bottom=min(picture.height, box.bottom))


def _shape(picture: ImageRef) -> Shape:
    aspect = picture.width / picture.height
    if aspect > 1.15:
        return "landscape"
    return "portrait" if aspect < 0.87 else "square"


@node(version="2", service="room")
async def caption_room(services: Services, imagery: Imagery, title: str, locale: str = "en") -> Caption:
    """Say where the product stands, from the rendering's own facts: the captioner knows generated scenes only."""
    products = TypeAdapter(list[dict[str, object]]).validate_python(imagery.facts["products"])
    place = str(products[0]["place"])
    alt_text = known_alt_text(title, place, language_of(locale))
    return Caption(made_by=imagery.made_by, caption=KNOWN[place], alt_text=alt_text)
