"""The operations of docs/network.md, section Conventions. Everything is float64.

Parameters are a flat dict from full name to array, so a part reads `params[f"{name}.weight"]`.
"""

import math

import numpy as np

_erf = np.frompyfunc(math.erf, 1, 1)  # NumPy has no erf


def linear(params, name, x):
    """`[..., in] -> [..., out]`; a layer without bias has no such parameter."""
    y = x @ params[f"{name}.weight"]
    bias = params.get(f"{name}.bias")
    return y if bias is None else y + bias


def layer_norm(params, name, x):
    """`[..., dim] -> [..., dim]`, over the last axis."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    return centred / np.sqrt(variance + 1e-5) * params[f"{name}.gamma"] + params[f"{name}.beta"]


def gelu(x):
    return x / 2 * (1 + _erf(x / math.sqrt(2)).astype(np.float64))


def relu(x):
    return np.maximum(x, 0)


def relu6(x):
    return np.minimum(np.maximum(x, 0), 6)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    """Along the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def conv(params, name, x, stride=1, padding=0, depthwise=False):
    """Cross-correlation with zero padding.

    x: `[in, h, w]`; weight: `[out, in, k, k]`, depthwise `[in, 1, k, k]`; returns `[out, h', w']`.
    padding: `p` on all sides, or `(before, after)` for both axes.
    """
    weight, bias = params[f"{name}.weight"], params[f"{name}.bias"]
    before, after = (padding, padding) if isinstance(padding, int) else padding
    k = weight.shape[-1]
    padded = np.pad(x, ((0, 0), (before, after), (before, after)))
    rows = (padded.shape[1] - k) // stride + 1
    cols = (padded.shape[2] - k) // stride + 1
    out = np.zeros((weight.shape[0], rows, cols))
    for dy in range(k):
        for dx in range(k):
            shifted = padded[:, dy : dy + stride * rows : stride, dx : dx + stride * cols : stride]
            if depthwise:
                out += weight[:, 0, dy, dx][:, None, None] * shifted
            else:
                out += np.tensordot(weight[:, :, dy, dx], shifted, axes=1)
    return out + bias[:, None, None]


def _interpolation(positions, size):
    """`[to, from]` matrix that reads `from` samples at fractional positions inside `[0, size - 1]`."""
    matrix = np.zeros((len(positions), size))
    for i, position in enumerate(positions):
        low = min(int(math.floor(position)), size - 1)
        high = min(low + 1, size - 1)
        matrix[i, low] += 1 - (position - low)
        matrix[i, high] += position - low
    return matrix


def bilinear_matrix(size, to):
    """`[to, size]`, half-pixel centres, edges clamped, no anti-aliasing."""
    positions = (np.arange(to) + 0.5) * size / to - 0.5
    return _interpolation(np.clip(positions, 0, size - 1), size)


def grid_matrix(size, to):
    """`[to, size]` of `grid_resize`: first and last sample keep their place."""
    positions = [0.0 if to == 1 else i * (size - 1) / (to - 1) for i in range(to)]
    return _interpolation(positions, size)


def bilinear(x, rows, cols):
    """`[..., h, w] -> [..., rows, cols]`."""
    return bilinear_matrix(x.shape[-2], rows) @ x @ bilinear_matrix(x.shape[-1], cols).T


def up2(x):
    """`[..., h, w] -> [..., 2 h, 2 w]`."""
    return bilinear(x, 2 * x.shape[-2], 2 * x.shape[-1])


def grid_resize(x, rows, cols):
    """`[..., h, w] -> [..., rows, cols]`, corners aligned."""
    return grid_matrix(x.shape[-2], rows) @ x @ grid_matrix(x.shape[-1], cols).T


def pool(x, s):
    """Mean over `s x s` cells: `[..., h, w] -> [..., h / s, w / s]`."""
    *lead, h, w = x.shape
    return x.reshape(*lead, h // s, s, w // s, s).mean(axis=(-3, -1))


def split_heads(x, heads):
    """`[tokens, dim] -> [heads, tokens, dim / heads]`; heads are contiguous slices of the last axis."""
    tokens, dim = x.shape
    return x.reshape(tokens, heads, dim // heads).transpose(1, 0, 2)


def join_heads(x):
    """`[heads, tokens, width] -> [tokens, heads * width]`."""
    heads, tokens, width = x.shape
    return x.transpose(1, 0, 2).reshape(tokens, heads * width)


def attention(q, k, v, heads, scale):
    """Multi-head attention.

    q: `[n, dim]`; k, v: `[m, dim]`; returns `[n, dim]`.
    """
    q, k, v = (split_heads(x, heads) for x in (q, k, v))
    weights = softmax(q @ k.transpose(0, 2, 1) * scale)
    return join_heads(weights @ v)


def tokens_of(x):
    """`[channels, h, w] -> [h w, channels]`, row-major."""
    return x.reshape(x.shape[0], -1).T


def image_of(tokens, rows, cols):
    """`[rows cols, channels] -> [channels, rows, cols]`."""
    return tokens.T.reshape(-1, rows, cols)
