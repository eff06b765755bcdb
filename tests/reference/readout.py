"""Read-out: weighted ridge regression from trunk features to the label, in closed form."""

import numpy as np

from ops import bilinear


def default_lambda(examples):
    return 0.3 if examples == 1 else 0.1


def features_at_stride_2(s2, s4, s8, s16):
    """`[channels, h, w]` each to `[all channels, h2, w2]` on the grid of `s2`."""
    rows, cols = s2.shape[1:]
    return np.concatenate([bilinear(s, rows, cols) for s in (s2, s4, s8, s16)])


def label_cells(label):
    """`[H, W]` in [0, 1] or -1 to the labels `[H/2, W/2]` of the 2 x 2 cells and which of them are known."""
    pixels = [label[dy::2, dx::2] for dy in (0, 1) for dx in (0, 1)]
    cells = pixels[0]
    for later in pixels[1:]:
        cells = np.where(cells >= 0, cells, later)
    return cells, cells >= 0


def known_cells(features, labels):
    """All known cells of all examples for one channel.

    features: one `[f, h2, w2]` an example; labels: one `[H, W]` an example; returns `x [cells, f]`, `t [cells]`.
    """
    x, t = [], []
    for feature, label in zip(features, labels):
        cells, known = label_cells(label)
        x.append(feature[:, known].T)
        t.append(cells[known])
    return np.concatenate(x), np.concatenate(t)


def weights_of(t):
    """Class-balancing weight of each cell, `[cells] -> [cells]`."""
    p = np.clip(t.mean(), 1e-4, 1 - 1e-4)
    return t * p**-0.5 + (1 - t) * (1 - p) ** -0.5


def solve(x, t, lam):
    """`x [cells, f]`, `t [cells]` to `beta [f]`, `beta_0`."""
    w = weights_of(t)
    w = w / w.sum()
    mean_x, mean_t = w @ x, w @ t
    centred = x - mean_x
    covariance = (centred * w[:, None]).T @ centred
    cross = (centred * w[:, None]).T @ (t - mean_t)
    d = x.std(axis=0) + 1e-4
    standard = covariance / np.outer(d, d) + lam * np.eye(len(d))
    beta = np.linalg.solve(standard, cross / d) / d
    return beta, mean_t - beta @ mean_x


def fit(features, labels, lam):
    """`beta [channels, f]`, `beta_0 [channels]` from one `[f, h2, w2]` and one `[channels, H, W]` an example."""
    solved = []
    for c in range(labels[0].shape[0]):
        x, t = known_cells(features, [label[c] for label in labels])
        solved.append(solve(x, t, lam))
    return np.stack([beta for beta, _ in solved]), np.array([beta_0 for _, beta_0 in solved])


def predict(beta, beta_0, features):
    """`y [channels, h2, w2]`."""
    return np.tensordot(beta, features, axes=1) + beta_0[:, None, None]


def logit(y):
    return 6 * (y - 0.5)
