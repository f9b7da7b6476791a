"""Write the trained network as ONNX, for OpenCV. Needs `pip install onnx onnxscript` as well.

python assets/models/room/train/export.py DIR/network.pt assets/models/room/network.onnx
"""

import sys

import cv2
import numpy as np
import onnx
import torch
from network import FloorNetwork
from train import SIDE_PX

SMALL = 64


def forget_origin(target: str) -> None:
    """Leave out the exporter's notes: they hold paths of the machine."""
    model = onnx.load(target)
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for part in (model, model.graph, *model.graph.value_info):
        part.ClearField("metadata_props")
    onnx.save(model, target)


def halve(target: str) -> None:
    """Keep large weights as float16: half the file. They are cast back when it is read."""
    model, casts = onnx.load(target), []
    for tensor in list(model.graph.initializer):
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > SMALL:
            half = f"{tensor.name}_half"
            model.graph.initializer.remove(tensor)
            model.graph.initializer.append(onnx.numpy_helper.from_array(values.astype(np.float16), half))
            casts.append(onnx.helper.make_node("Cast", [half], [tensor.name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, target)


def main(weights: str, target: str) -> None:
    network = FloorNetwork()
    network.load_state_dict(torch.load(weights)["average"])
    network.eval()
    pixels = torch.rand(2, 4, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(0))
    torch.onnx.export(
        network, (pixels,), target, input_names=["pixels"], output_names=["answer"], external_data=False, dynamo=True
    )
    forget_origin(target)
    halve(target)
    reader = cv2.dnn.readNetFromONNX(target)
    reader.setInput(pixels.numpy())
    difference = np.abs(reader.forward() - network(pixels).detach().numpy()).max()
    print(f"{target}: largest difference between OpenCV and torch {difference:.2e}")


if __name__ == "__main__":
    main(*sys.argv[1:])
