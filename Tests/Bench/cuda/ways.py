"""The ways of training a model in PyTorch that are raced: from the plain loop to one CUDA graph for the whole step.

All of them have the examples on the device, take a batch by its row numbers there, and keep the loss there, so that no step waits for the host.
"""

import time

import torch
from many import ManyMultiTaskLSTMs, many_two_heads_loss
from models import WORKLOADS, parameter_count

WARM_UP = 11  # steps before anything is captured or measured: cuDNN and torch.compile choose their kernels in the first ones
BATCHES = 64  # different ones, used in turn


class Training:
    """One model that trains. `compile_mode` is given to torch.compile, None leaves it out; `how` is given to the optimiser."""

    def __init__(self, workload, batch, models, device, compile_mode=None, **how):
        work = WORKLOADS[workload]
        torch.manual_seed(1)
        self.device = torch.device(device)
        self.module = (work.build() if models == 1 else ManyMultiTaskLSTMs(models)).to(self.device).train()
        self.parameters = parameter_count(self.module)
        self.inputs, self.targets = work.examples(batch * BATCHES, self.device)
        self.order = torch.randperm(batch * BATCHES).view(BATCHES, batch).to(self.device)
        self.total = torch.zeros((), device=self.device)
        self.steps = 0
        self.optimizer = work.optimizer(self.module.parameters(), **how)
        loss = work.loss if models == 1 else many_two_heads_loss

        def forward(inputs, *targets):
            return loss(self.module(inputs), *targets)

        self.forward = forward if compile_mode is None else torch.compile(forward, mode=compile_mode)
        self.run(WARM_UP)

    def step(self, rows):
        """Trains on the examples of these numbers."""
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.forward(self.inputs[rows], *(target[rows] for target in self.targets))
        loss.backward()
        self.optimizer.step()
        self.total += loss.detach()

    def run(self, steps):
        for _ in range(steps):
            self.step(self.order[self.steps % BATCHES])
            self.steps += 1

    def measure(self, steps):
        """(microseconds of a step, mean loss)."""
        self.synchronize()
        self.total.zero_()
        self.synchronize()
        start = time.perf_counter()
        self.run(steps)
        self.synchronize()
        seconds = time.perf_counter() - start
        return seconds / steps * 1e6, self.total.item() / steps

    def synchronize(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()


class CapturedTraining(Training):
    """The whole step is one CUDA graph, which counts its batches itself: all that the host does is to launch it."""

    def __init__(self, *arguments, **keywords):
        self.graph = None
        super().__init__(*arguments, **keywords)
        self.number = torch.zeros(1, dtype=torch.long, device=self.device)
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.counted_step()
        torch.cuda.current_stream().wait_stream(stream)
        self.optimizer.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.counted_step()
        self.graph = graph

    def counted_step(self):
        self.step(self.order.index_select(0, self.number).squeeze(0))
        self.number.add_(1).remainder_(BATCHES)

    def run(self, steps):
        if self.graph is None:
            return super().run(steps)
        for _ in range(steps):
            self.graph.replay()


# {name: (class, its options)}; all but the first need a GPU.
WAYS = {
    "eager": (Training, {}),
    "eager, fused Adam": (Training, {"fused": True}),
    "compiled": (Training, {"compile_mode": "reduce-overhead", "fused": True}),
    "captured": (CapturedTraining, {"fused": True, "capturable": True}),
    "compiled and captured": (CapturedTraining, {"compile_mode": "max-autotune-no-cudagraphs", "fused": True, "capturable": True}),
}


def ways(device):
    return list(WAYS) if device == "cuda" else ["eager"]


def allow_tf32():
    """Lets PyTorch compute products as fast as it can."""
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.allow_tf32 = True


def forget():
    """Drops what earlier trainings compiled: PyTorch keeps eight compilations of one function, and then goes on without compiling."""
    if hasattr(torch, "_dynamo"):
        torch._dynamo.reset()


def prepare(way, workload, batch, models, device):
    """A training that is warm. What PyTorch raises passes."""
    kind, options = WAYS[way]
    return kind(workload, batch, models, device, **options)
