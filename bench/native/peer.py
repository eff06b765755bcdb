"""The image encoder in PyTorch, eager and compiled, timed: JSON on the last line.

python peer.py WEIGHTS ANSWER cpu|cuda; ANSWER holds picture.f32 and tokens.f32 as anolis computes them.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

SIDE = 256
# Kernel, stride of the first block, blocks.
STAGES = [(3, 1, 1), (3, 2, 2), (5, 2, 2), (3, 2, 3), (5, 1, 3), (5, 2, 4), (3, 1, 1)]
STRIDE_16 = 10
ROUNDS, SECONDS = 11, 3.0


class Encoder(torch.nn.Module):
    """docs/network.md: EfficientNet-Lite0, then tokens."""

    def __init__(self, weights):
        super().__init__()
        self.weights = weights
        self.blocks = [
            (kernel, first if i == 0 else 1) for kernel, first, count in STAGES for i in range(count)
        ]

    def convolution(self, name, x, stride=1, depthwise=False):
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        kernel = weight.shape[-1]
        if kernel > 1:
            after = (kernel - 1) // 2
            before = after if stride == 1 else (kernel - 3) // 2
            x = F.pad(x, (before, after, before, after))
        return F.conv2d(x, weight, bias, stride, groups=x.shape[1] if depthwise else 1)

    def block(self, name, x, kernel, stride):
        y = x
        if f"{name}.expand.weight" in self.weights:
            y = F.relu6(self.convolution(f"{name}.expand", y))
        y = F.relu6(self.convolution(f"{name}.depthwise", y, stride, depthwise=True))
        y = self.convolution(f"{name}.project", y)
        return y + x if stride == 1 and y.shape == x.shape else y

    def forward(self, rgb):
        x = F.relu6(self.convolution("trunk.stem", (255 * rgb - 127) / 128, 2))
        for i, (kernel, stride) in enumerate(self.blocks):
            x = self.block(f"trunk.blocks.{i}", x, kernel, stride)
            if i == STRIDE_16:
                s16 = x
        enlarged = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        maps = torch.cat([s16, enlarged], 1).flatten(2).transpose(1, 2)
        w = self.weights
        tokens = maps @ w["tokens.linear.weight"] + w["tokens.linear.bias"]
        return F.layer_norm(tokens, tokens.shape[-1:], w["tokens.norm.gamma"], w["tokens.norm.beta"], 1e-5)


def milliseconds(work):
    """Of a call whose answer is on the host, after a warm-up: every round's."""
    work(), work()
    times, started = [], time.perf_counter()
    while len(times) < ROUNDS or time.perf_counter() - started < SECONDS:
        begun = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begun))
    return times


def operations(encoder, rgb):
    """Multiplications and additions of a picture's convolutions and products."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        encoder(rgb)
    return counter.get_total_flops()


def main(weights, answer, device):
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    tensors = {}
    for shard in sorted(Path(weights).glob("xs-*.safetensors")):
        tensors |= load_file(shard)
    tensors = {name: t.float().to(device) for name, t in tensors.items() if name.startswith(("trunk.", "tokens."))}
    eager = Encoder(tensors).to(device)
    compiled = torch.compile(eager)

    def read(name, *shape):
        return torch.from_numpy(np.fromfile(Path(answer) / name, np.float32).reshape(shape))

    rgb = read("picture.f32", 1, 3, SIDE, SIDE)
    found = eager(rgb.to(device)).cpu().flatten()
    cosine = F.cosine_similarity(found, read("tokens.f32", -1), dim=0).item()

    n = 2048
    square = torch.rand(n, n, device=device)
    product = statistics.median(milliseconds(lambda: (square @ square)[0, 0].item()))
    result = {
        "device": torch.cuda.get_device_name() if device == "cuda" else "CPU, 1 thread",
        "torch": torch.__version__,
        "cosine": cosine,
        "operations": operations(eager, rgb.to(device)),
        "peak": 2 * n**3 / (product / 1e3),
    }
    for batch in (1, 16):
        pictures = rgb.repeat(batch, 1, 1, 1)
        for name, network in (("eager", eager), ("compiled", compiled)):
            try:
                result[f"{name}_{batch}"] = milliseconds(lambda: network(pictures.to(device)).cpu())
            except Exception as error:  # The compiler needs one of the system's own.
                result[f"{name}_{batch}"] = []
                print(f"{name}, batch {batch}: {error}", file=sys.stderr)
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
