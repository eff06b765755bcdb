"""Writes the golden files of tests/golden/, or with --check compares them with what it would write.

    python generate.py [--check]
"""

import json
import sys
import zlib
from pathlib import Path

import numpy as np
from safetensors import safe_open

import decoder
import label_encoder
import matching
import network
import ops
import readout
import self_check
import tokens
import trunk
from config import TINY

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CHANNELS = 2


class Case:
    """One golden file: parameters, `input.*`, `output.*` and metadata."""

    def __init__(self, name, metadata):
        self.name = name
        self.metadata = metadata
        self.tensors = {}

    def rng(self, name):
        # One seed a tensor, so that adding a tensor leaves the others as they are.
        return np.random.default_rng(zlib.crc32(f"{self.name}/{name}".encode()))

    def keep(self, name, value):
        """Stores float32 and returns that value in float64: outputs belong to the numbers in the file."""
        assert name not in self.tensors, name
        self.tensors[name] = np.ascontiguousarray(value, dtype=np.float32)
        return self.tensors[name].astype(np.float64)

    def parameters(self, shapes, scale=1.0):
        return {name: self.keep(name, scale * random_parameter(self.rng(name), name, shape)) for name, shape in shapes.items()}

    def normal(self, name, *shape):
        return self.keep(f"input.{name}", self.rng(name).normal(size=shape))

    def labels(self, name, *shape):
        return self.keep(f"input.{name}", random_labels(self.rng(name), shape))

    def output(self, name, value):
        assert np.isfinite(value).all(), name
        self.keep(f"output.{name}", value)

    def outputs(self, name, values):
        for i, value in enumerate(values):
            self.output(f"{name}.{i}", value)


def random_parameter(rng, name, shape):
    """No parameter is trivial, so that leaving one out shows; the scales keep activations near 1."""
    values = rng.normal(size=shape)
    last = name.rsplit(".", 1)[-1]
    if last == "weight":
        fan_in = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
        return values / np.sqrt(fan_in)
    if last == "gamma":
        return 1 + 0.3 * values
    if last == "position":
        return 0.7 * values
    assert last in ("bias", "beta"), name
    return 0.3 * values


def random_labels(rng, shape):
    """Soft labels with exact 0 and 1, channel 1 rarer than channel 0, scattered unknown pixels and an unknown rectangle."""
    labels = np.clip(1.6 * rng.uniform(size=shape) - 0.3, 0, 1)
    labels[..., 1, :, :] **= 4
    labels[rng.uniform(size=shape) < 0.3] = -1
    h, w = shape[-2:]
    labels[..., h // 4 : h // 2, w // 8 : w // 2] = -1
    return labels


def inverted_residual():
    # (in, expanded or None, out, kernel, stride, h, w)
    blocks = [
        (6, None, 4, 3, 1, 6, 8),
        (4, 12, 6, 3, 2, 6, 8),
        (6, 18, 6, 3, 1, 5, 7),
        (6, 18, 5, 5, 2, 8, 6),
        (5, 15, 5, 5, 1, 7, 5),
        (5, 15, 8, 5, 1, 6, 6),
        (4, None, 4, 3, 1, 4, 6),
    ]
    case = Case("inverted_residual", {"blocks": str(len(blocks))})
    # The scales here are large enough for ReLU6 to bend at both ends.
    params = case.parameters({"trunk.stem.weight": (32, 3, 3, 3), "trunk.stem.bias": (32,)}, scale=8)
    rgb = case.keep("input.rgb", case.rng("rgb").uniform(size=(3, 8, 12)))
    x = trunk.normalise(rgb)
    case.output("normalised", x)
    case.output("stem", trunk.stem(params, x))
    for i, (into, expanded, out, kernel, stride, h, w) in enumerate(blocks):
        name = f"trunk.blocks.{i}"
        shapes = {}
        if expanded:
            shapes[f"{name}.expand.weight"] = (expanded, into, 1, 1)
            shapes[f"{name}.expand.bias"] = (expanded,)
        wide = expanded or into
        shapes[f"{name}.depthwise.weight"] = (wide, 1, kernel, kernel)
        shapes[f"{name}.depthwise.bias"] = (wide,)
        shapes[f"{name}.project.weight"] = (out, wide, 1, 1)
        shapes[f"{name}.project.bias"] = (out,)
        x = case.keep(f"input.blocks.{i}", 4 * case.rng(f"blocks.{i}").normal(size=(into, h, w)))
        case.output(f"blocks.{i}", trunk.inverted_residual(case.parameters(shapes), name, x, kernel, stride))
        residual = stride == 1 and into == out
        case.metadata |= {
            f"blocks.{i}.kernel": str(kernel),
            f"blocks.{i}.stride": str(stride),
            f"blocks.{i}.in": str(into),
            f"blocks.{i}.expanded": str(expanded or 0),
            f"blocks.{i}.out": str(out),
            f"blocks.{i}.residual": str(residual).lower(),
        }
    return case


def tokens_case():
    c = TINY
    case = Case("tokens", c.metadata())
    params = case.parameters(tokens.parameter_shapes(c))
    for name, rows, cols in [("square", 4, 4), ("wide", 2, 6)]:
        s16 = case.normal(f"{name}.s16", c.s16, rows, cols)
        s32 = case.normal(f"{name}.s32", c.s32, rows // 2, cols // 2)
        case.output(f"{name}.tokens", tokens.tokens(params, s16, s32))
    return case


def label_encoder_case():
    c = TINY
    case = Case("label_encoder", c.metadata())
    params = case.parameters(label_encoder.parameter_shapes(c))
    for name, h, w in [("base", 64, 64), ("other", 48, 80)]:
        labels = case.labels(f"{name}.labels", CHANNELS, h, w)
        case.outputs(f"{name}.taps", label_encoder.encode_channels(params, c, labels))
    return case


def matching_case():
    c = TINY
    case = Case("matching", c.metadata())
    params = case.parameters(matching.parameter_shapes(c))
    examples, n, k = 2, 8, 6  # query and support may differ in their number of tokens
    query = case.normal("query.tokens", n, c.dim)
    support = case.normal("support.tokens", examples, k, c.dim)
    labels = [case.normal(f"label.taps.{l}", examples, CHANNELS, k, c.label_dim) for l in range(4)]
    case.outputs("levels", matching.matching(params, c, query, support, labels))
    return case


def readout_case():
    grid = {"s2": (5, 16, 32), "s4": (6, 8, 16), "s8": (7, 4, 8), "s16": (8, 2, 4)}
    examples = 2
    case = Case("readout", {name: str(shape[0]) for name, shape in grid.items()})
    support = {s: case.normal(f"support.{s}", examples, *shape) for s, shape in grid.items()}
    query = readout.features_at_stride_2(**{s: case.normal(f"query.{s}", *shape) for s, shape in grid.items()})
    features = [readout.features_at_stride_2(**{s: x[e] for s, x in support.items()}) for e in range(examples)]
    labels = list(case.labels("labels", examples, CHANNELS, 32, 64))
    # Example 0 relabelled: some pixels change, some become known, some are forgotten.
    redrawn = case.labels("changed_label", CHANNELS, 32, 64)
    # A channel without any positive, and one so rare that the mean is clamped.
    rare = np.zeros((CHANNELS, 32, 64))
    rare[1, 9, 21] = 0.125
    rare = case.keep("input.rare_label", rare)
    case.metadata["changed_example"] = "0"

    def fit(name, features, labels, lam):
        beta, beta_0 = readout.fit(features, labels, lam)
        case.output(f"{name}.beta", beta)
        case.output(f"{name}.beta_0", beta_0)
        case.output(f"{name}.y", readout.predict(beta, beta_0, query))

    for lam in (0.1, 0.3):
        fit(f"one.lambda_{lam}", features[:1], labels[:1], lam)
        fit(f"two.lambda_{lam}", features, labels, lam)
    fit("changed.lambda_0.1", features, [redrawn, labels[1]], 0.1)
    fit("rare.lambda_0.3", features[:1], [rare], 0.3)
    case.output("query.features", query)
    return case


def decoder_case():
    c = TINY
    case = Case("decoder", c.metadata() | {"widths": ",".join(map(str, decoder.WIDTHS))})
    params = case.parameters(decoder.parameter_shapes(c))
    rows, cols = 2, 3
    levels = [case.normal(f"levels.{l}", CHANNELS, rows * cols, c.label_dim) for l in range(4)]
    features = {s: case.normal(s, getattr(c, s), f * rows, f * cols) for s, f in [("s8", 2), ("s4", 4), ("s2", 8)]}
    r = case.normal("r", CHANNELS, 8 * rows, 8 * cols)
    case.output("logit", decoder.decoder(params, levels, features, r))
    return case


def resize_case():
    case = Case("resize", {})
    x = case.normal("picture", 2, 3, 5)
    case.output("up2", ops.up2(x))
    for rows, cols in [(24, 40), (7, 8), (2, 3), (3, 5), (1, 11)]:
        case.output(f"bilinear.{rows}x{cols}", ops.bilinear(x, rows, cols))
    for size, to in [(4, 4), (4, 3), (4, 5), (7, 5), (7, 11), (14, 20), (4, 1), (1, 3)]:
        case.output(f"grid_matrix.{size}_to_{to}", ops.grid_matrix(size, to))
    for rows, cols in [(5, 3), (2, 9), (3, 5)]:
        case.output(f"grid_resize.{rows}x{cols}", ops.grid_resize(x, rows, cols))
    y = case.normal("fine", 2, 8, 16)
    for s in (1, 2, 4, 8):
        case.output(f"pool.{s}", ops.pool(y, s))
    return case


def network_case():
    c = TINY
    case = Case("network", c.metadata() | {"widths": ",".join(map(str, decoder.WIDTHS))})
    params = case.parameters(network.parameter_shapes(c))
    rows, cols, examples = 2, 4, 2
    scale = {"s2": 8, "s4": 4, "s8": 2, "s16": 1, "s32": 0.5}
    shapes = {s: (getattr(c, s), int(rows * f), int(cols * f)) for s, f in scale.items()}
    query = {s: case.normal(f"query.{s}", *shape) for s, shape in shapes.items()}
    stacked = {s: case.normal(f"support.{s}", examples, *shape) for s, shape in shapes.items()}
    support = [{s: x[e] for s, x in stacked.items()} for e in range(examples)]
    labels = list(case.labels("labels", examples, CHANNELS, 16 * rows, 16 * cols))

    two = network.network(params, c, query, support, labels)
    case.output("two.query_tokens", two["query_tokens"])
    case.output("two.support_tokens", two["support_tokens"])
    case.outputs("two.label_taps", two["label_taps"])
    case.outputs("two.matching", two["matching"])
    one = network.network(params, c, query, support[:1], labels[:1])
    for name, stages in [("one", one), ("two", two)]:
        for stage in ("beta", "beta_0", "r", "logit"):
            case.output(f"{name}.{stage}", stages[stage])
    case.output("two.probability", ops.bilinear(ops.sigmoid(two["logit"]), 16 * rows, 16 * cols))
    return case


CASES = [inverted_residual, tokens_case, label_encoder_case, matching_case, readout_case, decoder_case, resize_case, network_case]


def serialise(case):
    """The safetensors file as bytes. Written here because the library orders the metadata at random."""
    header, data = {}, []
    if case.metadata:
        header["__metadata__"] = dict(sorted(case.metadata.items()))
    offset = 0
    for name, value in sorted(case.tensors.items()):
        data.append(value.astype("<f4").tobytes())
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + len(data[-1])]}
        offset += len(data[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(data)


def differences(case, path):
    """What the committed file has otherwise. Drawn numbers must agree exactly, outputs to rounding:
    another machine's linear algebra may sum in another order."""
    if not path.exists():
        return ["the file is missing"]
    with safe_open(path, "np") as file:
        found = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata() or {}
    problems = [] if metadata == case.metadata else ["metadata"]
    problems += [f"{name}: in only one of the two" for name in sorted(found.keys() ^ case.tensors.keys())]
    for name in sorted(found.keys() & case.tensors.keys()):
        a, b = found[name], case.tensors[name]
        tolerance = 1e-6 * np.abs(b).max() if name.startswith("output.") else 0.0
        if a.shape != b.shape or np.abs(a - b).max() > tolerance:
            problems.append(f"{name}: values")
    return problems


def main():
    self_check.run()
    wrong = False
    GOLDEN.mkdir(exist_ok=True)
    for build in CASES:
        case = build()
        path = GOLDEN / f"{case.name}.safetensors"
        if "--check" in sys.argv[1:]:
            problems = differences(case, path)
            wrong |= bool(problems)
            print(path.name, "agrees" if not problems else "differs: " + "; ".join(problems))
        else:
            path.write_bytes(serialise(case))
            print(f"{path.name}: {path.stat().st_size} bytes")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
