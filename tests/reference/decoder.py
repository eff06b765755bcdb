"""Decoder: matching levels, trunk detail and the read-out's map to a logit at stride 2."""

import numpy as np

from ops import conv, image_of, pool, relu, up2

WIDTHS = [48, 48, 32, 16]
STEPS = [(1, 8), (2, 4), (3, 2)]


def parameter_shapes(c):
    convolutions = {"merge": (WIDTHS[0], 4 * c.label_dim, 1)}
    for n, width in enumerate(WIDTHS):
        convolutions[f"readout.{n}"] = (width, 1, 3)
        convolutions[f"rcu.{n}.first"] = (width, width, 3)
        convolutions[f"rcu.{n}.second"] = (width, width, 3)
    for n, s in STEPS:
        convolutions[f"shrink.{n - 1}"] = (WIDTHS[n], WIDTHS[n - 1], 1)
        convolutions[f"detail.{n - 1}"] = (WIDTHS[n], {8: c.s8, 4: c.s4, 2: c.s2}[s], 1)
    convolutions["head"] = (WIDTHS[3], WIDTHS[3], 3)
    convolutions["last"] = (1, WIDTHS[3], 1)
    shapes = {}
    for name, (out, into, k) in convolutions.items():
        shapes[f"decoder.{name}.weight"] = (out, into, k, k)
        shapes[f"decoder.{name}.bias"] = (out,)
    return shapes


def rcu(params, name, x):
    """Residual convolution unit, `[width, h, w] -> [width, h, w]`."""
    y = conv(params, f"{name}.first", relu(x), padding=1)
    return x + conv(params, f"{name}.second", relu(y), padding=1)


def decode_channel(params, levels, features, r):
    """One channel: four `out_l [h w, label_dim]`, `{"s8", "s4", "s2"}` and `r [h2, w2]` to the logit `[h2, w2]`."""
    rows, cols = r.shape[0] // 8, r.shape[1] // 8
    matched = np.concatenate([image_of(level, rows, cols) for level in levels])
    x = conv(params, "decoder.merge", matched)
    x = x + conv(params, "decoder.readout.0", pool(r[None], 8), padding=1)
    x = rcu(params, "decoder.rcu.0", x)
    for n, s in STEPS:
        x = up2(conv(params, f"decoder.shrink.{n - 1}", x))
        x = x + conv(params, f"decoder.detail.{n - 1}", features[f"s{s}"])
        x = x + conv(params, f"decoder.readout.{n}", pool(r[None], s // 2), padding=1)
        x = rcu(params, f"decoder.rcu.{n}", x)
    x = conv(params, "decoder.head", relu(x), padding=1)
    return r + conv(params, "decoder.last", relu(x))[0]


def decoder(params, levels, features, r):
    """Four `out_l [channels, h w, label_dim]` and `r [channels, h2, w2]` to the logits `[channels, h2, w2]`."""
    return np.stack([decode_channel(params, [level[c] for level in levels], features, r[c]) for c in range(len(r))])
