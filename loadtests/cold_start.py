"""What a replica's start costs: CPU seconds and memory per service, beside a process that imports everything.

    python loadtests/cold_start.py [--json]

Every row is the median of three fresh processes with one thread. CPU seconds, because they depend less on what else
runs; the first start after a reboot also reads 2 GB of packages from disk.
"""

import json
import os
import statistics
import subprocess
import sys

from services.catalog import services

ROUNDS = 3
CHILD = """
import resource, sys, time
started = time.process_time()
exec(sys.argv[1])
peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print("\\n", time.process_time() - started, peak_mib)
"""
EVERYTHING = "import ray.serve, torch, torchvision, controlnet_aux, peft, transformers; from diffusers import *"
SHELL = "import ray.serve, services.replica"
LOAD = "from services.contract import load_engine; from services.catalog import find_service; "


def measure(code: str) -> tuple[float, float]:
    """(CPU seconds, peak resident MiB) of a fresh process that runs the code."""
    env = os.environ | {"OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
    command = [sys.executable, "-W", "ignore", "-c", CHILD, code]
    rounds = []
    for _ in range(ROUNDS):
        out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
        rounds.append(tuple(map(float, out.split()[-2:])))
    seconds, mib = zip(*rounds, strict=True)
    return round(statistics.median(seconds), 2), round(statistics.median(mib))


def rows() -> dict[str, tuple[float, float]]:
    """What was started -> its cost."""
    found = {"everything imported": measure(EVERYTHING), "empty replica": measure(SHELL)}
    for name in services():
        code = f"{SHELL}; {LOAD} load_engine(find_service({name!r}).checkpoint(''))"
        found[f"{name}, loaded"] = measure(code)
    return found


if __name__ == "__main__":
    made = rows()
    if "--json" in sys.argv:
        print(json.dumps(made, indent=1))
    else:
        for what, (seconds, mib) in made.items():
            print(f"{what:24} {seconds:6.2f} s CPU {mib:6.0f} MiB")
