"""Writes ApusTrainingTests/Fixtures/schedules.json: learning rates of 60 steps by PyTorch's schedulers, and after a linear warm-up of 10 steps.

Run: python Tests/References/training_schedules.py   (torch 2.13)
"""
import json
import pathlib

import torch
from torch.optim import lr_scheduler

BASE, STEPS, WARMUP, START = 0.01, 60, 10, 0.1
SCHEDULES = {
    "step": lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.5),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.93),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=50, eta_min=0.03 * BASE),
    "constant": lambda o: lr_scheduler.LambdaLR(o, lambda step: 1.0),
}


def rates(make):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=BASE)
    scheduler, found = make(optimizer), []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def warmed(make):
    def sequence(optimizer):
        rise = lr_scheduler.LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
        return lr_scheduler.SequentialLR(optimizer, [rise, make(optimizer)], milestones=[WARMUP])
    return sequence


found = {name: dict(plain=rates(make), warmed=rates(warmed(make))) for name, make in SCHEDULES.items()}
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/schedules.json"
path.write_text(json.dumps(dict(base=BASE, warmup=WARMUP, start=START, schedules=found), indent=0) + "\n")
