"""What each kernel may take of a multiprocessor, from `budgets.csv`, so that a change that costs occupancy is seen where it is made.

A row names a kernel, its launch bound in threads, the registers of a thread on the architecture that needs most, bytes of static shared memory
of a block, and bytes of local memory of a thread: values that found no register, which is to be none where registers are left.
"""

import csv
import dataclasses
import pathlib

TABLE = pathlib.Path(__file__).with_name("budgets.csv")

# Of a multiprocessor and of a block, on every GPU from compute capability 8.0 on.
REGISTERS = 65_536
SHARED_BYTES = 48 * 1024
REGISTER_UNIT = 8  # registers of a thread are given in such steps


@dataclasses.dataclass(frozen=True)
class Budget:
    threads: int
    registers: int
    shared: int
    local: int = 0


def read(lines):
    """{kernel: Budget} of the table's lines. Raises `ValueError` for a kernel named twice."""
    budgets = {}
    for row in csv.DictReader(lines):
        if row["kernel"] in budgets:
            raise ValueError(f"{row['kernel']} has two budgets")
        budgets[row["kernel"]] = Budget(int(row["threads"]), int(row["registers"]), int(row["shared_bytes"]), int(row["local_bytes"]))
    return budgets


def complaints(budgets, threads, needs):
    """What is wrong, a sentence each: `threads` are the launch bounds and `needs` the needs of the kernels by name."""
    found = [f"{name} has no budget" for name in sorted(needs.keys() - budgets.keys())]
    found += [f"{name} has a budget and is no kernel" for name in sorted(budgets.keys() - needs.keys())]
    for name in sorted(needs.keys() & budgets.keys()):
        need, budget = needs[name], budgets[name]
        if threads.get(name) != budget.threads:
            found.append(f"{name} is compiled for {threads.get(name)} threads, its budget says {budget.threads}")
        if need.registers > budget.registers:
            found.append(f"{name} takes {need.registers} registers, its budget is {budget.registers}")
        if need.shared > budget.shared:
            found.append(f"{name} takes {need.shared} bytes of shared memory, its budget is {budget.shared}")
        if need.local > budget.local:
            found.append(f"{name} takes {need.local} bytes of local memory, its budget is {budget.local}")
        found += impossible(name, budget)
    return found


def allocated(registers):
    """What a thread is given that needs so many."""
    return -(-registers // REGISTER_UNIT) * REGISTER_UNIT


def impossible(name, budget):
    """What no GPU can give, whatever the kernel needs today."""
    registers = allocated(budget.registers) * budget.threads
    found = []
    if registers > REGISTERS:
        found.append(f"{name} may take {registers} registers a block, there are {REGISTERS}")
    if budget.shared > SHARED_BYTES:
        found.append(f"{name} may take {budget.shared} bytes of static shared memory, there are {SHARED_BYTES}")
    return found
