"""Synthetic readers for cold start, load tests and audits: seeded, from the distributions below, no real people.

Region, month and hour are independent; weather and temperature follow region and month; interests follow a Zipf law
and lean with the declared segment as far as ``lean`` says (0: not at all). Reader n of a seed is the same everywhere.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

SEGMENTS = {"age_18_29": 0.24, "age_30_44": 0.28, "age_45_59": 0.26, "age_60_up": 0.22}
DEVICES = {"phone": 0.62, "desktop": 0.25, "tablet": 0.08, "tv": 0.05}
HOURS = {6: 2, 7: 5, 8: 6, 9: 4, 10: 3, 12: 5, 13: 4, 15: 3, 17: 5, 18: 6, 19: 8, 20: 9, 21: 8, 22: 5, 23: 2}
INTERESTS = ("cooking", "hiking", "furniture", "coffee", "camping", "lighting", "tea", "trail running", "home textiles",
             "tableware", "gardening", "cycling", "reading", "photography")  # fmt: skip
LEANS = {  # how much likelier a segment is to have an interest when ``lean`` is 1
    "age_18_29": {"trail running": 3.0, "camping": 2.0, "coffee": 2.0},
    "age_30_44": {"cooking": 2.0, "tableware": 2.0},
    "age_45_59": {"furniture": 2.0, "lighting": 2.0},
    "age_60_up": {"gardening": 3.0, "home textiles": 3.0, "tea": 2.0},
}
CONSENT_SHARE = 0.55  # of readers who agree to a profile
INTEREST_SHARE = 0.7  # of readers of whom any interest is known
BUYER_SHARE = 0.3
MEAN_INTERESTS = 2.5
MEAN_RECENCY_D = 9.0


@dataclass(frozen=True)
class Climate:
    """A region's year: mean temperature of January and July in °C, and the share of wet days in each."""

    january_c: float
    july_c: float
    january_wet: float
    july_wet: float


CLIMATES = {  # rounded from the regions' published climate normals
    "US-WA": Climate(6, 19, 0.6, 0.15),
    "US-AZ": Climate(14, 35, 0.1, 0.12),
    "DE-BE": Climate(1, 20, 0.5, 0.45),
    "FR-IDF": Climate(5, 21, 0.5, 0.35),
    "JP-13": Climate(5, 26, 0.15, 0.5),
    "BR-SP": Climate(23, 17, 0.6, 0.15),
    "AE-DU": Climate(19, 36, 0.1, 0.01),
    "NO-03": Climate(-4, 18, 0.5, 0.4),
}


def make_persona(number: int, seed: int = 0, lean: float = 0.0) -> dict[str, Any]:
    """Reader number n as a variant of a brief: audience (the declared segment), signals, consent, seed."""
    dice = random.Random(f"{seed}/{number}")
    segment = dice.choices(list(SEGMENTS), list(SEGMENTS.values()))[0]
    region, month = dice.choice(list(CLIMATES)), dice.randint(1, 12)
    signals = {
        "region": region,
        "season": season(region, month),
        "local_time": f"{dice.choices(list(HOURS), list(HOURS.values()))[0]:02d}:{dice.randrange(60):02d}",
        "device": dice.choices(list(DEVICES), list(DEVICES.values()))[0],
        **_weather(dice, CLIMATES[region], month),
    }
    if dice.random() < INTEREST_SHARE:
        signals |= _interests(dice, segment, lean)
    persona = {"audience": {"id": segment}, "signals": signals, "seed": dice.randrange(2**31)}
    if dice.random() < CONSENT_SHARE:
        persona["signal_consent"] = {"granted": ["profile"]}
    return persona


def make_personas(count: int, seed: int = 0, lean: float = 0.0) -> Iterator[dict[str, Any]]:
    return (make_persona(number, seed, lean) for number in range(count))


def season(region: str, month: int) -> str:
    """The meteorological season; south of the equator half a year later."""
    is_south = CLIMATES[region].january_c > CLIMATES[region].july_c
    return ("winter", "spring", "summer", "autumn")[(month % 12 // 3 + 2 * is_south) % 4]


def _weather(dice: random.Random, climate: Climate, month: int) -> dict[str, Any]:
    """Temperature and weather of a day: between January and July by the time of year, with 4 °C of spread."""
    day = (date(2001, month, 15) - date(2001, 1, 15)).days / 365
    july = 2 * min(day, 1 - day)  # 0 in mid-January, about 1 in mid-July
    temperature = dice.gauss(climate.january_c + (climate.july_c - climate.january_c) * july, 4)
    is_wet = dice.random() < climate.january_wet + (climate.july_wet - climate.january_wet) * july
    dry = dice.choices(("clear", "cloudy"), (0.6, 0.4))[0]
    wet = "snow" if temperature < 0 else "rain"
    return {"temperature_c": round(temperature, 1), "weather": wet if is_wet else dry}


def _interests(dice: random.Random, segment: str, lean: float) -> dict[str, Any]:
    weights = [(1 + lean * (LEANS[segment].get(name, 1.0) - 1)) / rank for rank, name in enumerate(INTERESTS, start=1)]
    count = 1 + min(int(dice.expovariate(1 / MEAN_INTERESTS)), 10)
    found: dict[str, Any] = {"browsing": dice.choices(INTERESTS, weights, k=count)}
    if dice.random() < BUYER_SHARE:
        found["purchases"] = dice.choices(INTERESTS, weights)
    return found | {"recency_days": round(dice.expovariate(1 / MEAN_RECENCY_D), 1)}
