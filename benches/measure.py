"""What a program costs: processor time, wall time and memory, and how several runs are summed up."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """One run. Processor seconds, in the program and in the kernel, count all threads and all children waited for."""

    user: float
    system: float
    wall: float
    megabytes: float

    @property
    def cpu(self):
        """All processor seconds."""
        return self.user + self.system


def run(command, folder, environment=None):
    """Runs a program to its end and says what it cost; one that fails ends the measurement with its last words."""
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            output.seek(0)
            last_words = output.read().decode(errors="replace")[-2000:]
            sys.exit(f"{' '.join(map(str, command))} in {folder} failed with {child.returncode}:\n{last_words}")
    return Cost(usage.ru_utime, usage.ru_stime, wall, usage.ru_maxrss / 1024)


def spread(values, digits=2):
    """The median with the least and the greatest, as `1.23 (1.20–1.31)`."""
    values = list(values)
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def median_cpu(costs):
    """The processor time in the middle."""
    return statistics.median(cost.cpu for cost in costs)


def table(head, rows):
    """A Markdown table whose columns also line up in a terminal; all but the first stand at the right."""
    widths = [max(len(str(row[column])) for row in [head, *rows]) for column in range(len(head))]
    lines = []
    for row in [head, *rows]:
        first, *others = (str(cell) for cell in row)
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:]))]
        lines.append("| " + " | ".join(cells) + " |")
    lines.insert(1, "|" + "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]) + "|")
    return "\n".join(lines)


def machine():
    """The machine in one line."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release()}, "
        f"load {load:.1f} before"
    )


def progress(text):
    """Says on standard error what goes on; results alone are on standard output."""
    print(text, file=sys.stderr, flush=True)
