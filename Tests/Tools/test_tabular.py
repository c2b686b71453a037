"""Parquet and Feather files of pyarrow, polars and DuckDB, read by us; and ours, read by all of them. APUS_TABLE_PROBE names the program."""

import json
import os
import random as randomness
import subprocess

import pyarrow
import pyarrow.parquet
import pytest

import tables


def probe(*arguments):
    program = os.environ.get("APUS_TABLE_PROBE")
    assert program, "set APUS_TABLE_PROBE to the program TableProbe, or use ./Tests/run tools"
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=60)


@pytest.fixture
def seed(request):
    """A new one each time; APUS_TEST_SEED repeats a run."""
    seed = int(os.environ.get("APUS_TEST_SEED") or randomness.randrange(2**32))
    print(f"APUS_TEST_SEED={seed}")
    return seed


@pytest.mark.parametrize("writer", tables.WRITERS)
def test_random_tables_read_as_they_were_written(writer, seed, tmp_path):
    write, ending = tables.WRITERS[writer]
    for number in range(25):
        random = randomness.Random(f"{seed} {writer} {number}")
        table = tables.random_table(random, random.choice([0, 1, 7, 100, 1000, 3000]))
        path, again = tmp_path / f"{number}.{ending}", tmp_path / f"{number}.again.parquet"
        options = write(table, str(path), random)
        result = probe(path, again)
        context = f"seed {seed}, table {number} of {table.num_rows} rows, {options}"
        assert result.returncode == 0, f"{context}: {result.stderr}"
        assert tables.differences(expected(table, path, writer), pyarrow.parquet.read_table(again)) == [], context


def expected(table, path, writer):
    """What pyarrow reads, because not every format keeps every type; it cannot read some of DuckDB's second version of pages."""
    try:
        return tables.read_back(str(path))
    except OSError:
        assert writer == "duckdb"
        return table


def test_what_we_write_reads_in_all_three(seed, tmp_path):
    import duckdb
    import polars

    def read_duckdb(path):
        with duckdb.connect() as database:
            database.execute("set timezone='UTC'")
            return database.sql(f"from '{path}'").to_arrow_table()

    random = randomness.Random(seed)
    source = tables.random_table(random, 2500)
    pyarrow.parquet.write_table(source, tmp_path / "source.parquet")
    assert probe(tmp_path / "source.parquet", tmp_path / "ours.parquet").returncode == 0
    for read in [
        pyarrow.parquet.read_table,
        lambda path: polars.read_parquet(path).to_arrow(),
        read_duckdb,
    ]:
        assert tables.differences(pyarrow.parquet.read_table(tmp_path / "source.parquet"), read(tmp_path / "ours.parquet")) == [], seed
    # The checksums of our pages hold.
    pyarrow.parquet.read_table(tmp_path / "ours.parquet", page_checksum_verification=True)


def test_csv_that_we_write_reads_in_pandas(tmp_path):
    import pandas

    table = pyarrow.table({
        "time": pyarrow.array([0, 1_672_531_200_123], pyarrow.timestamp("ms", tz="UTC")), "p": [0.1, 1e-300], "n": [None, 2**53 + 1],
        "label": ['HH, "x"', "é\nä"]})
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet")
    assert probe(tmp_path / "t.parquet", tmp_path / "t.csv").returncode == 0
    frame = pandas.read_csv(tmp_path / "t.csv", parse_dates=["time"], dtype={"n": "Int64"}, date_format="ISO8601")
    assert list(frame.p) == [0.1, 1e-300] and list(frame.label) == ['HH, "x"', "é\nä"] and frame.n[1] == 2**53 + 1 and frame.n.isna()[0]
    assert list(frame.time.astype("datetime64[ms]").astype("int64")) == [0, 1_672_531_200_123]


@pytest.mark.parametrize("writer", tables.WRITERS)
def test_damaged_files_end_in_an_error_or_a_table(writer, seed, tmp_path):
    write, ending = tables.WRITERS[writer]
    random = randomness.Random(f"{seed} {writer}")
    path = tmp_path / f"t.{ending}"
    write(tables.random_table(random, 100), str(path), random)
    good = path.read_bytes()
    for number in range(120):
        damaged = bytearray(good)
        if number % 3 == 0:
            del damaged[random.randrange(len(damaged)):]
        else:
            for _ in range(random.randint(1, 3)):
                place = random.randrange(len(damaged)) if number % 3 == 1 else len(damaged) - 1 - random.randrange(min(len(damaged), 4000))
                damaged[place] = random.choice([random.randrange(256), 0, 0x7F, 0x80, 0xFF])
        path.write_bytes(damaged)
        result = probe(path, tmp_path / "out.parquet")
        context = f"seed {seed}, input {number}: {result.returncode} {result.stderr[-300:]}"
        assert result.returncode in (0, 1), context
        assert (result.returncode == 1) == result.stderr.startswith(f"error: {path}: "), context
        if number % 3 == 0:
            assert result.returncode == 1, context


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_inspect_tells_columns_rows_and_writer(apus, ending, tmp_path):
    table = tables.random_table(randomness.Random(1), 10)
    path = tmp_path / f"t.{ending}"
    if ending == "parquet":
        pyarrow.parquet.write_table(table, path, compression="zstd", row_group_size=4)
    else:
        pyarrow.feather.write_feather(table, path, compression="zstd", chunksize=4)
    result = subprocess.run([apus, "inspect", "--json", str(path)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert [array["name"] for array in report["arrays"]] == table.column_names
    assert all(array["shape"] == [10] for array in report["arrays"])
    metadata = report["metadata"]
    assert metadata["rows"] == 10 and metadata["compression"] == "ZSTD" and metadata.get("row_groups", metadata.get("batches")) == 3
    assert ending == "feather" or metadata["writer"] == pyarrow.parquet.read_metadata(path).created_by


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_features_of_candles_do_not_depend_on_their_format(apus, ending, tmp_path):
    import pandas

    subprocess.run([apus, "simulate", "--bars", "1500", "--seed", "3", "--out", str(tmp_path / "c.csv")], check=True)
    frame = pandas.read_csv(tmp_path / "c.csv", parse_dates=["date"])
    if ending == "parquet":
        frame.set_index("date").rename_axis(None).to_parquet(tmp_path / "c.parquet")
    else:
        frame.to_feather(tmp_path / "c.feather")
    for kind in ["csv", ending]:
        subprocess.run(
            [apus, "features", str(tmp_path / f"c.{kind}"), "--timeframe", "15m", "--out", str(tmp_path / kind)], check=True, capture_output=True)
    for name in ["15m_X_sequences.npy", "15m_y_class.npy", "15m_y_reg.npy", "15m_scaler.pkl", "15m_zigzag_points.json"]:
        assert (tmp_path / "csv" / name).read_bytes() == (tmp_path / ending / name).read_bytes(), name
