"""Animation as a node: the finished ads of a variant in motion, as far as the brief asks for it."""

from services.compositor.animation import MotionType
from services.compositor.artwork import Artwork
from services.errors import EncoderMissing, InvalidInput, TooLarge
from workflows.animation import make_reel
from workflows.brief import Motion
from workflows.creative import Composition, FormatFailure, MadeBy, Reel, Reels
from workflows.format import Format
from workflows.graph import Services, node

_OF_ONE_TYPE = (EncoderMissing, InvalidInput, TooLarge)  # the next type that the format takes may still do


@node(version="1", service="compositor")
async def animate_creatives(
    services: Services, creatives: Composition, formats: tuple[Format, ...], motion: Motion | None
) -> Reels:
    """Make every ad move whose format takes one of the types; the others stay stills."""
    by_id = {format.id: format for format in formats}
    reels: dict[str, Reel] = {}
    failures: dict[str, FormatFailure] = {}
    for name, layout in creatives.layouts.items():
        format = by_id[layout.format]
        asked = dict.fromkeys(motion.types if motion else ())
        types = [file_type for file_type in asked if file_type in format.animations]
        made = await _first_possible(services, layout.artwork, format, types)
        if isinstance(made, Reel):
            reels[name] = made
        elif made:
            failures[name] = FormatFailure(code=made.code, detail=str(made), status=made.status)
    spent = {"generate": sum(reel.spent_ms for reel in reels.values())}
    return Reels(made_by=MadeBy(service="", checkpoint="", seed=0, timings_ms=spent), reels=reels, failures=failures)


async def _first_possible(
    services: Services, artwork: Artwork, format: Format, types: list[MotionType]
) -> Reel | EncoderMissing | InvalidInput | TooLarge | None:
    """The first type that can be made, else why the last one could not; None where there is none to try."""
    problem = None
    for file_type in types:
        try:
            return await make_reel(services, artwork, format, file_type)
        except _OF_ONE_TYPE as error:
            problem = error
    return problem
