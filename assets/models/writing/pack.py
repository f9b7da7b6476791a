"""Make text_detection.onnx.xz from the wheel: the large weights rounded to 7 bits of mantissa, so that they compress.

pip download --no-deps rapidocr-onnxruntime==1.4.4
python assets/models/writing/pack.py rapidocr_onnxruntime-1.4.4-py3-none-any.whl
"""

import argparse
import lzma
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

NAME = "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx"
KEPT_BITS = 7  # of 23
LEAST_VALUES = 1024  # smaller tensors stay as they are: biases and scales, where rounding costs most


def rounded(values: np.ndarray) -> np.ndarray:
    """The same numbers (float32) with fewer bits, to the nearest."""
    drop = 23 - KEPT_BITS
    bits = values.view(np.uint32).astype(np.uint64)
    return ((bits + (1 << (drop - 1))) >> drop << drop).astype(np.uint32).view(np.float32)


def pack(model: onnx.ModelProto) -> bytes:
    """The compressed model; weights of Constant nodes are rounded as well as initializers."""
    constants = [
        a.t for node in model.graph.node if node.op_type == "Constant" for a in node.attribute if a.HasField("t")
    ]
    for tensor in (*model.graph.initializer, *constants):
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size >= LEAST_VALUES:
            tensor.CopyFrom(numpy_helper.from_array(rounded(np.ascontiguousarray(values)), tensor.name))
    return lzma.compress(model.SerializeToString(), preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    with zipfile.ZipFile(parser.parse_args().wheel) as wheel:
        packed = pack(onnx.load_from_string(wheel.read(NAME)))
    (Path(__file__).parent / "text_detection.onnx.xz").write_bytes(packed)


if __name__ == "__main__":
    main()
