"""The whole first notebook against a hub server, run, killed and checked."""

import contextlib
import datetime
import json
import os
import signal
import subprocess
import time
import uuid

import evidence
from hub_process import running_hub
from notebooks import Runs

TOKEN = "hf_ann_write"
CELLS = ["install", "auth", "download", "preprocess", "build", "train", "evaluate", "upload"]
FEATURES = ["X_sequences.npy", "y_class.npy", "y_reg.npy", "scaler.pkl", "zigzag_points.json", "statistics.json"]
PUBLISHED = [f"v2_model/BTCUSDT/15m/{name}" for name in ("model.h5", "scaler.pkl", "config.json")]


@contextlib.contextmanager
def hub_with_features(apus, notebook_path, environment, folder):
    """A hub with features, whose answers take long enough that kills and other processes meet the network, too."""
    source = Runs(apus, notebook_path, folder, environment, bars=1500, epochs=1)
    assert source.run().returncode == 0
    with running_hub() as server:
        world = server.world(uuid.uuid4().hex)
        for name in FEATURES:
            path = f"v2_model/BTCUSDT/15m/15m_{name}"
            found = next((folder / "hf" / "hub").glob(f"*/snapshots/*/{path}"))
            world.admin("file", {"kind": "dataset", "name": "ann/candles", "path": path, "file": str(found.resolve())})
        world.faults({"kind": "slow", "seconds": 0.02, "times": 1 << 30})
        yield world


class Story(Runs):
    """Runs in one folder, with a cache, checkpoints and a model repository of their own."""

    def __init__(self, apus, source, folder, environment, world, name):
        super().__init__(apus, source, folder, environment, hub=world.endpoint, repo="ann/candles", modelRepo=f"ann/{name}", bars=1500, epochs=12)
        self.world, self.repository = world, f"ann/{name}"
        (self.folder / "tmp").mkdir()
        kept = {key: value for key, value in self.environment.items() if not key.startswith(("HF_", "HUGGING"))}
        self.environment = dict(
            kept, HF_HOME=str(self.folder / "hf"), HF_TOKEN=TOKEN, TMPDIR=str(self.folder / "tmp"), XDG_STATE_HOME=str(self.folder / "state"),
            NO_PROXY="127.0.0.1")

    def killed(self, cell, delay):
        """Starts a run and kills its process group `delay` seconds after `cell` began; false when the run was over before."""
        before = self.identity()
        process = subprocess.Popen(
            self.command(resume=True), env=self.environment, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True)
        deadline = time.monotonic() + 120
        while process.poll() is None and not self.has_begun(cell, before):
            assert time.monotonic() < deadline, f"the cell {cell} did not begin"
            time.sleep(0.002)
        try:
            errors = process.communicate(timeout=delay)[1]
            assert process.returncode == 0, errors
            return False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return True

    def identity(self):
        try:
            status = self.output.stat()
            return status.st_ino, status.st_mtime_ns
        except FileNotFoundError:
            return None

    def has_begun(self, cell, before):
        """Whether the cell before it has ended, as the notebook says that this run writes."""
        position = CELLS.index(cell)
        if position == 0 or self.identity() in (before, None):
            return position == 0
        cells = {c["id"]: c for c in json.loads(self.output.read_text())["cells"]}
        return "shell.execute_reply" in cells[CELLS[position - 1]]["metadata"].get("execution", {})

    def seconds(self):
        """How long each cell ran."""
        def moment(cell, event):
            return datetime.datetime.fromisoformat(cell.metadata["execution"][event].replace("Z", "+00:00"))

        return {
            c.id: (moment(c, "shell.execute_reply") - moment(c, "iopub.execute_input")).total_seconds()
            for c in self.executed().cells if c.id in CELLS}

    def model(self):
        return evidence.get(self.world, f"/{self.repository}/resolve/main/{PUBLISHED[0]}", TOKEN)

    def verify(self, model):
        """Everything that is there is whole; returns what is there under temporary names."""
        evidence.verify_cache(self.folder / "hf" / "hub")
        evidence.verify_checkpoints(self.checkpoints)
        evidence.verify_notebook(self.output)
        evidence.verify_repository(self.world, self.repository, TOKEN, PUBLISHED, model)
        return evidence.leftovers(self.folder)
