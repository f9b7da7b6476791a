"""What is written into files in the clear: IPTC's digital source type as XMP, and nothing else."""

import re
from typing import Literal

DigitalSource = Literal[
    "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeCapture", "digitalCreation"
]
SOURCE_URL = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="{url}"/></rdf:RDF></x:xmpmeta>'
)
_FOUND = re.compile(rb"DigitalSourceType(?:=\"|>)http://cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]{1,60})")


def xmp(source: DigitalSource) -> bytes:
    """The XMP packet for a file."""
    return _XMP.format(url=SOURCE_URL + source).encode()


def read_digital_source(data: bytes) -> str:
    """The digital source type that stands in a file in the clear; empty when none does."""
    found = _FOUND.search(data)
    return found[1].decode() if found else ""


def gif_block(data: bytes, packet: bytes) -> bytes:
    """A GIF file with an XMP packet as its first application extension (XMP specification part 3, section 1.1.2)."""
    palette_bytes = 3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0
    start = 13 + palette_bytes
    trailer = bytes((1, *range(255, -1, -1), 0))  # leads readers that skip sub-blocks to the end of the packet
    return data[:start] + b"\x21\xff\x0bXMP DataXMP" + packet + trailer + data[start:]
