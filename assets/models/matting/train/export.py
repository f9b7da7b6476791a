"""Write the trained network as ONNX, for OpenCV. Needs `pip install onnx onnxscript` as well.

python assets/models/matting/train/export.py DIR/network.pt assets/models/matting/network.onnx
"""

import sys

import cv2
import numpy as np
import onnx
import torch
from network import MattingNetwork
from train import SIDE_PX


def forget_origin(target: str) -> None:
    """Leave out the exporter's notes: they hold paths of the machine."""
    model = onnx.load(target)
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for part in (model, model.graph, *model.graph.value_info):
        part.ClearField("metadata_props")
    onnx.save(model, target)


def main(weights: str, target: str) -> None:
    network = MattingNetwork()
    network.load_state_dict(torch.load(weights)["average"])
    network.eval()
    pixels = torch.rand(2, 3, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(0))
    torch.onnx.export(
        network, (pixels,), target, input_names=["pixels"], output_names=["logits"], external_data=False, dynamo=True
    )
    forget_origin(target)
    reader = cv2.dnn.readNetFromONNX(target)
    reader.setInput(pixels.numpy())
    difference = np.abs(reader.forward() - network(pixels).detach().numpy()).max()
    print(f"{target}: largest difference between OpenCV and torch {difference:.2e}")


if __name__ == "__main__":
    main(*sys.argv[1:])
