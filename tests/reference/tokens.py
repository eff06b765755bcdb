"""Tokens: a projection of the trunk's two coarsest maps, normalised."""

import numpy as np

from ops import layer_norm, linear, tokens_of, up2


def parameter_shapes(c):
    return {
        "tokens.linear.weight": (c.s16 + c.s32, c.dim),
        "tokens.linear.bias": (c.dim,),
        "tokens.norm.gamma": (c.dim,),
        "tokens.norm.beta": (c.dim,),
    }


def tokens(params, s16, s32):
    """`[112, h, w]` and `[320, h/2, w/2]` to `[h w, dim]`."""
    maps = tokens_of(np.concatenate([s16, up2(s32)]))
    return layer_norm(params, "tokens.norm", linear(params, "tokens.linear", maps))
