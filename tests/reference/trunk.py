"""Trunk: EfficientNet-Lite0 with folded batch norm."""

from ops import conv, relu6

# (kernel, stride of the first block, blocks, name of the feature after the stage)
STAGES = [
    (3, 1, 1, "s2"),
    (3, 2, 2, "s4"),
    (5, 2, 2, "s8"),
    (3, 2, 3, None),
    (5, 1, 3, "s16"),
    (5, 2, 4, None),
    (3, 1, 1, "s32"),
]


def normalise(rgb):
    """`[3, H, W]` in [0, 1] to the trunk's input."""
    return (255 * rgb - 127) / 128


def same_padding(kernel, stride):
    """TensorFlow SAME as (before, after); with stride 2 for even sides."""
    if stride == 1:
        return ((kernel - 1) // 2, (kernel - 1) // 2)
    return ((kernel - 3) // 2, (kernel - 1) // 2)


def stem(params, x):
    """`[3, H, W] -> [32, H/2, W/2]`."""
    return relu6(conv(params, "trunk.stem", x, stride=2, padding=same_padding(3, 2)))


def inverted_residual(params, name, x, kernel, stride):
    """`[in, h, w] -> [out, h / stride, w / stride]`."""
    y = x
    if f"{name}.expand.weight" in params:
        y = relu6(conv(params, f"{name}.expand", y))
    y = relu6(conv(params, f"{name}.depthwise", y, stride, same_padding(kernel, stride), depthwise=True))
    y = conv(params, f"{name}.project", y)
    return y + x if stride == 1 and y.shape == x.shape else y


def trunk(params, rgb):
    """`[3, H, W]` in [0, 1] to the features `{"s2": [16, H/2, W/2], ..., "s32": [320, H/32, W/32]}`."""
    x = stem(params, normalise(rgb))
    features = {}
    block = 0
    for kernel, first_stride, count, feature in STAGES:
        for i in range(count):
            x = inverted_residual(params, f"trunk.blocks.{block}", x, kernel, first_stride if i == 0 else 1)
            block += 1
        if feature:
            features[feature] = x
    return features
