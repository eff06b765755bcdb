"""The Ray recipe on this machine alone; ANOLIS is the binary. Run by `cargo xtask test cluster`."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
TASK = HERE.parent / "tests/tasks/procedural"
ANOLIS = os.environ["ANOLIS"]


class RayPredict(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.session = self.folder / "cells.anolis"
        subprocess.run([ANOLIS, "convert", TASK, self.session, "--shots", "1"], check=True)
        self.images = self.folder / "images"
        for i, name in enumerate(["05", "06", "07", "08"]):
            to = self.images / f"plate{i % 2}"
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(TASK / f"images/{name}.jpg", to)

    def run_recipe(self, out):
        command = [sys.executable, HERE / "ray_predict.py", self.session, self.images, "--out", out]
        command += ["--shards", "3", "--anolis", ANOLIS]
        run = subprocess.run(command, capture_output=True, text=True)
        self.assertIn(run.returncode, (0, 3), run.stderr)
        return run.returncode, [json.loads(line) for line in run.stdout.splitlines()]

    def test_shards_write_what_one_machine_writes(self):
        alone, sharded = self.folder / "alone", self.folder / "sharded"
        subprocess.run([ANOLIS, "predict", self.session, self.images, "--out", alone], check=True)
        code, results = self.run_recipe(sharded)
        self.assertEqual((code, sum(result["predicted"] for result in results)), (0, 4))
        masks = sorted(path.relative_to(alone) for path in alone.rglob("*.png"))
        self.assertEqual(len(masks), 4)
        for mask in masks:
            self.assertEqual((sharded / mask).read_bytes(), (alone / mask).read_bytes())
        # A second run has nothing left; a corrupt picture is named and its shard done.
        (self.images / "plate0/corrupt.jpg").write_bytes(b"no picture")
        code, results = self.run_recipe(sharded)
        self.assertEqual((code, sum(result["skipped"] for result in results)), (3, 4))
        failed = [picture["picture"] for result in results for picture in result["pictures"]]
        self.assertEqual([pathlib.Path(path).name for path in failed], ["corrupt.jpg"])


if __name__ == "__main__":
    unittest.main()
