"""Revisions: a finished job made again with other words or colours. Its pictures are known, so no model runs."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.errors import Conflict, UnknownName
from services.lines import Line
from workflows.brand_kit import StyleChange
from workflows.brief import Brief, Copy, Variant
from workflows.creative import Creative

_FROZEN = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class CopyChange(BaseModel):
    """The words to set otherwise; what is left out stays."""

    model_config = _FROZEN

    headline: Line | None = Field(None, min_length=1, max_length=60)
    body: Line | None = Field(None, max_length=140)
    call_to_action: Line | None = Field(None, min_length=1, max_length=24)
    short_headline: Line | None = Field(None, max_length=60)
    long_headline: Line | None = Field(None, max_length=90)
    badge: Line | None = Field(None, max_length=14, description="Empty: none")


class Revision(BaseModel):
    """What is to change: words by variant (its audience's id), and values of the style for all of them."""

    model_config = _FROZEN

    words: dict[str, CopyChange] = Field({}, alias="copy", max_length=20)
    style: StyleChange = StyleChange()


class Difference(BaseModel):
    """One changed value."""

    model_config = ConfigDict(frozen=True)

    path: str
    before: Any
    after: Any


def revise(brief: Brief, creatives: tuple[Creative, ...], revision: Revision) -> tuple[Brief, tuple[Difference, ...]]:
    """The brief of the revision, and what differs. Every variant keeps the words that were used, but those changed.

    Raises:
        UnknownName: a variant that has no creatives.
        Conflict: nothing would change.
    """
    last = {int(creative.id[:2]) - 1: creative for creative in creatives}  # ids begin with the variant's number
    audiences = {creative.variant for creative in creatives}
    unknown = next((name for name in revision.words if name not in audiences), None)
    if unknown is not None:
        raise UnknownName("variant with creatives", unknown, ", ".join(sorted(audiences)))
    pairs = [(_as_made(brief.variants[number], last[number]), revision) for number in sorted(last)]
    variants = tuple(_with_words(variant, change) for variant, change in pairs)
    style = brief.style.model_copy(update=revision.style.model_dump(exclude_none=True))
    words = [
        found
        for (before, _), after in zip(pairs, variants, strict=True)
        for found in _compare(f"copy.{before.audience.id}", before.words, after.words)
    ]
    differences = (*words, *_compare("style", brief.style, style))
    if not differences:
        raise Conflict("Revision", "it changes nothing; name a word or a colour that is to be different")
    return brief.model_copy(update={"variants": variants, "style": style}), differences


def _as_made(variant: Variant, creative: Creative) -> Variant:
    """The variant with the words and the scene that were really used."""
    words = Copy.model_validate(creative.copy_text)
    return variant.model_copy(update={"words": words, "scene": creative.scene})


def _with_words(variant: Variant, revision: Revision) -> Variant:
    """A new headline takes the place of the short and the long one too, where these are not given anew."""
    change = revision.words.get(variant.audience.id, CopyChange()).model_dump(exclude_none=True)
    assert variant.words
    if "headline" in change:
        change = {"short_headline": "", "long_headline": ""} | change
    return variant.model_copy(update={"words": variant.words.model_copy(update=change)})


def _compare(path: str, before: BaseModel | None, after: BaseModel | None) -> list[Difference]:
    old, new = (model.model_dump() if model else {} for model in (before, after))
    return [
        Difference(path=f"{path}.{part}", before=value, after=new[part])
        for part, value in old.items()
        if value != new[part]
    ]
