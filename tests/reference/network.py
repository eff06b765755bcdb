"""The whole network after the trunk: a query and its support to logits."""

import numpy as np

import decoder
import label_encoder
import matching
import readout
import tokens


def parameter_shapes(c):
    shapes = {}
    for part in (tokens, label_encoder, matching, decoder):
        shapes |= part.parameter_shapes(c)
    return shapes


def encode(params, features):
    """The tokens `[h w, dim]` of one picture from its trunk features."""
    return tokens.tokens(params, features["s16"], features["s32"])


def network(params, config, query, support, labels):
    """All stages by name; `logit [channels, h2, w2]` is the result.

    query: the features `{"s2", ..., "s32"}` of one picture; support: the same, one an example;
    labels: one `[channels, H, W]` an example.
    """
    query_tokens = encode(params, query)
    support_tokens = np.stack([encode(params, s) for s in support])
    label_taps = [np.stack(level) for level in zip(*(label_encoder.encode_channels(params, config, l) for l in labels))]
    levels = matching.matching(params, config, query_tokens, support_tokens, label_taps)

    def stacked(s):
        return readout.features_at_stride_2(s["s2"], s["s4"], s["s8"], s["s16"])

    beta, beta_0 = readout.fit([stacked(s) for s in support], labels, readout.default_lambda(len(support)))
    r = readout.logit(readout.predict(beta, beta_0, stacked(query)))
    return {
        "query_tokens": query_tokens,
        "support_tokens": support_tokens,
        "label_taps": label_taps,
        "matching": levels,
        "beta": beta,
        "beta_0": beta_0,
        "r": r,
        "logit": decoder.decoder(params, levels, query, r),
    }
