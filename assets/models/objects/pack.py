"""Make detector.tflite.xz from the npm package: the weights rounded to 5 bits of mantissa, so that they compress.

npm pack @mediapipe/objectron@0.4.1675468480
python assets/models/objects/pack.py mediapipe-objectron-0.4.1675468480.tgz
"""

import argparse
import lzma
import re
import tarfile
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema

NAME = "object_detection_ssd_mobilenetv2_oidv4_fp16.tflite"
KEPT_BITS = 5  # of 10; of 38 pictures no score moves by more than 0.028, and none crosses 0.5
LEAST_VALUES = 4096  # smaller tensors stay as they are: biases and scales, where rounding costs most


def unpack(package: Path) -> bytes:
    """The model out of the package's file of packed assets."""
    with tarfile.open(package) as archive:
        assets, loader = (
            archive.extractfile(f"package/objectron_solution_packed_assets{end}") for end in (".data", "_loader.js")
        )
        assert assets
        assert loader
        found = re.search(rf'{re.escape(NAME)}", "start": (\d+), "end": (\d+)', loader.read().decode())
        assert found
        return assets.read()[int(found[1]) : int(found[2])]


def rounded(model: bytes) -> bytes:
    """The same model with fewer bits in its large half-precision tensors."""
    data = bytearray(model)
    whole = np.frombuffer(data, np.uint8)
    root = schema.Model.GetRootAs(data, 0)
    graph = root.Subgraphs(0)
    for tensor in (graph.Tensors(index) for index in range(graph.TensorsLength())):
        if tensor.Type() != schema.TensorType.FLOAT16:
            continue
        values = root.Buffers(tensor.Buffer()).DataAsNumpy()
        start = values.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
        bits = np.frombuffer(data, np.uint16, len(values) // 2, start)
        if len(bits) >= LEAST_VALUES:
            drop = 10 - KEPT_BITS
            bits[:] = (bits.astype(np.uint32) + (1 << (drop - 1))) >> drop << drop
    return bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path)
    packed = lzma.compress(rounded(unpack(parser.parse_args().package)), preset=9 | lzma.PRESET_EXTREME)
    (Path(__file__).parent / "detector.tflite.xz").write_bytes(packed)


if __name__ == "__main__":
    main()
