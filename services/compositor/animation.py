"""Declaration of animations: a finished artwork in motion, as GIF, WebP or MP4."""

from typing import Literal

from pydantic import Field

from services.compositor.artwork import Artwork
from services.contract import GenerateRequest

MotionType = Literal["gif", "webp", "mp4"]
MEDIA_TYPES = {"gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}
LOOP_S = 5.0  # words enter, then the still creative is held
PLAYS = {"gif": 3, "webp": 3, "mp4": 1}  # at most; a film plays once, its player may begin anew
FRAMES_PER_SECOND = {"gif": 5, "webp": 10, "mp4": 25}  # of the moving part; ad networks take GIFs up to 5
MOST_DIFFERENCE = 6.0  # levels of 255 between the last frame and the still creative, mean of 4 x 4 px blocks


class AnimationRequest(GenerateRequest):
    """Paint an artwork in motion. The answer holds the file under ``animation``.

    Facts: ``duration_ms`` of one play, ``plays``, ``frames``, ``frames_per_second`` (highest), ``quality`` (colours of
    a GIF, quality of a WebP, rate factor of an MP4), ``bytes``, and ``difference``: how far the last frame is from the
    still creative, mean of 4 x 4 px blocks in levels of 255.
    """

    artwork: Artwork = Field(description="The finished ad, as layers")
    file_type: MotionType = Field("gif", description="gif and webp play several times, mp4 once")
    plays: int = Field(3, ge=1, le=3, description="Times that a gif or webp plays")
