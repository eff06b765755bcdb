"""Sizes of the network. Names are those of docs/network.md."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Config:
    dim: int = 192
    label_dim: int = 96
    label_heads: int = 4
    match_heads: int = 4
    base_grid: int = 14
    # Channels of the trunk's features at strides 2, 4, 8, 16, 32.
    s2: int = 16
    s4: int = 24
    s8: int = 40
    s16: int = 112
    s32: int = 320

    def metadata(self):
        """The configuration as safetensors metadata (string to string)."""
        return {name: str(value) for name, value in asdict(self).items()}


# Small enough to commit random weights. The trunk's channels and the decoder's widths stay real.
TINY = Config(dim=24, label_dim=16, label_heads=2, match_heads=2, base_grid=4)
