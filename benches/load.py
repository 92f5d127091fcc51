"""One run of wrk against a server that we started, and what it says."""

import re
import subprocess
import sys

UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


def load(wrk, server, path, connections, seconds, cookie=None, script=None, threads=2):
    """Requests answered, requests a second, p50 and p99 in ms, processor time of the server a request in µs."""
    command = [wrk, f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += ["-H", f"Cookie: {cookie}"] if cookie else []
    command += ["-s", script] if script else []
    before = server.cpu()
    said = subprocess.run([*command, server.url(path)], check=True, capture_output=True, text=True).stdout
    cpu = server.cpu() - before
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"{server.url(path)} did not answer all well:\n{said}")
    n_requests = int(re.search(r"(\d+) requests in", said)[1])
    percentiles = re.findall(r"(\d\d)%\s+([\d.]+)(\w+)", said)
    latency = {percent: float(value) * UNITS[unit] for percent, value, unit in percentiles}
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    cost = cpu / n_requests * 1e6
    return {"requests": n_requests, "rate": rate, "p50": latency["50"], "p99": latency["99"], "cpu": cost}
