#!/usr/bin/env python3
"""
Brings ONNX's own operator tests: one folder a case with model.onnx and test_data_set_0/input_N.pb, output_N.pb.

    python3 test/onnx-suite/fetch.py [FOLDER]

FOLDER is .cache/onnx-tests in the user's home unless given or named by GRAFT_ONNX_TESTS. The onnx package is installed
in a virtual environment that lives only as long as the script. Where that fails, the folder of Debian's
libonnx-testdata, an older edition, serves the test as well, and this script ends with 1.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

VERSION = "1.23.2"
STAMP = "version.txt"


def destination() -> Path:
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    return Path(os.environ.get("GRAFT_ONNX_TESTS") or Path.home() / ".cache" / "onnx-tests")


def generate(folder: Path) -> None:
    """Writes every node test case; runs in the virtual environment."""
    import onnx.backend.test.case.node as node
    from onnx import TensorProto, numpy_helper

    def serialized(value, name: str) -> bytes | None:
        if isinstance(value, TensorProto):
            return value.SerializeToString()
        # Sequences, maps and optional values have no place in a graph of tensors.
        if not hasattr(value, "dtype"):
            return None
        return numpy_helper.from_array(value, name).SerializeToString()

    for case in node.collect_testcases(None):
        home = folder / case.name
        data = home / "test_data_set_0"
        data.mkdir(parents=True, exist_ok=True)
        (home / "model.onnx").write_bytes(case.model.SerializeToString())
        inputs, outputs = list(case.data_sets)[0]
        for kind, values, infos in (
            ("input", inputs, case.model.graph.input),
            ("output", outputs, case.model.graph.output),
        ):
            for index, (value, info) in enumerate(zip(values, infos)):
                content = serialized(value, info.name)
                if content is not None:
                    (data / f"{kind}_{index}.pb").write_bytes(content)


def main() -> int:
    folder = destination()
    stamp = folder / STAMP
    if stamp.exists() and stamp.read_text() == VERSION:
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        environment = Path(scratch) / "environment"
        venv.create(environment, with_pip=True)
        python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"onnx=={VERSION}"], check=True)
        fresh = Path(scratch) / "cases"
        subprocess.run([python, "-W", "ignore", __file__, "--generate", fresh], check=True)
        (fresh / STAMP).write_text(VERSION)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(fresh, folder)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--generate"]:
        generate(Path(sys.argv[2]))
    else:
        try:
            sys.exit(main())
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"ONNX's operator tests could not be fetched: {error}", file=sys.stderr)
            sys.exit(1)
