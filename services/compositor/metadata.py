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
