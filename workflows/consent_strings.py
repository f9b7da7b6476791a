"""Decoders of consent strings: IAB TCF v2 (core segment), and GPP's header with the EU and US sections.

Only the fields that decide about personalised ads are read, in bounded time, and a string that ends too early is an
error. (The package iab-tcf reads past the end and takes minutes for a string made for it; tests compare with it.)
Sources: IAB Europe TCF v2.2 "Consent string and vendor list formats"; IAB Tech Lab GPP "Consent string specification"
and the US section specifications.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

MAX_CHARACTERS = 8192
_ALPHABET = re.compile(r"^[A-Za-z0-9_-]*$")
GPP_EU, GPP_USP = 2, 6
# Section id -> how many bits come before the opt-outs (sale, sharing, targeting), and how many of these there are.
# usnat and usca also opt out of sharing. Notices are 2 bits each after the 6 of the version.
US_OPT_OUTS = {7: (18, 3), 8: (12, 2), 9: (12, 2), 10: (12, 2), 11: (14, 2), 12: (12, 2)}
US_NAMES = {7: "usnat", 8: "usca", 9: "usva", 10: "usco", 11: "usut", 12: "usct"}
# (section, version) -> where the 2-bit fields on known children are: first bit, count. Other versions are not read.
US_CHILD = {
    (7, 1): (48, 2), (7, 2): (56, 3), (8, 1): (34, 2), (9, 1): (32, 1),
    (10, 1): (30, 1), (11, 1): (34, 1), (12, 1): (32, 3),
}  # fmt: skip


class MalformedConsent(ValueError):
    """A consent string that is not what it claims to be."""


class Bits:
    """Reads a base64url string bit by bit; never past its end."""

    def __init__(self, text: str) -> None:
        if not _ALPHABET.match(text) or len(text) > MAX_CHARACTERS:
            raise MalformedConsent("it is not base64url, or too long")
        padded = text + "A" * (-len(text) % 4)  # GPP pads to 6 bits only; A is zero bits
        try:
            data = base64.urlsafe_b64decode(padded)
        except (binascii.Error, ValueError):
            raise MalformedConsent("it is not base64url") from None
        self._bits = "".join(f"{byte:08b}" for byte in data)[: 6 * len(text)]
        self._at = 0

    def integer(self, width: int) -> int:
        if self._at + width > len(self._bits):
            raise MalformedConsent("it ends too early")
        self._at += width
        return int(self._bits[self._at - width : self._at], 2)

    def flags(self, count: int) -> set[int]:
        """The 1-based numbers of the bits that are set."""
        return {number for number in range(1, count + 1) if self.integer(1)}

    def skip_to(self, position: int) -> None:
        self._at = position

    def fibonacci(self) -> int:
        """A Fibonacci-coded integer from 1 up: bits weigh 1, 2, 3, 5, 8 … and two set bits end it."""
        value, weight, next_weight, before = 0, 1, 2, 0
        for _ in range(32):
            bit = self.integer(1)
            if bit and before:
                return value
            value += weight * bit
            weight, next_weight, before = next_weight, weight + next_weight, bit
        raise MalformedConsent("it has an endless number")


@dataclass(frozen=True)
class TcfConsent:
    """The core of a TCF v2 string."""

    last_updated: datetime
    purposes: frozenset[int]
    vendors: frozenset[int]


def decode_tcf(text: str) -> TcfConsent:
    """Raises MalformedConsent."""
    bits = Bits(text.split(".")[0])
    if bits.integer(6) != 2:
        raise MalformedConsent("it is not version 2")
    bits.integer(36)
    updated = bits.integer(36) / 10
    bits.skip_to(152)
    purposes = bits.flags(24)
    bits.skip_to(213)
    return TcfConsent(datetime.fromtimestamp(updated, UTC), frozenset(purposes), frozenset(_vendors(bits)))


def _vendors(bits: Bits) -> set[int]:
    """A vendor section: a bit field, or at most 4095 ranges of ids up to 65535."""
    most = bits.integer(16)
    if not bits.integer(1):
        return bits.flags(most)
    found: set[int] = set()
    for _ in range(bits.integer(12)):
        is_range, start = bits.integer(1), bits.integer(16)
        end = bits.integer(16) if is_range else start
        if not start <= end <= most:
            raise MalformedConsent("it has a vendor range that ends before it starts, or beyond the last vendor")
        found.update(range(start, end + 1))
        if len(found) > most:
            raise MalformedConsent("it has more vendors than it says")
    return found


@dataclass(frozen=True)
class UsOptOut:
    """What a US section says of one reader."""

    section: str
    opted_out: bool
    is_child: bool


def decode_gpp(text: str) -> tuple[TcfConsent | None, list[UsOptOut], list[str]]:
    """The EU consent, the US sections, and the names of sections that are not read. Raises MalformedConsent."""
    header, *sections = text.split("~")
    ids = _section_ids(Bits(header))
    if len(ids) != len(sections):
        raise MalformedConsent(f"its header names {len(ids)} sections, it has {len(sections)}")
    by_id = dict(zip(ids, sections, strict=True))
    european = decode_tcf(by_id[GPP_EU]) if GPP_EU in by_id else None
    american = [_us_section(number, part) for number, part in by_id.items() if number in US_OPT_OUTS]
    american += [_usp(by_id[GPP_USP])] if GPP_USP in by_id else []
    unread = [f"section {number}" for number in ids if number not in (GPP_EU, GPP_USP, *US_OPT_OUTS)]
    return european, american, unread


def _section_ids(bits: Bits) -> list[int]:
    if bits.integer(6) != 3 or bits.integer(6) != 1:
        raise MalformedConsent("it has no GPP header of version 1")
    ids: list[int] = []
    last = 0
    for _ in range(min(bits.integer(12), 64)):
        is_range = bits.integer(1)
        start = last + bits.fibonacci()
        end = start + bits.fibonacci() if is_range else start
        if end > 64:
            raise MalformedConsent("it names a section beyond 64")
        ids.extend(range(start, end + 1))
        last = end
    return ids


def _us_section(number: int, text: str) -> UsOptOut:
    """Values: 0 not applicable, 1 opted out, 2 did not opt out. A Global Privacy Control bit counts as opting out."""
    core, *extra = text.split(".")
    bits = Bits(core)
    version = bits.integer(6)
    if (number, version) not in US_CHILD:
        raise MalformedConsent(f"section {number} is of unknown version {version}")
    start, count = US_OPT_OUTS[number]
    bits.skip_to(start)
    opted_out = any(bits.integer(2) == 1 for _ in range(count))
    first, children = US_CHILD[number, version]
    bits.skip_to(first)
    is_child = any(bits.integer(2) != 0 for _ in range(children))
    return UsOptOut(US_NAMES[number], opted_out or any(_has_privacy_control(part) for part in extra), is_child)


def _has_privacy_control(text: str) -> bool:
    bits = Bits(text)
    return bits.integer(2) == 1 and bits.integer(1) == 1


def _usp(text: str) -> UsOptOut:
    """The older US Privacy string, e.g. 1YNN: version, notice given, opted out of sale, covered by LSPA."""
    if not re.match(r"^1[YN-]{3}$", text):
        raise MalformedConsent("its US Privacy section is not like 1YNN")
    return UsOptOut("uspv1", text[2] == "Y", False)
