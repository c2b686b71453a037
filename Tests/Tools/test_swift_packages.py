"""`%use`: cells of Swift that import packages and module maps from disk."""

import pytest

from test_swift_cells import check, installed, program, run, text  # noqa: F401

MANIFEST = """// swift-tools-version: 6.0
import PackageDescription
let package = Package(name: "Bands", targets: [
    .target(name: "CBands"), .target(name: "Bands", dependencies: ["CBands"]), .executableTarget(name: "tool", dependencies: ["Bands"]),
])
"""
FILES = {
    "Package.swift": MANIFEST,
    "Sources/CBands/include/CBands.h": "int cube(int x);\n",
    "Sources/CBands/cube.c": '#include "CBands.h"\nint cube(int x) { return x * x * x; }\n',
    "Sources/Bands/Bands.swift": """import CBands
import Foundation
public struct Band: CustomStringConvertible {
    public var width: Int
    public init(width: Int) { self.width = width }
    public var volume: Int { Int(cube(Int32(width))) }
    public var description: String { String(format: "band %03d", width) }
}
public func forever() { while true { counter &+= 1 } }
nonisolated(unsafe) public var counter = 0
""",
    "Sources/tool/main.swift": 'print("a program")\n',
}


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "My Bands"
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


@pytest.fixture
def environment(jupyter_environment, tmp_path):
    return dict(jupyter_environment, XDG_CACHE_HOME=str(tmp_path / "cache"))


def test_a_package_with_swift_and_c(installed, package, environment, tmp_path):  # noqa: F811
    cells = [
        '%use "My Bands"',
        "import Bands\nlet band = Band(width: 3)\nband.volume",
        "import CBands\nprint(band, cube(2))",
        '%use "My Bands"',
        "let wrong: Int = band",
    ]
    result, done = run(installed, cells, environment, tmp_path, "--allow-errors")
    assert "import Bands\n" in text(done[0]) and "import tool" not in text(done[0])
    assert "27" in text(done[1]) and "band 003 8" in text(done[2])
    assert "used already" in text(done[3])
    assert done[4].outputs[-1].ename == "CompileError"
    assert not list(tmp_path.glob("My Bands/.build")), "what is built stays in the cache"
    # What was built is used again, and a change is seen.
    source = package / "Sources/Bands/Bands.swift"
    source.write_text(source.read_text().replace("band %03d", "wide band %03d"))
    _, done = run(installed, cells[:3], environment, tmp_path)
    assert "wide band 003 8" in text(done[2])
    checked = check(installed, cells[:2] + ["let x: String = band.volume"], environment, tmp_path)
    assert checked.stdout.splitlines() == ["nb.ipynb:3:1:22: error: cannot convert value of type 'Int' to specified type 'String'"]


def test_a_module_map(installed, environment, tmp_path):  # noqa: F811
    folder = tmp_path / "map"
    folder.mkdir()
    (folder / "probe.h").write_text("static inline int probe_add(int a, int b) { return a + b; }\ndouble cbrt(double);\n")
    (folder / "module.modulemap").write_text('module Probe [system] {\n  header "probe.h"\n  link "m"\n  export *\n}\n')
    _, done = run(installed, ["%use map", "import Probe\nprint(probe_add(2, 3), cbrt(27))", "%use map/module.modulemap"], environment, tmp_path)
    assert "import Probe" in text(done[0]) and "5 3.0" in text(done[1])


@pytest.mark.parametrize("mistake", ["nothing", "folder", "manifest", "build", "clash", "program"])
def test_mistakes(installed, package, environment, tmp_path, mistake):  # noqa: F811
    path = "My Bands"
    if mistake == "nothing":
        path = "Your Bands"
    elif mistake == "folder":
        (package / "Package.swift").unlink()
    elif mistake == "manifest":
        (package / "Package.swift").write_text(MANIFEST.replace('name: "Bands"', "nmae: 1", 1))
    elif mistake == "build":
        (package / "Sources/Bands/Bands.swift").write_text("public let x: Int = undefined\n")
    elif mistake == "clash":
        (package / "Package.swift").write_text(
            '// swift-tools-version: 6.0\nimport PackageDescription\n'
            'let package = Package(name: "P", targets: [.target(name: "CBands"), .target(name: "ApusNN", dependencies: ["CBands"], path: "Sources/Bands")])\n')
    else:
        (package / "Package.swift").write_text(
            '// swift-tools-version: 6.0\nimport PackageDescription\nlet package = Package(name: "P", targets: [.executableTarget(name: "tool")])\n')
    cells = [f'%use "{path}"', "print(1 + 1)"]
    _, done = run(installed, cells, environment, tmp_path, "--allow-errors")
    error = done[0].outputs[-1]
    assert error.ename in ("NoPackage", "PackageNotBuilt") and len(error.evalue.splitlines()) == 1, error
    expected = {"nothing": "there is no file or folder", "folder": "no Swift package", "manifest": "nmae", "build": "undefined", "clash": "module ApusNN", "program": "no library target"}
    assert expected[mistake] in error.evalue, error.evalue
    assert "2" in text(done[1]), "the session goes on"
    checked = check(installed, cells, environment, tmp_path)
    assert checked.returncode == 1 and expected[mistake] in checked.stdout and checked.stdout.startswith("nb.ipynb:1:1:6: error: ")
