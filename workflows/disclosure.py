"""Disclosure: when a creative must say in words that it was made with AI, and in which words.

Summaries of the law, not advice: EU AI Act article 50(4) asks it of pictures that would falsely appear authentic
(persons who never stood there), New York General Business Law 396-b of synthetic performers. Product scenes are marked
in the file, not in the picture, unless the brief asks for a label.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Jurisdiction = Literal["EU", "US", "US-NY", "US-CA", "UK", "JP", "OTHER"]
REGULATIONS: dict[str, str] = {
    "EU": "Regulation (EU) 2024/1689, article 50(4)",
    "US": "New York General Business Law 396-b, for ads that reach New York",
    "US-NY": "New York General Business Law 396-b",
}
LABELS = {
    "en": "Made with AI",
    "de": "Mit KI erstellt",
    "fr": "Créé avec l’IA",
    "es": "Creado con IA",
    "pt": "Criado com IA",
    "it": "Creato con l’IA",
    "ja": "AIで作成",
    "ar": "صُنع بالذكاء الاصطناعي",
}


class Disclosure(BaseModel):
    """Where an ad runs, and whether its pictures carry a visible label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jurisdictions: tuple[Jurisdiction, ...] = Field((), max_length=7, description="Where the ads will be shown")
    visible_label: Literal["auto", "always"] = Field("auto", description="auto: where the law of these places asks it")


def required_by(disclosure: Disclosure, shows_synthetic_person: bool) -> tuple[str, ...]:
    """The regulations that ask for a visible label."""
    if not shows_synthetic_person:
        return ()
    return tuple(REGULATIONS[place] for place in disclosure.jurisdictions if place in REGULATIONS)


def visible_label(disclosure: Disclosure, shows_synthetic_person: bool, locale: str) -> str:
    """The words of the label in the language of the ad (English where there are none); empty when none is due."""
    is_due = disclosure.visible_label == "always" or required_by(disclosure, shows_synthetic_person)
    return LABELS.get(locale[:2], LABELS["en"]) if is_due else ""
