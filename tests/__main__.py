"""Every check of the project, in the order in which they fail fastest: `make test` and CI run this."""

import subprocess
import sys
from collections.abc import Sequence

_LINT: Sequence[Sequence[str]] = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("importlinter.cli",),
)
_TESTS = ("pytest", "--numprocesses", "auto", "--cov", "--cov-report=term:skip-covered")


def run(arguments: Sequence[str]) -> int:
    """Run the checks; the first that fails ends them. `--lint` leaves the tests out."""
    for module, *rest in _LINT:
        command = [sys.executable, "-m", module, *rest]
        if module == "importlinter.cli":
            command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as go; go()"]
        sys.stderr.write(f"\n=== {module} {' '.join(rest)}\n")
        if code := subprocess.run(command, check=False).returncode:
            return code
    if "--lint" in arguments:
        return 0
    wanted = [argument for argument in arguments if argument != "--lint"]
    sys.stderr.write(f"\n=== {' '.join(_TESTS)}\n")
    command = [sys.executable, "-m", *_TESTS, *wanted]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
