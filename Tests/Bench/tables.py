"""Times reading a million candles beside pyarrow, in pairs, one thread each.

Run: python Tests/Bench/tables.py .build/release/ApusBench [--rows 1000000] [--pairs 9]        (pyarrow, numpy)

Prints one line a file: the median seconds of both, and the median of the pairs' ratios (pyarrow's seconds by ours: above 1 we are faster).
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy
import pyarrow
import pyarrow.feather
import pyarrow.parquet

pyarrow.set_cpu_count(1)
pyarrow.set_io_thread_count(1)


def candles(rows):
    """A random walk with prices of two decimals, as exchanges have them."""
    random = numpy.random.default_rng(1)
    close = numpy.round(30_000 * numpy.exp(numpy.cumsum(random.normal(0, 1e-3, rows))), 2)
    opens = numpy.concatenate([close[:1], close[:-1]])
    spread = numpy.abs(random.normal(0, 20, (2, rows)))
    return pyarrow.table({
        "date": pyarrow.array(1_500_000_000_000 + 60_000 * numpy.arange(rows), pyarrow.timestamp("ms", tz="UTC")),
        "open": opens, "high": numpy.round(numpy.maximum(opens, close) + spread[0], 2),
        "low": numpy.round(numpy.minimum(opens, close) - spread[1], 2), "close": close,
        "volume": numpy.round(random.gamma(2, 50, rows), 5),
    })


def ours(program, path):
    result = subprocess.run([program, "parquet", path, "--repeats", "3"], capture_output=True, text=True, check=True)
    return min(json.loads(result.stdout)["seconds"])


def theirs(path):
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        if str(path).endswith(".feather"):
            pyarrow.feather.read_table(path, use_threads=False, memory_map=True)
        else:
            pyarrow.parquet.read_table(path, use_threads=False, memory_map=True)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=9)
    options = parser.parse_args()
    table = candles(options.rows)
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for codec in ["none", "snappy", "zstd", "lz4", "gzip"]:
            for dictionary in [True, False]:
                path = pathlib.Path(folder) / f"{codec}-{'dictionary' if dictionary else 'plain'}.parquet"
                pyarrow.parquet.write_table(table, path, compression=codec, use_dictionary=dictionary)
                files[path.name] = path
        for codec in ["uncompressed", "lz4", "zstd"]:
            path = pathlib.Path(folder) / f"{codec}.feather"
            pyarrow.feather.write_feather(table, path, compression=codec)
            files[path.name] = path
        for name, path in files.items():
            pairs = [(ours(options.program, path), theirs(path)) for _ in range(options.pairs)]
            print(json.dumps({
                "file": name, "megabytes": round(path.stat().st_size / 1e6, 1), "rows": options.rows,
                "apus_ms": round(1e3 * statistics.median(pair[0] for pair in pairs), 1),
                "pyarrow_ms": round(1e3 * statistics.median(pair[1] for pair in pairs), 1),
                "ratio": round(statistics.median(pair[1] / pair[0] for pair in pairs), 2)}), flush=True)


main()
