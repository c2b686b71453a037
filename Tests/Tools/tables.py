"""Tables made at random, files of them by other programs, and whether two tables are equal."""

import datetime
import decimal
import itertools
import math

import numpy
import pyarrow
import pyarrow.feather
import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def random_table(random, rows, nulls=True):
    """A pyarrow table with a column of each type that is read."""
    share = random.choice([0.0, 0.0, 0.01, 0.3, 1.0]) if nulls else 0.0

    def column(make, type):
        return pyarrow.array([None if random.random() < share else make() for _ in range(rows)], type)

    few = [random.uniform(-1e5, 1e5) for _ in range(random.randint(1, 20))]
    words = ["".join(random.choices("abc äö€😀,\"\n", k=random.randint(0, 30))) for _ in range(random.randint(1, 30))]
    moment = random.randint(0, 2_000_000_000_000)
    step = itertools.count(moment, 60_000)
    return pyarrow.table({
        "moment_ms": column(lambda: next(step), pyarrow.timestamp("ms")),
        "moment_us": column(lambda: random.randint(-10**15, 4 * 10**15), pyarrow.timestamp("us", tz="UTC")),
        "moment_ns": column(lambda: random.randint(-10**18, 4 * 10**18), pyarrow.timestamp("ns")),
        "day": column(lambda: random.randint(-10_000, 40_000), pyarrow.date32()),
        "double": column(lambda: random.choice([random.gauss(0, 1e4), 0.0, -0.0, math.inf, -math.inf, 5e-324]), pyarrow.float64()),
        "few": column(lambda: random.choice(few), pyarrow.float64()),
        "single": column(lambda: numpy.float32(random.gauss(0, 10)), pyarrow.float32()),
        "constant": column(lambda: 42.5, pyarrow.float64()),
        "int64": column(lambda: random.randint(-2**63, 2**63 - 1), pyarrow.int64()),
        "steady": column(lambda: random.randint(1_000_000, 1_000_100), pyarrow.int64()),
        "int32": column(lambda: random.randint(-2**31, 2**31 - 1), pyarrow.int32()),
        "int8": column(lambda: random.randint(-128, 127), pyarrow.int8()),
        "uint8": column(lambda: random.randint(0, 255), pyarrow.uint8()),
        "uint32": column(lambda: random.randint(0, 2**32 - 1), pyarrow.uint32()),
        "uint64": column(lambda: random.randint(0, 2**63 - 1), pyarrow.uint64()),
        "boolean": column(lambda: random.random() < 0.5, pyarrow.bool_()),
        "decimal": column(lambda: decimal.Decimal(random.randint(-10**15, 10**15)).scaleb(-8), pyarrow.decimal128(18, 8)),
        "wide": column(lambda: decimal.Decimal(random.randint(-10**15, 10**15)).scaleb(-2), pyarrow.decimal128(38, 2)),
        "word": column(lambda: random.choice(words), pyarrow.string()),
        "text": column(lambda: "".join(random.choices("abcdefghij", k=random.randint(0, 40))), pyarrow.string()),
    })


def values(array):
    """Python values as our tables have them: milliseconds, doubles, whole numbers, text and truth values."""
    type = array.type
    if pyarrow.types.is_dictionary(type):
        return array.to_pylist()
    if pyarrow.types.is_timestamp(type):
        divisor = {"s": 1, "ms": 1, "us": 1000, "ns": 1_000_000}[type.unit]
        factor = 1000 if type.unit == "s" else 1
        return [None if v is None else v * factor // divisor for v in array.cast(pyarrow.int64()).to_pylist()]
    if pyarrow.types.is_date32(type):
        return [None if v is None else v * 86_400_000 for v in array.cast(pyarrow.int32()).to_pylist()]
    if pyarrow.types.is_date64(type):
        return array.cast(pyarrow.int64()).to_pylist()
    if pyarrow.types.is_decimal(type) or pyarrow.types.is_floating(type):
        return [None if v is None else float(v) for v in array.to_pylist()]
    return array.to_pylist()


def differences(expected, found):
    """What differs between two pyarrow tables, one sentence a column."""
    result = []
    if expected.column_names != found.column_names:
        return [f"columns {found.column_names} instead of {expected.column_names}"]
    for name in expected.column_names:
        wanted = values(expected[name])
        got = values(found[name])
        if len(wanted) != len(got):
            result.append(f"{name}: {len(got)} rows instead of {len(wanted)}")
            continue
        for row, (one, other) in enumerate(zip(wanted, got)):
            equal = one == other or (isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other))
            if not equal or (one is None) != (other is None):
                result.append(f"{name}: row {row} is {other!r} instead of {one!r}")
                break
    return result


def write_pyarrow(table, path, random):
    """Writes Parquet with options of all kinds; returns them."""
    options = {
        "compression": random.choice(["none", "snappy", "gzip", "zstd", "lz4"]),
        "use_dictionary": random.random() < 0.5,
        "data_page_version": random.choice(["1.0", "2.0"]),
        "version": random.choice(["1.0", "2.4", "2.6"]),
        "row_group_size": random.choice([7, 100, 10**6]),
        "data_page_size": random.choice([64, 1000, 2**20]),
        "write_page_checksum": random.random() < 0.5,
        "use_deprecated_int96_timestamps": random.random() < 0.2,
    }
    if not options["use_dictionary"] and random.random() < 0.7:
        options["column_encoding"] = encodings(table, random)
    # Older versions of the format have no nanoseconds.
    if options["version"] != "2.6" and not options["use_deprecated_int96_timestamps"]:
        options |= {"coerce_timestamps": random.choice(["ms", "us"]), "allow_truncated_timestamps": True}
    if random.random() < 0.3:
        options["store_decimal_as_integer"] = True
        for name in ["decimal", "wide"]:
            options.get("column_encoding", {}).pop(name, None)
    pyarrow.parquet.write_table(table, path, **options)
    return options


def encodings(table, random):
    """One of the encodings that fit each column's type."""
    chosen = {}
    for field in table.schema:
        type = field.type
        if pyarrow.types.is_boolean(type):
            candidates = ["PLAIN", "RLE"]
        elif pyarrow.types.is_string(type):
            candidates = ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]
        elif pyarrow.types.is_floating(type):
            candidates = ["PLAIN", "BYTE_STREAM_SPLIT"]
        elif pyarrow.types.is_decimal(type):
            candidates = ["PLAIN", "BYTE_STREAM_SPLIT", "DELTA_BYTE_ARRAY"]
        elif pyarrow.types.is_timestamp(type):
            candidates = ["PLAIN"]
        else:
            candidates = ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"]
        chosen[field.name] = random.choice(candidates)
    return chosen


def write_polars(table, path, random):
    import polars

    options = {
        "compression": random.choice(["uncompressed", "snappy", "gzip", "zstd", "lz4"]),
        "row_group_size": random.choice([None, 50]),
        "data_page_size": random.choice([None, 200]),
    }
    polars.from_arrow(table).write_parquet(path, **options)
    return options


def write_duckdb(table, path, random):
    import duckdb

    options = {
        "compression": random.choice(["uncompressed", "snappy", "gzip", "zstd", "lz4_raw"]),
        "parquet_version": random.choice(["V1", "V2"]),
        "row_group_size": random.choice([2048, 122880]),
    }
    with duckdb.connect() as database:
        database.execute("set timezone='UTC'")
        database.register("source", table)
        chosen = ", ".join(f"{name} '{value}'" if isinstance(value, str) else f"{name} {value}" for name, value in options.items())
        database.execute(f"copy source to '{path}' (format parquet, {chosen})")
    return options


def write_feather(table, path, random):
    options = {"compression": random.choice(["uncompressed", "lz4", "zstd"]), "chunksize": random.choice([None, 13])}
    pyarrow.feather.write_feather(table, path, **options)
    return options


def write_polars_ipc(table, path, random):
    import polars

    options = {"compression": random.choice(["uncompressed", "lz4", "zstd"]), "record_batch_size": random.choice([None, 11])}
    frame = polars.from_arrow(table)
    if random.random() < 0.5:
        frame = frame.with_columns(polars.col("word").cast(polars.Categorical))
    frame.write_ipc(path, **options)
    return options


WRITERS = {
    "pyarrow": (write_pyarrow, "parquet"), "polars": (write_polars, "parquet"), "duckdb": (write_duckdb, "parquet"),
    "feather": (write_feather, "feather"), "polars-ipc": (write_polars_ipc, "feather"),
}


def read_back(path):
    """What another program reads of a file that it or another wrote."""
    return pyarrow.parquet.read_table(path) if path.endswith(".parquet") else pyarrow.feather.read_table(path)
