"""Label encoder: one label channel to four levels of tokens."""

import numpy as np

from ops import attention, conv, gelu, grid_resize, image_of, layer_norm, linear, tokens_of

BLOCKS = 3


def parameter_shapes(c):
    d = c.label_dim
    widths = [1, d // 4, d // 2, d, d]
    shapes = {"label_encoder.position": (c.base_grid**2, d)}
    for i in range(4):
        shapes[f"label_encoder.stem.{i}.weight"] = (widths[i + 1], widths[i], 3, 3)
        shapes[f"label_encoder.stem.{i}.bias"] = (widths[i + 1],)
    for k in range(BLOCKS):
        block = {
            "norm1.gamma": (d,),
            "norm1.beta": (d,),
            "qkv.weight": (d, 3 * d),
            "qkv.bias": (3 * d,),
            "proj.weight": (d, d),
            "proj.bias": (d,),
            "norm2.gamma": (d,),
            "norm2.beta": (d,),
            "fc1.weight": (d, 4 * d),
            "fc1.bias": (4 * d,),
            "fc2.weight": (4 * d, d),
            "fc2.bias": (d,),
        }
        shapes |= {f"label_encoder.blocks.{k}.{name}": shape for name, shape in block.items()}
    return shapes


def block(params, name, config, x):
    """`[n, label_dim] -> [n, label_dim]`."""
    q, k, v = np.split(linear(params, f"{name}.qkv", layer_norm(params, f"{name}.norm1", x)), 3, axis=-1)
    scale = (config.label_dim / config.label_heads) ** -0.5
    x = x + linear(params, f"{name}.proj", attention(q, k, v, config.label_heads, scale))
    hidden = gelu(linear(params, f"{name}.fc1", layer_norm(params, f"{name}.norm2", x)))
    return x + linear(params, f"{name}.fc2", hidden)


def label_encoder(params, config, label):
    """The four taps, each `[h w, label_dim]`, of one channel `[H, W]` in [0, 1] or -1."""
    x = label[None]
    for i in range(4):
        x = conv(params, f"label_encoder.stem.{i}", x, stride=2, padding=1)
        if i < 3:
            x = gelu(x)
    _, rows, cols = x.shape
    g = config.base_grid
    position = grid_resize(image_of(params["label_encoder.position"], g, g), rows, cols)
    taps = [tokens_of(x + position)]
    for k in range(BLOCKS):
        taps.append(block(params, f"label_encoder.blocks.{k}", config, taps[-1]))
    return taps


def encode_channels(params, config, labels):
    """`[channels, H, W]` to four taps `[channels, h w, label_dim]`; channels are independent."""
    return [np.stack(level) for level in zip(*(label_encoder(params, config, label) for label in labels))]
