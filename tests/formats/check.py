"""Reads exported files with libraries that are not ours and prints what they say as JSON.

usage: check.py FORMAT FOLDER
"""

import contextlib
import csv
import json
import pathlib
import sys
import xml.etree.ElementTree

import numpy as np
from PIL import Image, ImageDraw


def coco(folder):
    """Class ids a pixel by picture, keypoints by picture, areas and boxes as the masks themselves have them."""
    from pycocotools import mask
    from pycocotools.coco import COCO

    with contextlib.redirect_stdout(sys.stderr):
        data = COCO(folder / "annotations.json")
    found = {}
    for image in data.imgs.values():
        ids = np.zeros((image["height"], image["width"]), np.uint8)
        points, right = [], True
        for one in data.loadAnns(data.getAnnIds(image["id"])):
            if "keypoints" in one:
                points.append([one["category_id"], one["keypoints"]])
                continue
            drawn = data.annToMask(one)
            ids[drawn == 1] = one["category_id"]
            box = mask.toBbox(mask.encode(np.asfortranarray(drawn))).tolist()
            right &= one["area"] == int(drawn.sum()) and one["bbox"] == box
        found[image["file_name"]] = {"ids": ids.tolist(), "points": points, "right": right}
    return {"classes": [c["name"] for c in data.cats.values()], "pictures": found}


def yolo(folder):
    """Names, and the numbers of every line by file."""
    import yaml

    data = yaml.safe_load((folder / "data.yaml").read_text())
    files = sorted((folder / "labels").iterdir())
    lines = {f.name: [[float(v) for v in line.split()] for line in f.read_text().splitlines()] for f in files}
    return {"data": data, "lines": lines}


def outlines(width, height, rings):
    """Class ids of rings `[class, [x, y, ...]]` in shares of the picture, drawn four times as large and taken at the centres."""
    scale = 4
    ids = np.zeros((height, width), np.uint8)
    for name, ring in rings:
        canvas = Image.new("1", (width * scale, height * scale))
        points = [(x * width * scale - 0.5, y * height * scale - 0.5) for x, y in zip(ring[::2], ring[1::2])]
        ImageDraw.Draw(canvas).polygon(points, fill=1)
        ids[np.asarray(canvas)[scale // 2 :: scale, scale // 2 :: scale]] = name
    return ids.tolist()


def yolo_outlines(folder):
    sizes = json.loads((folder / "sizes.json").read_text())
    read = yolo(folder)
    drawn = {name: outlines(*sizes[name], [(int(l[0]) + 1, l[1:]) for l in lines]) for name, lines in read["lines"].items()}
    return {"names": read["data"]["names"], "drawn": drawn}


def label_studio(folder):
    found = {}
    for task in json.loads((folder / "tasks.json").read_text()):
        rings, points, size = [], [], None
        for group in task["annotations"] + task["predictions"]:
            for one in group["result"]:
                size = one["original_width"], one["original_height"]
                value = one["value"]
                if one["type"] == "polygonlabels":
                    rings.append((int(value["polygonlabels"][0][-1]), [v / 100 for p in value["points"] for v in p]))
                else:
                    points.append([value["keypointlabels"][0], value["x"], value["y"]])
        drawn = outlines(*size, rings) if rings else None
        found[task["data"]["image"]] = {"ids": drawn, "points": points, "predicted": len(task["predictions"])}
    return found


def voc(folder):
    found = {}
    for file in sorted((folder / "Annotations").iterdir()):
        root = xml.etree.ElementTree.parse(file).getroot()
        size = [int(root.find(f"size/{side}").text) for side in ("width", "height")]
        boxes = [
            [o.find("name").text] + [int(o.find(f"bndbox/{side}").text) for side in ("xmin", "ymin", "xmax", "ymax")]
            for o in root.iter("object")
        ]
        png = Image.open(folder / "SegmentationClass" / f"{file.stem}.png")
        found[root.find("filename").text] = {"size": size, "boxes": boxes, "mode": png.mode, "ids": np.asarray(png).tolist()}
    return found


def pngs(folder):
    found = {}
    for file in sorted(folder.glob("*/*.png")):
        png = Image.open(file)
        found[file.name] = {"mode": png.mode, "values": np.asarray(png).tolist()}
    return found


def tables(folder):
    return {file.name: list(csv.reader(file.open(newline=""))) for file in sorted(folder.glob("*.csv"))}


def tiffs(folder):
    """Writes TIFFs of every sort that is read, and says what is in them."""
    import tifffile

    rng = np.random.default_rng(0)
    grey16 = rng.integers(100, 4000, (40, 60), np.uint16)
    rgb8 = rng.integers(0, 256, (40, 60, 3), np.uint8)
    pages = rng.integers(0, 65536, (3, 40, 60), np.uint16)
    floats = rng.normal(0, 1, (40, 60)).astype(np.float32)
    kinds = {
        "grey8": (rgb8[..., 0].copy(), {}),
        "rgb8": (rgb8, {"photometric": "rgb"}),
        "grey16": (grey16, {}),
        "deflate16": (grey16, {"compression": "zlib", "predictor": True}),
        "big-endian16": (grey16, {"byteorder": ">"}),
        "pages16": (pages, {"photometric": "minisblack"}),
        "float": (floats, {}),
        "inverted": (rgb8[..., 0].copy(), {"photometric": "miniswhite"}),
        "tiled16": (grey16, {"tile": (32, 32)}),
    }
    for name, (data, options) in kinds.items():
        tifffile.imwrite(folder / f"{name}.tif", data, **options)
    # Read back, so that nothing relies on what was meant.
    return {name: tifffile.imread(folder / f"{name}.tif").tolist() for name in kinds}


if __name__ == "__main__":
    _, reader, place = sys.argv
    print(json.dumps(globals()[reader](pathlib.Path(place))))
