"""Matching: support label tokens carried to the query, at four levels."""

import numpy as np

from ops import attention, gelu, layer_norm, linear, softmax

LEVELS = 4


def parameter_shapes(c):
    m = c.label_dim
    shapes = {
        "matching.layernorm.gamma": (c.dim,),
        "matching.layernorm.beta": (c.dim,),
        "matching.alpha": (LEVELS, LEVELS),
    }
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


def mixing(params):
    """`A [4, 4]`: row `l` says how level `l` mixes the taps."""
    return softmax(params["matching.alpha"] / 0.05)


def reweight(params, taps):
    """Four taps `[..., dim]` to the four `W'_l [..., dim]`."""
    normed = np.stack([layer_norm(params, "matching.layernorm", tap) for tap in taps])
    return np.tensordot(mixing(params), normed, axes=1)


def matching(params, config, query, support, labels):
    """The four `out_l [channels, n, label_dim]`.

    query: four taps `[n, dim]`; support: four taps `[examples, k, dim]`;
    labels: four taps `[examples, channels, k, label_dim]`.
    """
    query, support = reweight(params, query), reweight(params, support)
    outputs = []
    for l in range(LEVELS):
        name = f"matching.levels.{l}"
        q = linear(params, f"{name}.query", layer_norm(params, f"{name}.norm", query[l]))
        keys = support[l].reshape(-1, config.dim)  # all examples in one sequence
        k = linear(params, f"{name}.key", layer_norm(params, f"{name}.norm", keys))
        channels = []
        for c in range(labels[l].shape[1]):
            v = linear(params, f"{name}.value", labels[l][:, c].reshape(-1, config.label_dim))
            mixed = attention(q, k, v, config.match_heads, config.label_dim**-0.5)
            o = layer_norm(params, f"{name}.out_norm", mixed)
            channels.append(o + gelu(linear(params, f"{name}.output", o)))
        outputs.append(np.stack(channels))
    return outputs
