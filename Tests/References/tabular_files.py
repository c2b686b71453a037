"""Makes Tests/ApusTabularTests/Fixtures: tables as pyarrow, pandas, polars and DuckDB write them, and expected.json with their values.

Run: python Tests/References/tabular_files.py        (pyarrow 26.0, pandas 3.1, polars 2.1, duckdb 2.0)

expected.json has for each table its columns as [name, type, values]: numbers that JSON has no word for are texts, missing values null, times
milliseconds. A file's table is the part of its name before the first dash.
"""
import decimal
import json
import math
import pathlib
import struct

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

folder = pathlib.Path(__file__).parents[1] / "ApusTabularTests/Fixtures"
folder.mkdir(parents=True, exist_ok=True)
for old in folder.iterdir():
    old.unlink()
random = np.random.default_rng(7)
expected = {}
ROWS = 25
missing = {0, 3, 11, 12, 24}


def column(values, type, gaps=True):
    return pa.array([None if gaps and i in missing else v for i, v in enumerate(values)], type)


def kinds(gaps):
    """A column of every type; `gaps` leaves values out."""
    ms = [1_672_531_200_000 + 900_000 * i for i in range(ROWS)]
    doubles = [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7976931348623157e308] + list(np.round(random.normal(0, 1e3, ROWS - 7), 2))
    integers = [-2**63, 2**63 - 1, 0, -1] + [int(v) for v in random.integers(-10**12, 10**12, ROWS - 4)]
    words = ["", "a", "höher", "tiefer, \"x\"", "😀 emoji", "exactly 12 b", "thirteen long", "a text that is longer than a view holds"]
    c = lambda values, type: column(values, type, gaps)
    return pa.table({
        "ms": c(ms, pa.timestamp("ms", tz="UTC")),
        "us": c([v * 1000 + 999 for v in ms], pa.timestamp("us")),
        "ns": c([-v * 1_000_000 - 1 for v in ms], pa.timestamp("ns")),
        "day": c([-7, 0] + list(range(19_000, 19_000 + ROWS - 2)), pa.date32()),
        "double": c(doubles, pa.float64()),
        "single": c([np.float32(v) for v in random.normal(0, 1, ROWS)], pa.float32()),
        "constant": c([42.5] * ROWS, pa.float64()),
        "int64": c(integers, pa.int64()),
        "int32": c([-2**31, 2**31 - 1] + [i * i - 50 for i in range(ROWS - 2)], pa.int32()),
        "int16": c([-2**15, 2**15 - 1] + list(range(ROWS - 2)), pa.int16()),
        "uint8": c([0, 255] + list(range(ROWS - 2)), pa.uint8()),
        "uint32": c([0, 2**32 - 1] + list(range(ROWS - 2)), pa.uint32()),
        "uint64": c([0, 2**63 - 1] + list(range(ROWS - 2)), pa.uint64()),
        "flag": c([i % 3 == 0 for i in range(ROWS)], pa.bool_()),
        "price": c([decimal.Decimal(i * 12345 - 99999).scaleb(-4) for i in range(ROWS)], pa.decimal128(12, 4)),
        "wide": c([decimal.Decimal(i * 12345 - 99999).scaleb(-4) for i in range(ROWS)], pa.decimal128(38, 4)),
        "word": c([words[i % 3] for i in range(ROWS)], pa.string()),
        "text": c([words[i % 8] for i in range(ROWS)], pa.string()),
    })


def plain(value):
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def remember(name, table):
    columns = []
    for field in table.schema:
        array = table[field.name].combine_chunks()
        type = field.type
        if pa.types.is_timestamp(type):
            divisor = {"ms": 1, "us": 1000, "ns": 1_000_000}[type.unit]
            kind, values = "timestamp", [None if v is None else v // divisor for v in array.cast(pa.int64()).to_pylist()]
        elif pa.types.is_date32(type):
            kind, values = "timestamp", [None if v is None else v * 86_400_000 for v in array.cast(pa.int32()).to_pylist()]
        elif pa.types.is_floating(type) or pa.types.is_decimal(type):
            kind, values = "number", [None if v is None else float(v) for v in array.to_pylist()]
        else:
            kind = "boolean" if pa.types.is_boolean(type) else "integer" if pa.types.is_integer(type) else "text"
            values = array.to_pylist()
        columns.append([field.name, kind, [plain(v) for v in values]])
    expected[name] = columns


gaps, full = kinds(True), kinds(False)
remember("gaps", gaps)
remember("full", full)

# Parquet of pyarrow: every compression, both versions of pages, dictionaries or not, several row groups and pages, checksums.
for codec in ["none", "snappy", "gzip", "zstd", "lz4"]:
    pq.write_table(gaps, folder / f"gaps-pyarrow-{codec}.parquet", compression=codec)
for version in ["1.0", "2.0"]:
    pq.write_table(
        gaps, folder / f"gaps-pyarrow-pages{version[0]}.parquet", compression="snappy", data_page_version=version, use_dictionary=False,
        row_group_size=10, data_page_size=16, write_batch_size=4, write_page_checksum=True)
    pq.write_table(full, folder / f"full-pyarrow-pages{version[0]}.parquet", compression="zstd", data_page_version=version, row_group_size=7)
delta = {n: "DELTA_BINARY_PACKED" for n in ["int64", "int32", "int16", "uint8", "uint32", "uint64", "day", "ms", "us", "ns"]}
for name, more in {
    "delta": delta | {"word": "DELTA_LENGTH_BYTE_ARRAY", "text": "DELTA_BYTE_ARRAY", "flag": "RLE", "price": "DELTA_BYTE_ARRAY"},
    "split": {n: "BYTE_STREAM_SPLIT" for n in ["double", "single", "constant", "int64", "int32", "price", "wide"]},
}.items():
    for table, kind in [(gaps, "gaps"), (full, "full")]:
        pq.write_table(
            table, folder / f"{kind}-pyarrow-{name}.parquet", use_dictionary=False, column_encoding=more, data_page_version="2.0",
            compression="none")
pq.write_table(full, folder / "full-pyarrow-int96.parquet", use_deprecated_int96_timestamps=True)
pq.write_table(full, folder / "full-pyarrow-decimals.parquet", store_decimal_as_integer=True)
expected["halves"] = [["half", "number", [0.0, 1.0, -2.5, 6.103515625e-05, 5.960464477539063e-08, "inf", "-inf", "nan", 65504.0, None]]]
halves = pa.table({"half": pa.array(
    [None if v is None else np.float16(v) for v in [0, 1, -2.5, 2.0**-14, 2.0**-24, math.inf, -math.inf, math.nan, 65504, None]], pa.float16())})
pq.write_table(halves, folder / "halves-pyarrow.parquet")
feather.write_feather(halves, folder / "halves-pyarrow.feather")
long = pa.table({
    "run": pa.array([float(i // 700) for i in range(3000)]), "step": pa.array([i * 37 % 1009 for i in range(3000)], pa.int32()),
    "mostly": pa.array([None if i % 997 == 5 else f"t{i % 300}" for i in range(3000)]), "all": pa.array([None] * 3000, pa.float64()),
    "nothing": pa.nulls(3000)})
expected["long"] = [
    ["run", "number", [float(i // 700) for i in range(3000)]], ["step", "integer", [i * 37 % 1009 for i in range(3000)]],
    ["mostly", "text", [None if i % 997 == 5 else f"t{i % 300}" for i in range(3000)]], ["all", "number", [None] * 3000]]
parquet_long = long.drop_columns(["nothing"])
pq.write_table(parquet_long, folder / "long-pyarrow.parquet", compression="zstd")
pq.write_table(
    parquet_long, folder / "long-pyarrow-delta.parquet", compression="zstd", use_dictionary=False,
    column_encoding={"step": "DELTA_BINARY_PACKED", "mostly": "DELTA_BYTE_ARRAY", "run": "BYTE_STREAM_SPLIT"})
expected["empty"] = [["x", "number", []], ["t", "text", []]]
empty = pa.table({"x": pa.array([], pa.float64()), "t": pa.array([], pa.string())})
pq.write_table(empty, folder / "empty-pyarrow.parquet")
feather.write_feather(empty, folder / "empty-pyarrow.feather")

# polars and DuckDB.
for table, name in [(gaps, "gaps"), (full, "full")]:
    pl.from_arrow(table).write_parquet(folder / f"{name}-polars.parquet", compression="zstd", row_group_size=10)
    pl.from_arrow(table).write_ipc(folder / f"{name}-polars.feather")
    for codec in ["lz4", "zstd"]:
        pl.from_arrow(table).write_ipc(folder / f"{name}-polars-{codec}.feather", compression=codec)
database = duckdb.connect()
database.execute("set timezone='UTC'")
for kind, table in {"gaps": gaps, "full": full}.items():
    database.register("source", table)
    for version in ["v1", "v2"]:
        database.execute(f"copy source to '{folder}/{kind}-duckdb-{version}.parquet' (format parquet, compression snappy, parquet_version {version})")
database.register("source", parquet_long)
database.execute(f"copy source to '{folder}/long-duckdb.parquet' (format parquet, compression zstd, parquet_version v2)")

# Feather of pyarrow, with dictionaries of text and several batches.
for codec in ["uncompressed", "lz4", "zstd"]:
    feather.write_feather(gaps, folder / f"gaps-pyarrow-{codec}.feather", compression=codec)
feather.write_feather(full, folder / "full-pyarrow-batches.feather", compression="zstd", chunksize=7)
for table, name in [(gaps, "gaps"), (full, "full")]:
    coded = table.set_column(table.column_names.index("word"), "word", table["word"].combine_chunks().dictionary_encode())
    feather.write_feather(coded, folder / f"{name}-pyarrow-dictionary.feather", chunksize=8)
    large = table.set_column(table.column_names.index("text"), "text", table["text"].cast(pa.large_string()))
    with pa.ipc.new_file(folder / f"{name}-pyarrow-large.feather", large.schema, options=pa.ipc.IpcWriteOptions()) as file:
        file.write_table(large)
feather.write_feather(long, folder / "nothing-pyarrow.feather", compression="lz4")
expected["nothing"] = expected["long"] + [["nothing", "number", [None] * 3000]]
growing = [pa.array(["a", None, "b"]).dictionary_encode(), pa.DictionaryArray.from_arrays(pa.array([2, 0, 1]), pa.array(["a", "b", "c"]))]
schema = pa.schema({"x": pa.dictionary(pa.int32(), pa.string())})
with pa.ipc.new_file(folder / "delta-pyarrow.feather", schema, options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)) as file:
    for part in growing:
        file.write_batch(pa.record_batch([part.cast(schema.field(0).type)], schema=schema))
expected["delta"] = [["x", "text", ["a", None, "b", "c", "a", "b"]]]

# Candles.
times = pd.date_range("2023-01-01", periods=6, freq="15min", tz="UTC")
prices = {name: [100.0 + i + shift for i in range(6)] for name, shift in zip(["Open", "High", "Low", "Close"], [0, 2, -2, 1])}
frame = pd.DataFrame(prices | {"Volume": [1, 2, 3, 4, 5, 6]}, index=times)
frame.to_parquet(folder / "candles-pandas-index.parquet")
frame.rename_axis("date").reset_index().to_feather(folder / "candles-pandas.feather")
frame.rename_axis("Date").to_parquet(folder / "candles-pandas-named.parquet")
frame.tz_localize(None).rename_axis("time").reset_index().assign(Close=lambda f: f.Close.where(f.index != 2)).to_parquet(
    folder / "candles-pandas-hole.parquet")
base = frame.rename(columns=str.lower).reset_index(drop=True)
stamp = times.tz_localize(None).astype("datetime64[ns]").astype("int64")
for unit, divisor in {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}.items():
    base.assign(timestamp=stamp // divisor).to_parquet(folder / f"candles-pandas-{unit}.parquet")
base.assign(time=times.strftime("%Y-%m-%dT%H:%M:%SZ")).to_parquet(folder / "candles-pandas-text.parquet")
base.assign(unix=(stamp / 1e9).astype("float64")).to_parquet(folder / "candles-pandas-float.parquet")
pl.from_pandas(base.assign(time=times.strftime("%Y-%m-%d %H:%M:%S"))).write_ipc(folder / "candles-polars-text.feather")
base.assign(date=times, close=base.close.astype(str)).to_parquet(folder / "wrong-text-prices.parquet")
base.assign(date=[True] * 6).to_parquet(folder / "wrong-boolean-time.parquet")
base.assign(date=times.where(times != times[3])).to_parquet(folder / "wrong-missing-time.parquet")
base.assign(date=["2023-01-01"] * 4 + ["soon", ""]).to_parquet(folder / "wrong-text-time.parquet")
base.to_parquet(folder / "wrong-no-time.parquet")
base.set_index(pd.Index([5, 4, 3, 2, 1, 0])).to_parquet(folder / "wrong-number-index.parquet")

# What is refused.
nested = pa.table({
    "list": pa.array([[1], [2, 3]]), "x": pa.array([1.5, 2.5]), "pair": pa.array([{"a": 1, "b": "x"}] * 2),
    "map": pa.array([[("k", 1)]] * 2, pa.map_(pa.string(), pa.int64())), "clock": pa.array([1, 2], pa.time32("ms")), "y": pa.array([7, 8])})
pq.write_table(nested, folder / "refused-nested.parquet")
feather.write_feather(nested, folder / "refused-nested.feather")
pq.write_table(pa.table({"b": pa.array([b"\xff\x00", b"x"]), "f": pa.array([b"ab", b"cd"], pa.binary(2))}), folder / "refused-binary.parquet")
pq.write_table(pa.table({"x": [1.0]}), folder / "refused-brotli.parquet", compression="brotli")
pq.write_table(pa.table({"x": pa.array([2**63, 1], pa.uint64())}), folder / "refused-uint64.parquet")
feather.write_feather(pa.table({"x": pa.array([2**63, 1], pa.uint64())}), folder / "refused-uint64.feather")
feather.write_feather(pa.table({"x": pa.array([1, 2, 1]).dictionary_encode()}), folder / "refused-dictionary.feather")
(folder / "refused-feather1.feather").write_bytes(b"FEA1" + bytes(40) + b"FEA1")
(folder / "refused-encrypted.parquet").write_bytes(b"PARE" + bytes(40) + b"PARE")
with pa.ipc.new_stream(folder / "refused-stream.feather", nested.schema) as stream:
    stream.write_table(nested)

# A page whose bytes were damaged after their checksum was written.
pq.write_table(pa.table({"x": [1.0, 2.0, 3.0]}), folder / "x.parquet", compression="none", use_dictionary=False, write_page_checksum=True)
damaged = bytearray((folder / "x.parquet").read_bytes())
(folder / "x.parquet").unlink()
damaged[damaged.index(struct.pack("<d", 2.0)) + 7] ^= 1
(folder / "damaged-checksum.parquet").write_bytes(damaged)

(folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, separators=(",", ":")) + "\n")
print(sum(path.stat().st_size for path in folder.iterdir()), "bytes in", len(list(folder.iterdir())), "files")
