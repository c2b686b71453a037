"""The race against PyTorch on a GPU, tried without one: the models, the bundle for another machine, and a whole race with a stand-in for ApusBench.

PyTorch is Debian's (python3-torch), in processes of its own.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUNDLE = REPOSITORY / "Tests" / "Bench" / "cuda" / "bundle"
TORCH = os.environ.get("APUS_TORCH_PYTHON", "/usr/bin/python3")
ROW, OTHER = "multi-task-lstm-32", "sequence-regressor-gru-32"

# Answers as `ApusBench cuda` does. FAKE_FAILS names a command that fails after its first line.
FAKE = f"""#!{sys.executable}
import json, os, sys
command, options = sys.argv[2], dict(zip(sys.argv[3::2], sys.argv[4::2]))
assert sys.argv[1] == "cuda"
if command == "check" and os.environ.get("FAKE_FAILS") != "silence":
    print(json.dumps({{"what": "check", "name": "gemm", "passed": os.environ.get("FAKE_FAILS") != "check"}}))
elif command == "train":
    assert options["--steps"] == "2" and options["--models"] == "1"
    loss = None if os.environ.get("FAKE_FAILS") == "loss" else 1.25
    print(json.dumps({{"what": "train", "workload": options["--workload"], "us_per_step": 40.5, "loss": loss}}))
elif command == "kernels":
    print("a line of text")
    print(json.dumps({{"what": "kernel", "name": "gather", "grid": "32 x 5 x 1", "launches": 1, "us": 1.5}}))
    print(json.dumps({{"what": "kernel", "name": "gemm", "grid": "8 x 4 x 1", "launches": 3, "us": 14.25}}))
elif command == "epoch":
    assert options["--workload"] == "multi-task-lstm" and options["--rows"] == "70"
    print(json.dumps({{"what": "epoch", "workload": options["--workload"], "batch": int(options["--batch"]), "rows": 70, "seconds": 0.25}}))
sys.exit(command == os.environ.get("FAKE_FAILS"))
"""


def make_bundle(folder, bench):
    return subprocess.run([BUNDLE, folder, bench], capture_output=True, text=True)


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    """A bundle, with a stand-in for ApusBench in the end."""
    folder = tmp_path_factory.mktemp("race") / "bundle"
    done = make_bundle(folder, "/bin/true")
    assert done.returncode == 0, done.stderr
    (folder / "ApusBench").write_text(FAKE)
    return folder


@pytest.fixture
def race(complete, tmp_path):
    """Runs the race in the bundle, with a results file and tables of its own: a function of the options."""

    def race(*arguments, fails=""):
        command = [TORCH, "-B", "race_cuda.py", "--device", "cpu", "--steps", "2", "--epoch-rows", "70"]
        command += ["--results", tmp_path / "results.jsonl", "--write", tmp_path / "CUDA.md"]
        environment = dict(os.environ, FAKE_FAILS=fails, OMP_NUM_THREADS="1")
        return subprocess.run([*command, *arguments], cwd=complete, capture_output=True, text=True, env=environment)

    race.folder = tmp_path
    race.results = lambda: [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    return race


def torch_says(complete, code, *arguments):
    """The JSON that a program for PyTorch prints."""
    command = [TORCH, "-B", "-c", code, *arguments]
    done = subprocess.run(command, cwd=complete, capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_race(race):
    done = race("--rounds", "2", "--only", ROW)
    assert done.returncode == 0, done.stderr
    lines = race.results()
    assert [line["what"] for line in lines] == ["machine", "check", "train", "train", "train", "train", "kernel", "kernel", "epoch"]
    times = [line for line in lines if line["what"] == "train"]
    assert [(line["way"], line["round"]) for line in times] == [("apus", 0), ("eager", 0), ("apus", 1), ("eager", 1)]
    assert all(line["workload"] == "multi-task-lstm" and line["batch"] == 32 and line["models"] == 1 for line in times)
    assert times[0]["us_per_step"] == 40.5 and times[1]["us_per_step"] > 0 and times[1]["parameters"] == 33_653
    text = (race.folder / "CUDA.md").read_text()
    assert text.startswith("# A trial without a GPU") and "passed before: 1." in text
    assert "| two-headed LSTM 64 → 32 | 32 | 1 | 40.5 | " in text
    assert text.index("| `gemm` | 8 x 4 x 1 | 3 | 14.25 |") < text.index("| `gather` | 32 x 5 x 1 | 1 | 1.50 |")
    assert "70 rows in batches of 32: **0.25 s**" in text
    assert '"way": "apus", "us_per_step": [40.5, 40.5]}' in text


def test_a_later_race_adds_to_the_tables(race):
    assert race("--rounds", "1", "--only", ROW).returncode == 0
    assert race("--rounds", "1", "--only", OTHER).returncode == 0
    text = (race.folder / "CUDA.md").read_text()
    assert "| two-headed LSTM 64 → 32 | 32 |" in text and "| GRU 2×128 | 32 |" in text and "passed before: 1." in text


@pytest.mark.parametrize("fails", ["check", "silence"])
def test_nothing_is_timed_when_a_kernel_is_wrong(race, fails):
    done = race("--only", ROW, fails=fails)
    assert done.returncode == 1 and "nothing is timed" in done.stderr
    assert all(line["what"] in ("machine", "check") for line in race.results())
    assert not (race.folder / "CUDA.md").exists()


def test_a_run_of_ours_that_fails_is_an_error_and_the_rest_is_kept(race):
    done = race("--rounds", "1", "--only", ROW, fails="train")
    assert done.returncode == 1 and "failed" in done.stderr
    assert [line["way"] for line in race.results() if line["what"] == "train"] == ["eager"]
    assert "| two-headed LSTM 64 → 32 | 32 | 1 |  | " in (race.folder / "CUDA.md").read_text()


def test_a_loss_that_is_not_finite_is_an_error(race):
    done = race("--rounds", "1", "--only", ROW, fails="loss")
    assert done.returncode == 1 and "some measurements of Apus failed" in done.stderr


FAILING = """
import argparse, json, pathlib, race_cuda, report, results, sys, ways
def fail(*arguments):
    raise RuntimeError("no kernel image\\nis available")
ways.prepare = fail
found = results.Results(pathlib.Path(sys.argv[1]), dict(gpu="GPU", driver="1", torch="2", cuda="13", cudnn=9))
row = ("multi-task-lstm", 32, 132)
prepared = race_cuda.prepare(argparse.Namespace(device="cpu"), found, row)
found.add(what="train", **race_cuda.identity(row), way="apus", us_per_step=4000.0)
print(json.dumps([prepared, report.text(found.lines)]))
"""


def test_a_way_that_pytorch_cannot_go_is_reported_and_left_out(complete, tmp_path):
    prepared, text = torch_says(complete, FAILING, tmp_path / "results.jsonl")
    assert prepared == {} and text.startswith("# Training on a GPU")
    assert "| two-headed LSTM 64 → 32 | 32 | 132 | 4,000 |  |  |  |  |" in text
    assert "- two-headed LSTM 64 → 32, batch 32, 132 models, eager: `RuntimeError: no kernel image is available`" in text


def test_results_of_two_machines_do_not_mix(race):
    (race.folder / "results.jsonl").write_text('{"what": "machine", "gpu": "another"}\n')
    done = race("--only", ROW)
    assert done.returncode == 1 and "results of another machine" in done.stderr


@pytest.mark.parametrize(("arguments", "complaint"), [(["--only", "w0"], "no row is called w0"), (["--steps", "0"], "at least 1")])
def test_what_cannot_be_raced_is_refused(race, arguments, complaint):
    done = race(*arguments)
    assert done.returncode == 2 and complaint in done.stderr


def test_a_gpu_is_asked_for(race):
    done = race("--device", "cuda")
    assert done.returncode == 1 and "PyTorch sees no GPU here" in done.stderr


MODELS = """
import json, torch
from models import WORKLOADS, parameter_count
from many import ManyMultiTaskLSTMs
found = {}
for name, work in WORKLOADS.items():
    torch.manual_seed(0)
    module = work.build().train()
    inputs, targets = work.examples(8, "cpu")
    optimizer = work.optimizer(module.parameters())
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = work.loss(module(inputs), *targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    found[name] = [parameter_count(module), sum(losses[:5]) / 5, sum(losses[-5:]) / 5, list(inputs.shape)]
found["many"] = parameter_count(ManyMultiTaskLSTMs(3))
print(json.dumps(found))
"""


def test_the_models_are_those_of_the_recipes_and_learn(complete):
    found = torch_says(complete, MODELS)
    assert {name: result[0] for name, result in found.items() if name != "many"} == {
        "multi-task-lstm": 33_653, "sequence-regressor": 246_913, "sequence-regressor-gru": 188_033, "price-action-transformer": 406_785}
    assert found.pop("many") == 3 * 33_653
    for name, (_, first, last, _) in found.items():
        assert last < first, f"{name}: the loss goes from {first} to {last}"
    assert [result[3] for result in found.values()] == [[8, 30, 13], [8, 24, 80], [8, 24, 80], [8, 64, 14]]


MANY = """
import json, torch
from models import WORKLOADS, MultiTaskLSTM
from many import ManyMultiTaskLSTMs, many_two_heads_loss
work = WORKLOADS["multi-task-lstm"]
torch.manual_seed(0)
singles, many = [MultiTaskLSTM().eval() for _ in range(3)], ManyMultiTaskLSTMs(3).eval()
def linear(to, number, layer):
    to.weight[number], to.bias[number, 0] = layer.weight.T, layer.bias
with torch.no_grad():
    for number, single in enumerate(singles):
        for to, layer in ((many.first, single.first), (many.second, single.second)):
            to.inputs.weight[number], to.recurrent[number] = layer.weight_ih_l0.T, layer.weight_hh_l0.T
            to.inputs.bias[number, 0] = layer.bias_ih_l0 + layer.bias_hh_l0
        for to, head in ((many.direction, single.direction), (many.bars, single.bars)):
            for target, layer in zip(to, head):
                if isinstance(layer, torch.nn.Linear):
                    linear(target, number, layer)
inputs, targets = work.examples(5, "cpu")
outputs = many(inputs)
loss = many_two_heads_loss(outputs, *targets)
loss.backward()
error = total = 0
for number, single in enumerate(singles):
    own = single(inputs)
    own_loss = work.loss(own, *targets)
    own_loss.backward()
    total += own_loss.item()
    error = max(error, *((a[number] - b).abs().max().item() for a, b in zip(outputs, own)))
    error = max(error, (many.first.inputs.weight.grad[number] - single.first.weight_ih_l0.grad.T).abs().max().item())
    error = max(error, (many.second.recurrent.grad[number] - single.second.weight_hh_l0.grad.T).abs().max().item())
    error = max(error, (many.bars[0].bias.grad[number, 0] - single.bars[0].bias.grad).abs().max().item())
print(json.dumps([error, loss.item(), total]))
"""


def test_many_models_compute_what_each_does_alone(complete):
    error, loss, total = torch_says(complete, MANY)
    assert error < 1e-5 and abs(loss - total) < 1e-4


# What a CUDA graph is made of, for a machine without one: the calls are made, and nothing is recorded.
CAPTURE = """
import contextlib, json, torch, ways
class Nothing:
    def wait_stream(self, other):
        pass
torch.cuda.Stream = torch.cuda.CUDAGraph = torch.cuda.current_stream = Nothing
torch.cuda.stream = torch.cuda.graph = lambda what: contextlib.nullcontext()
training = ways.CapturedTraining("multi-task-lstm", 4, 1, "cpu")
losses = [training.total.item()]
Nothing.replay = lambda self: training.counted_step()
seen = []
inputs = training.inputs
step = training.step
training.step = lambda rows: (seen.append(rows.tolist()), step(rows))
microseconds, loss = training.measure(ways.BATCHES + 1)
print(json.dumps([training.number.item(), sorted(sum(seen[:-1], [])), seen[0] == seen[-1], microseconds, loss]))
"""


def test_a_captured_step_counts_its_batches_itself(complete):
    number, rows, again, microseconds, loss = torch_says(complete, CAPTURE)
    assert number == 5 and rows == list(range(256)) and again
    assert microseconds > 0 and 0 < loss < 100


def test_a_program_that_needs_another_library_is_no_bundle(tmp_path):
    compiler = pathlib.Path(shutil.which("swift")).resolve().with_name("clang")
    (tmp_path / "library.c").write_text("int answer(void) { return 42; }")
    (tmp_path / "main.c").write_text("int answer(void); int main(void) { return answer(); }")
    subprocess.run([compiler, "-shared", "-fPIC", "-Wl,-soname,libswiftOther.so", "library.c", "-o", "libother.so"], cwd=tmp_path, check=True)
    subprocess.run([compiler, "main.c", "libother.so", "-o", "main"], cwd=tmp_path, check=True)
    done = make_bundle(tmp_path / "bundle", tmp_path / "main")
    assert done.returncode == 1 and "needs libswiftOther.so" in done.stderr and not (tmp_path / "bundle").exists()


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    done = make_bundle(tmp_path, "/bin/true")
    assert done.returncode == 1 and "is no bundle" in done.stderr and (tmp_path / "thesis.tex").exists()
