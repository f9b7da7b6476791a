"""What is known of the reader and the moment: signals, and a pseudonymous customer. Nothing here names a person."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.lines import Line, Slug

_FROZEN = ConfigDict(frozen=True, extra="forbid")
Category = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_ -]{0,59}$")]
Weather = Literal["clear", "cloudy", "rain", "storm", "snow", "fog", "wind"]
Season = Literal["spring", "summer", "autumn", "winter"]
MAX_ATTRIBUTES = 10_000

CONTEXT = ("weather", "temperature_c", "season", "local_time", "region", "device")
PROFILE = ("browsing", "purchases", "recency_days", "personal_impressions")


class Signals(BaseModel):
    """The moment (context: of the place and hour, not of a person) and recent interests (profile: needs consent)."""

    model_config = _FROZEN

    weather: Weather | None = None
    temperature_c: float | None = Field(None, ge=-60, le=60)
    season: Season | None = None
    local_time: str = Field("", pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$", description="HH:MM where the reader is")
    region: str = Field("", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$", description="ISO 3166-2; nothing finer is taken")
    device: Literal["", "phone", "tablet", "desktop", "tv"] = ""
    browsing: tuple[Category, ...] = Field((), max_length=200, description="Categories looked at, not pages")
    purchases: tuple[Category, ...] = Field((), max_length=200, description="Categories bought, not items")
    recency_days: float | None = Field(None, ge=0, le=3650, description="Since the last of these")
    personal_impressions: int | None = Field(
        None, ge=0, le=10_000, description="How often ads chosen by interests met this reader in the last 24 hours"
    )


class Customer(BaseModel):
    """A pseudonymous profile. Attributes that no policy reads are ignored and listed."""

    model_config = _FROZEN

    id: Slug = Field("anonymous", description="A pseudonym; never a name or an address")
    attributes: dict[Annotated[Line, Field(min_length=1, max_length=60)], str | bool | int | float] = Field(
        default_factory=dict, max_length=MAX_ATTRIBUTES
    )


def contradictions(signals: Signals) -> dict[str, str]:
    """Signals that cannot be true together: name -> why. None of them is used, since nobody knows which is wrong."""
    found: dict[str, str] = {}
    warmth, weather, season = signals.temperature_c, signals.weather, signals.season
    if weather == "snow" and warmth is not None and warmth > 8:
        found |= dict.fromkeys(("weather", "temperature_c"), f"snow and {warmth:g} °C contradict each other")
    if weather == "rain" and warmth is not None and warmth < -10:
        found |= dict.fromkeys(("weather", "temperature_c"), f"rain and {warmth:g} °C contradict each other")
    if weather == "snow" and season == "summer":
        found |= dict.fromkeys(("weather", "season"), "snow and summer contradict each other")
    if season == "summer" and warmth is not None and warmth < -5:
        found |= dict.fromkeys(("season", "temperature_c"), f"summer and {warmth:g} °C contradict each other")
    if season == "winter" and warmth is not None and warmth > 32:
        found |= dict.fromkeys(("season", "temperature_c"), f"winter and {warmth:g} °C contradict each other")
    return found


def daypart(local_time: str) -> str:
    """morning 5-11, day 11-17, evening 17-22, night; empty when the time is not known."""
    if not local_time:
        return ""
    hour = int(local_time[:2])
    return "morning" if 5 <= hour < 11 else "day" if 11 <= hour < 17 else "evening" if 17 <= hour < 22 else "night"


def warmth(temperature_c: float | None) -> str:
    """cold below 8 °C, hot from 25 °C, else mild; empty when not known."""
    if temperature_c is None:
        return ""
    return "cold" if temperature_c < 8 else "hot" if temperature_c >= 25 else "mild"
