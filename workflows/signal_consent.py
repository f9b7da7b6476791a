"""Whether a reader's profile may be used: consent strings or a consent object, refusing when in doubt."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workflows.consent_strings import MAX_CHARACTERS, MalformedConsent, TcfConsent, decode_gpp, decode_tcf

_FROZEN = ConfigDict(frozen=True, extra="forbid")
TCF_LIFE = timedelta(days=396)  # IAB Europe: a choice is asked for again after 13 months at the latest
TCF_PURPOSES = {1: "storage", 3: "create ad profiles", 4: "select personalised ads"}
CLOCK_SKEW = timedelta(days=1)


class SignalConsent(BaseModel):
    """What the reader agreed to. Several may be sent; every one of them has to allow what is done."""

    model_config = _FROZEN

    tcf: str = Field("", max_length=MAX_CHARACTERS, description="IAB TCF v2 string")
    gpp: str = Field("", max_length=MAX_CHARACTERS, description="IAB GPP string, with its EU or US sections")
    vendor: int | None = Field(None, ge=1, le=65_535, description="TCF vendor id that must have consent too")
    granted: tuple[Literal["profile"], ...] | None = Field(None, description="Your own record: what was agreed to")
    expires_at: datetime | None = Field(None, description="When your own record ends")


class ConsentReport(BaseModel):
    """What was decided, on which ground."""

    model_config = _FROZEN

    profile: bool
    basis: str
    reason: str = ""


def judge_consent(consent: SignalConsent | None, at: datetime) -> ConsentReport:
    """Whether profile signals may be used at a time (with a zone). Without any consent, and when in doubt: no.

    Context (weather, season, hour, region, device) says nothing of a person and needs none.
    """
    if consent is None or not (consent.tcf or consent.gpp or consent.granted is not None):
        return ConsentReport(profile=False, basis="none", reason="no consent was sent")
    grounds: list[str] = []
    try:
        refusal = _refusal(consent, at, grounds)
    except MalformedConsent as error:
        return ConsentReport(profile=False, basis="malformed", reason=f"the consent string cannot be read: {error}")
    return ConsentReport(profile=not refusal, basis=", ".join(grounds), reason=refusal)


def _refusal(consent: SignalConsent, at: datetime, grounds: list[str]) -> str:
    """Why not, or empty; adds what was looked at to ``grounds``."""
    refusals: list[str] = []
    if consent.granted is not None:
        grounds.append("consent object")
        refusals.append(_object_refusal(consent, at))
    if consent.tcf:
        grounds.append("TCF")
        refusals.append(_tcf_refusal(decode_tcf(consent.tcf), consent.vendor, at))
    if consent.gpp:
        european, american, unread = decode_gpp(consent.gpp)
        grounds.extend(["GPP", *(section.section for section in american)])
        if european:
            refusals.append(_tcf_refusal(european, consent.vendor, at))
        refusals.extend(f"{one.section} says the reader is a child" for one in american if one.is_child)
        refusals.extend(f"opted out in {one.section}" for one in american if one.opted_out)
        refusals.extend(f"GPP {name} is not understood" for name in unread)
    return next((refusal for refusal in refusals if refusal), "")


def _object_refusal(consent: SignalConsent, at: datetime) -> str:
    if "profile" not in (consent.granted or ()):
        return "profile was not granted"
    if consent.expires_at and _with_zone(consent.expires_at) <= at:
        return f"consent expired on {consent.expires_at.date()}"
    return ""


def _tcf_refusal(tcf: TcfConsent, vendor: int | None, at: datetime) -> str:
    missing = [f"{number} ({TCF_PURPOSES[number]})" for number in TCF_PURPOSES if number not in tcf.purposes]
    if missing:
        return f"no consent to TCF purpose {', '.join(missing)}"
    if vendor is not None and vendor not in tcf.vendors:
        return f"no consent to TCF vendor {vendor}"
    if at - tcf.last_updated > TCF_LIFE:
        return f"TCF consent expired: last updated {tcf.last_updated.date()}"
    if tcf.last_updated - at > CLOCK_SKEW:
        return "the TCF string is from the future"
    return ""


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
