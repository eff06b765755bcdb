"""The reference against slower or different routes to the same numbers; run by generate.py before it writes."""

import math

import numpy as np

import ops
import readout


def close(a, b, tolerance=1e-9):
    assert np.shape(a) == np.shape(b), (np.shape(a), np.shape(b))
    assert np.allclose(a, b, rtol=tolerance, atol=tolerance), np.abs(np.asarray(a) - b).max()


def convolution_against_loops(rng):
    for k, stride, padding, depthwise in [(3, 2, (0, 1), False), (5, 2, (1, 2), True), (3, 1, 1, False), (3, 2, 1, False)]:
        x = rng.normal(size=(3, 6, 8))
        out = 3 if depthwise else 4
        params = {"c.weight": rng.normal(size=(out, 1 if depthwise else 3, k, k)), "c.bias": rng.normal(size=out)}
        y = ops.conv(params, "c", x, stride, padding, depthwise)
        before = padding if isinstance(padding, int) else padding[0]
        expected = np.empty_like(y)
        for o, i, j in np.ndindex(y.shape):
            total = params["c.bias"][o]
            for channel, dy, dx in np.ndindex(1 if depthwise else 3, k, k):
                row, col = i * stride + dy - before, j * stride + dx - before
                if 0 <= row < 6 and 0 <= col < 8:
                    total += params["c.weight"][o, channel, dy, dx] * x[o if depthwise else channel, row, col]
            expected[o, i, j] = total
        close(y, expected)


def softmax_and_gelu(rng):
    rows = ops.softmax(rng.normal(size=(4, 7)) * 30)
    close(rows.sum(axis=-1), np.ones(4))
    close(ops.gelu(np.array([0.0, 1.0, -1.0])), [0.0, 0.8413447460685429, -0.15865525393145707])


def resizing():
    close(ops.up2(np.array([[0.0, 4.0]])), [[0, 1, 3, 4]] * 2)
    close(ops.grid_matrix(5, 5), np.eye(5))
    # Aligned corners keep a ramp a ramp.
    close(ops.grid_matrix(7, 9) @ np.linspace(0, 1, 7), np.linspace(0, 1, 9))
    for size, to in [(3, 7), (7, 3), (4, 1), (1, 4)]:
        close(ops.bilinear_matrix(size, to).sum(axis=1), np.ones(to))
        close(ops.grid_matrix(size, to).sum(axis=1), np.ones(to))
    close(ops.pool(np.arange(16.0).reshape(4, 4), 2), [[2.5, 4.5], [10.5, 12.5]])


def attention_against_loops(rng):
    """Token by token; more keys than queries."""
    heads, width = 3, 8
    q, k, v = (rng.normal(size=(n, heads * width)) for n in (5, 13, 13))
    mixed = ops.attention(q, k, v, heads, 0.3)
    for head in range(heads):
        part = slice(head * width, (head + 1) * width)
        for a in range(len(q)):
            scores = [0.3 * float(q[a, part] @ key) for key in k[:, part]]
            e = [math.exp(s - max(scores)) for s in scores]
            close(mixed[a, part], sum(weight * v[b, part] for b, weight in enumerate(e)) / sum(e))


def readout_against_least_squares(rng):
    """The same minimum as one stacked least-squares problem: weighted residuals, then a penalty on `beta d`."""
    x = rng.normal(size=(60, 9)) @ rng.normal(size=(9, 9)) + 3
    t = rng.uniform(size=60) ** 2
    for lam in (0.1, 0.3):
        beta, beta_0 = readout.solve(x, t, lam)
        p = t.mean()
        w = t / math.sqrt(p) + (1 - t) / math.sqrt(1 - p)
        w /= w.sum()
        d = np.sqrt((x**2).mean(0) - x.mean(0) ** 2) + 1e-4
        rows = np.vstack([np.sqrt(w)[:, None] * np.hstack([x, np.ones((60, 1))]), np.hstack([math.sqrt(lam) * np.diag(d), np.zeros((9, 1))])])
        target = np.concatenate([np.sqrt(w) * t, np.zeros(9)])
        solution = np.linalg.lstsq(rows, target, rcond=None)[0]
        close(beta, solution[:9], 1e-7)
        close(beta_0, solution[9], 1e-7)


def label_pooling():
    cells, known = readout.label_cells(np.array([[-1.0, -1.0, -1.0, -1.0], [0.5, 1.0, -1.0, -1.0]]))
    assert known.tolist() == [[True, False]]
    close(cells[0, 0], 0.5)


def run():
    rng = np.random.default_rng(0)
    convolution_against_loops(rng)
    softmax_and_gelu(rng)
    resizing()
    attention_against_loops(rng)
    readout_against_least_squares(rng)
    label_pooling()
