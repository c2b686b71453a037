#!/usr/bin/env python3
"""Renders kernelspec/logo-svg.svg as PNG with rsvg-convert (Debian: librsvg2-bin) and writes all three into Sources/ApusCLI/InstallLogos.swift."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "kernelspec"
SVG = FOLDER / "logo-svg.svg"


def rendered(size):
    path = FOLDER / f"logo-{size}x{size}.png"
    subprocess.run(["rsvg-convert", "-w", str(size), "-h", str(size), str(SVG), "-o", str(path)], check=True)
    return path


def literal(path):
    data = path.read_bytes()
    lines = [", ".join(f"0x{byte:02X}" for byte in data[i : i + 22]) for i in range(0, len(data), 22)]
    return "[\n" + "".join(f"        {line},\n" for line in lines) + "    ]"


def main():
    files = [("png32", rendered(32)), ("png64", rendered(64)), ("svg", SVG)]
    text = "/// The pictures of the kernelspec, the files in `kernelspec/`. Written by Tests/References/embed_logos.py.\nenum InstallLogos {\n"
    text += "\n".join(f"    static let {name}: [UInt8] = {literal(path)}\n" for name, path in files)
    (ROOT / "Sources" / "ApusCLI" / "InstallLogos.swift").write_text(text + "}\n")


if __name__ == "__main__":
    main()
