"""Matching: support label tokens carried to the query, at four levels."""

import numpy as np

from ops import attention, gelu, layer_norm, linear

LEVELS = 4


def parameter_shapes(c):
    m = c.label_dim
    shapes = {}
    for l in range(LEVELS):
        level = {
            "norm.gamma": (c.dim,),
            "norm.beta": (c.dim,),
            "query.weight": (c.dim, m),
            "key.weight": (c.dim, m),
            "value.weight": (m, m),
            "output.weight": (m, m),
            "out_norm.gamma": (m,),
            "out_norm.beta": (m,),
        }
        shapes |= {f"matching.levels.{l}.{name}": shape for name, shape in level.items()}
    return shapes


def matching(params, config, query, support, labels):
    """The four `out_l [channels, n, label_dim]`.

    query: tokens `[n, dim]`; support: tokens `[examples, k, dim]`;
    labels: four taps `[examples, channels, k, label_dim]`.
    """
    keys = support.reshape(-1, config.dim)  # all examples in one sequence
    outputs = []
    for l in range(LEVELS):
        name = f"matching.levels.{l}"
        q = linear(params, f"{name}.query", layer_norm(params, f"{name}.norm", query))
        k = linear(params, f"{name}.key", layer_norm(params, f"{name}.norm", keys))
        channels = []
        for c in range(labels[l].shape[1]):
            v = linear(params, f"{name}.value", labels[l][:, c].reshape(-1, config.label_dim))
            mixed = attention(q, k, v, config.match_heads, config.label_dim**-0.5)
            o = layer_norm(params, f"{name}.out_norm", mixed)
            channels.append(o + gelu(linear(params, f"{name}.output", o)))
        outputs.append(np.stack(channels))
    return outputs
