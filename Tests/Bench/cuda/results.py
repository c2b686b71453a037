"""The file of measurements: a JSON object a line, written when it is known, so that a race that ends early loses nothing."""

import json


class Results:
    """Those that a file has already, and new ones. Raises `ValueError` where the file's are of another machine."""

    def __init__(self, path, machine):
        self.path = path
        self.lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        machine = {"what": "machine", **machine}
        before = [line for line in self.lines if line["what"] == "machine"]
        if not before:
            self._append(machine)
        elif before[0] != machine:
            raise ValueError(f"{path} has results of another machine: {before[0]}")

    def add(self, **fields):
        return self._append(fields)

    def add_line(self, text, **fields):
        """A line that ApusBench printed, with `fields` in it."""
        return self._append({**json.loads(text), **fields})

    def _append(self, fields):
        self.lines.append(fields)
        with self.path.open("a") as file:
            file.write(json.dumps(fields) + "\n")
        return fields
