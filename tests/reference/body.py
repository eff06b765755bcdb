"""Body: a transformer over the stride-16 tokens of one or more pictures."""

import numpy as np

from ops import attention, gelu, grid_resize, layer_norm, linear, tokens_of, up2


def parameter_shapes(c):
    shapes = {
        "body.tokens.weight": (c.s16 + c.s32, c.dim),
        "body.tokens.bias": (c.dim,),
        "body.cls": (c.dim,),
    }
    for k in range(c.depth):
        block = {
            "norm1.gamma": (c.dim,),
            "norm1.beta": (c.dim,),
            "qkv.weight": (c.dim, 3 * c.dim),
            "q_bias": (c.dim,),
            "v_bias": (c.dim,),
            "relative_bias": (c.heads, 2 * c.max_images - 1, 2 * c.base_grid - 1, 2 * c.base_grid - 1),
            "cls_bias": (c.heads, 3),
            "proj.weight": (c.dim, c.dim),
            "proj.bias": (c.dim,),
            "gamma1": (c.dim,),
            "norm2.gamma": (c.dim,),
            "norm2.beta": (c.dim,),
            "fc1.weight": (c.dim, 4 * c.dim),
            "fc1.bias": (4 * c.dim,),
            "fc2.weight": (4 * c.dim, c.dim),
            "fc2.bias": (c.dim,),
            "gamma2": (c.dim,),
        }
        shapes |= {f"body.blocks.{k}.{name}": shape for name, shape in block.items()}
    return shapes


def tokens(params, s16, s32):
    """`[112, h, w]` and `[320, h/2, w/2]` to `T [h w, dim]`."""
    return linear(params, "body.tokens", tokens_of(np.concatenate([s16, up2(s32)])))


def position_bias(params, name, config, images, rows, cols):
    """`B [heads, n, n]` for `n = 1 + images * rows * cols`, the cls first."""
    table = grid_resize(params[f"{name}.relative_bias"], 2 * rows - 1, 2 * cols - 1)
    m, i, j = (axis.ravel() for axis in np.indices((images, rows, cols)))
    between = table[
        :,
        m[:, None] - m[None, :] + config.max_images - 1,
        i[:, None] - i[None, :] + rows - 1,
        j[:, None] - j[None, :] + cols - 1,
    ]
    cls = params[f"{name}.cls_bias"]
    bias = np.empty((config.heads, 1 + len(m), 1 + len(m)))
    bias[:, 1:, 1:] = between
    bias[:, 0, 1:] = cls[:, 0, None]  # query cls, key token
    bias[:, 1:, 0] = cls[:, 1, None]  # query token, key cls
    bias[:, 0, 0] = cls[:, 2]
    return bias


def block(params, name, config, x, bias):
    """`[n, dim] -> [n, dim]`."""
    q, k, v = np.split(layer_norm(params, f"{name}.norm1", x) @ params[f"{name}.qkv.weight"], 3, axis=-1)
    q = q + params[f"{name}.q_bias"]
    v = v + params[f"{name}.v_bias"]
    mixed = attention(q, k, v, config.heads, (config.dim / config.heads) ** -0.5, bias)
    x = x + params[f"{name}.gamma1"] * linear(params, f"{name}.proj", mixed)
    hidden = gelu(linear(params, f"{name}.fc1", layer_norm(params, f"{name}.norm2", x)))
    return x + params[f"{name}.gamma2"] * linear(params, f"{name}.fc2", hidden)


def body(params, config, pictures, rows, cols):
    """The four taps of picture 1, each `[rows cols, dim]`, from the tokens `T [rows cols, dim]` of every picture."""
    # Rounded up, so that the last tap is after the last block and none is before block 1.
    tapped = [-(-config.depth * level // 3) for level in (1, 2, 3)]
    x = np.concatenate([params["body.cls"][None], *pictures])
    taps = [pictures[0]]
    for k in range(config.depth):
        name = f"body.blocks.{k}"
        x = block(params, name, config, x, position_bias(params, name, config, len(pictures), rows, cols))
        if k + 1 in tapped:
            taps.append(x[1 : 1 + rows * cols])
    return taps
