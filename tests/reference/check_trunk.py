"""Runs the trunk with the ImageNet weights and compares every feature with the framework that they came from.

    python check_trunk.py [SHARED]     SHARED: the folder with data/trunk/, else $ANOLIS_SHARED, else ../shared
"""

import os
import re
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from trunk import trunk

TOLERANCE = 1e-4
REPOSITORY = Path(__file__).resolve().parents[2]


def specification_name(name):
    """The published names (`block3.dw.weight`) in the words of docs/network.md."""
    name = re.sub(r"^block(\d+)\.", r"trunk.blocks.\1.", name).replace(".dw.", ".depthwise.")
    return name if name.startswith("trunk.") else f"trunk.{name}"


def main():
    shared = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ANOLIS_SHARED", REPOSITORY.parent / "shared")
    folder = Path(shared) / "data" / "trunk"
    weights = load_file(folder / "efficientnet_lite0.safetensors")
    golden = load_file(folder / "golden.safetensors")
    params = {specification_name(name): value.astype(np.float64) for name, value in weights.items()}
    features = trunk(params, golden["input_u8"].astype(np.float64) / 255)
    worst = 0.0
    for name, value in features.items():
        expected = golden[f"feat_{name}"].astype(np.float64)
        difference = np.abs(value - expected)
        mean = difference.mean() / np.abs(expected).mean()
        print(f"{name:4} {value.shape}: mean |difference| / mean |value| {mean:.2e}, largest difference {difference.max():.2e}")
        worst = max(worst, mean)
    sys.exit(0 if worst <= TOLERANCE else f"the trunk differs by more than {TOLERANCE:.0e}")


if __name__ == "__main__":
    main()
