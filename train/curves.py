"""Draws the curves of a training run: one panel for each validation set and for each source of episodes.

Run: python3 train/curves.py RUN_FOLDER OUT.png   (needs Pillow)
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path

from PIL import Image, ImageDraw

PANEL, MARGIN, COLUMNS = (300, 170), (46, 26), 3
NETWORK, READOUT, INK = (214, 75, 20), (110, 110, 120), (60, 60, 66)


def curves(file: Path, keys: list[str], network: str, readout: str) -> dict:
    """Points (step, network, read-out) by the values of `keys`."""
    panels = defaultdict(list)
    with file.open() as rows:
        for row in csv.DictReader(rows):
            point = (float(row["step"]), float(row[network]), float(row[readout]))
            panels[" ".join(row[key] for key in keys)].append(point)
    return panels


def draw(canvas: ImageDraw.ImageDraw, corner: tuple, title: str, points: list) -> None:
    """One panel: the network over the read-out, with the range of both axes written out."""
    left, top = corner[0] + MARGIN[0], corner[1] + MARGIN[1]
    width, height = PANEL[0] - MARGIN[0] - 12, PANEL[1] - 2 * MARGIN[1]
    values = [value for _, *pair in points for value in pair]
    low, high = min(values), max(values)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    last = max(step for step, *_ in points) or 1

    def place(step: float, value: float) -> tuple:
        return left + width * step / last, top + height * (high - value) / (high - low)

    canvas.rectangle((left, top, left + width, top + height), outline=(205, 205, 210))
    canvas.text((left, corner[1] + 8), title, fill=INK)
    for value in (low, high):
        canvas.text((corner[0] + 4, place(0, value)[1] - 5), f"{value:.3f}", fill=INK)
    canvas.text((left, top + height + 4), "0", fill=INK)
    canvas.text((left + width - 34, top + height + 4), f"{last:.0f}", fill=INK)
    for column, colour in ((2, READOUT), (1, NETWORK)):
        line = [place(point[0], point[column]) for point in points]
        canvas.line(line, fill=colour, width=2)
        for x, y in line:
            canvas.ellipse((x - 2, y - 2, x + 2, y + 2), fill=colour)


def main(run: Path, out: Path) -> None:
    panels = {
        f"IoU, {name} shots": points
        for name, points in curves(run / "validation.csv", ["source", "shots"], "iou", "iou_readout").items()
    }
    for name, points in curves(run / "training.csv", ["source"], "loss", "loss_readout").items():
        panels[f"loss, {name}"] = points
    rows = -(-len(panels) // COLUMNS)
    image = Image.new("RGB", (COLUMNS * PANEL[0], rows * PANEL[1] + 24), "white")
    canvas = ImageDraw.Draw(image)
    canvas.text((8, 6), "network", fill=NETWORK)
    canvas.text((70, 6), "read-out", fill=READOUT)
    canvas.text((140, 6), "by step", fill=INK)
    for i, (title, points) in enumerate(panels.items()):
        draw(canvas, (i % COLUMNS * PANEL[0], i // COLUMNS * PANEL[1] + 24), title, points)
    image.save(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
