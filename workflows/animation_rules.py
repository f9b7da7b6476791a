"""Rules of animations: what may move in a format's place, and within which limits. The data is in formats.yaml."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.compositor.animation import LOOP_S, PLAYS, MotionType
from services.lines import Line

MOST_BYTES = 5_000_000_000


class AnimationRules(BaseModel):
    """The limits of one type of moving file. What is None is not known, but for ``max_bytes``: the still's holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shortest_s: float | None = Field(None, ge=0, le=LOOP_S, description="All plays together")
    longest_s: float | None = Field(
        None, ge=LOOP_S, le=86_400, description="All plays together; an animation takes 5 s at least"
    )
    most_plays: int | None = Field(None, ge=1, le=1000)
    most_frames: int | None = Field(None, ge=25, le=100_000)
    most_frames_per_second: float | None = Field(None, ge=5, le=240)
    least_kilobits_per_second: float | None = Field(None, gt=0, le=1_000_000)
    least_bytes: int | None = Field(None, gt=0, le=MOST_BYTES)
    max_bytes: int | None = Field(None, ge=10_000, le=MOST_BYTES, description="Left out: the limit of the still file")
    source: Line = Field("request", max_length=60)
    confidence: Literal["high", "medium", "low"] = "high"
    note: Line = Field("", max_length=200)

    @property
    def is_certain(self) -> bool:
        """Whether a file that keeps these rules may be expected to be taken."""
        return self.longest_s is not None and self.confidence != "low"

    def plays(self, file_type: MotionType) -> int:
        """How often it may play, at most as often as we make it play."""
        limits = [PLAYS[file_type], self.most_plays, self.longest_s and int(self.longest_s / LOOP_S)]
        return min(limit for limit in limits if limit)


def unknown_rules(file_types: Sequence[str]) -> dict[MotionType, AnimationRules]:
    """For a place that nothing is known of: films, and the moving kinds of the pictures that it takes."""
    moving: Iterable[MotionType] = ("gif", "webp", "mp4")
    return {name: AnimationRules(confidence="low") for name in moving if name == "mp4" or name in file_types}
