"""The page that `apus run --html` writes: valid HTML, one file, readable by everybody, whatever the notebooks hold."""

import urllib.parse

import html5lib
import pytest

from test_headless import call, write

HOSTILE = "a \"<img src=x onerror=alert(1)>&amp; 'b' ?#%41 é.ipynb"


def page(path):
    """The parsed page; any mistake in it fails the test."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(path.read_text())


@pytest.fixture
def report(apus, tmp_path):
    """A report of a notebook that passed, one of a hostile name that failed, and one that did not run."""
    write(tmp_path / "good.ipynb", "let a = 1", "%who", "", tags={1: ["fast"]})
    write(tmp_path / HOSTILE, "let b = 2", "%</code></pre><script>alert('source')</script>\x0b\ufdd0", "%who", tags={1: ["fast"]})
    write(tmp_path / "later.ipynb", "%who", tags={0: ["fast"]})
    result = call(apus, "run", "good.ipynb", f"./{HOSTILE}", "later.ipynb", "--fail-fast", "-o", "out", "--html", "ci/reports/report.html", cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    return tmp_path / "ci" / "reports" / "report.html"


def test_it_is_valid_and_nothing_in_it_is_markup_of_a_notebook(report):
    document = page(report)
    assert {element.tag for element in document.iter() if isinstance(element.tag, str)} <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "time", "div", "section", "table", "caption", "thead", "tbody",
        "tr", "th", "td", "a", "bdi", "span", "code", "pre", "samp", "details", "summary"}
    assert not [name for element in document.iter() for name in element.attrib if name.startswith("on") or name == "src"]
    text = "".join(document.itertext())
    assert "<script>alert('source')</script>" in text and HOSTILE in text
    assert sorted(path.name for path in report.parent.iterdir()) == ["report.html"], "a temporary file was left"


def test_its_links_lead_to_the_executed_notebooks_and_to_its_own_parts(report):
    document = page(report)
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = [element.get("href") for element in document.iter("a")]
    parts = [link for link in links if link.startswith("#")]
    assert [part[1:] for part in parts] == ids and len(parts) == 3
    files = [urllib.parse.urljoin(report.as_uri(), link) for link in links if not link.startswith("#")]
    assert all(url.startswith("file:///") and "?" not in url and "#" not in url for url in files)
    names = [urllib.parse.unquote(url.removeprefix("file://")) for url in files]
    assert names == [str(report.parents[2] / "out" / name) for name in ("good.ipynb", HOSTILE)]
    assert all(open(name).read().startswith("{") for name in names)


def test_its_tables_have_captions_and_heads_and_results_are_not_colours_alone(report):
    document = page(report)
    tables = list(document.iter("table"))
    assert len(tables) == 3 and all(table.find("caption") is not None for table in tables)
    assert all(cell.get("scope") in ("row", "col") for cell in document.iter("th"))
    assert all(region.get("tabindex") == "0" and region.get("aria-label") for region in document.iter("div"))
    rows = [["".join(cell.itertext()) for cell in row] for row in tables[0].find("tbody")]
    assert [row[1] for row in rows] == ["✓ passed", "✗ failed", "– not run"]
    assert [row[2] for row in rows] == ["2 passed, 1 not run", "1 passed, 1 failed, 1 not run", ""]
    assert document.get("lang") == "en" and document.find("body/main/h1").text == "1 notebook passed, 1 failed, 1 not run"


def test_it_follows_the_scheme_of_the_reader_and_loads_nothing(report):
    text = report.read_text()
    assert "prefers-color-scheme: dark" in text and 'name="color-scheme" content="light dark"' in text
    assert "default-src 'none'" in text and "url(" not in text and "@import" not in text and "http" not in text.replace("http-equiv", "")


def test_cells_chosen_by_tags_are_told(apus, tmp_path):
    write(tmp_path / "nb.ipynb", "let a = 1", "%who", tags={1: ["slow"]})
    assert call(apus, "run", "nb.ipynb", "--skip-tag", "slow", "--html", "r.html", cwd=tmp_path).returncode == 0
    assert "skipped: tagged 'slow'" in "".join(page(tmp_path / "r.html").itertext())


def test_a_report_that_cannot_be_written_is_found_before_anything_runs(apus, tmp_path):
    write(tmp_path / "nb.ipynb", "%who")
    (tmp_path / "file").write_text("")
    result = call(apus, "run", "nb.ipynb", "--html", "file/report.html", cwd=tmp_path)
    assert result.returncode == 2 and "file" in result.stderr and not (tmp_path / "nb.executed.ipynb").exists()
