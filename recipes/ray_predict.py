#!/usr/bin/env python3
"""Predicts a folder of pictures on a Ray cluster: every shard is one `anolis predict`. See docs/cluster.md."""

import argparse
import json
import pathlib
import subprocess
import sys
import zlib

import ray

ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
# Exit codes of `anolis predict`: everything, or everything that could be read.
DONE, PARTLY = 0, 3


def shards_of(root, count):
    """The pictures below a folder. A picture's shard depends on its name alone, so that a run can go on where it stopped."""
    shards = [[] for _ in range(count)]
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() in ENDINGS and path.is_file():
            name = path.relative_to(root).as_posix()
            shards[zlib.crc32(name.encode()) % count].append(str(path))
    return shards


@ray.remote
def predict(anolis, session, root, out, shard, pictures):
    """What came of the pictures of a shard, or why nothing did."""
    command = [anolis, "predict", session, *pictures, "--root", root, "--out", out, "--json"]
    run = subprocess.run([*command, "--summary", f"summary-{shard:04}.csv"], capture_output=True, text=True)
    if run.returncode not in (DONE, PARTLY):
        return {"shard": shard, "error": run.stderr.strip()}
    *pictures, counts = map(json.loads, run.stdout.splitlines())
    failed = [picture for picture in pictures if picture["status"] == "failed"]
    return {"shard": shard, **counts, "pictures": failed}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("session", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path, help="a folder that every machine sees under this name")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="likewise")
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--cores", type=float, default=1, help="cores of a shard")
    parser.add_argument("--anolis", default="anolis", help="the binary on every machine")
    parser.add_argument("--address", help="the cluster's address; without it everything runs on this machine")
    options = parser.parse_args()
    ray.init(address=options.address, log_to_driver=False, include_dashboard=False)
    session, root, out = (str(path.resolve()) for path in (options.session, options.images, options.out))
    task = predict.options(num_cpus=options.cores, max_retries=3)
    shards = enumerate(shards_of(pathlib.Path(root), options.shards))
    waiting = [task.remote(options.anolis, session, root, out, i, pictures) for i, pictures in shards if pictures]
    code = DONE
    while waiting:
        (ready,), waiting = ray.wait(waiting)
        result = ray.get(ready)
        print(json.dumps(result), flush=True)
        if "error" in result:
            code = 1
        elif result["failed"] and code == DONE:
            code = PARTLY
    return code


if __name__ == "__main__":
    sys.exit(main())
