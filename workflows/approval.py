"""Approval: creatives of a brand that demands it wait for a person; until then nobody gets a URL of them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.lines import Line


class Approval(BaseModel):
    """Where a job's creatives stand. ``not_needed`` unless the brand kit or the brief asks for approval."""

    model_config = ConfigDict(frozen=True)

    state: Literal["not_needed", "pending_approval", "approved", "rejected"] = "not_needed"
    reason: str = ""
    decided_at: datetime | None = None

    @property
    def is_released(self) -> bool:
        """Whether the creatives may have URLs."""
        return self.state in ("not_needed", "approved")


class Decision(BaseModel):
    """What a person decides; a rejection says why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Literal["approve", "reject"]
    reason: Line = Field("", max_length=500)

    @model_validator(mode="after")
    def _check(self) -> "Decision":
        if self.decision == "reject" and not self.reason:
            raise ValueError("a rejection needs a reason")
        return self

    def approval(self, now: datetime) -> Approval:
        """The state that it leads to."""
        state: Literal["approved", "rejected"] = "approved" if self.decision == "approve" else "rejected"
        return Approval(state=state, reason=self.reason, decided_at=now)
