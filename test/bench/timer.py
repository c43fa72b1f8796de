"""Starts commands in turn and prints how long each took, in nanoseconds.

A job comes as JSON on standard input: `rounds`, `warmup` and `arms`, each with `argv`, `cwd` and `env`, and perhaps
`before` (argv of what is run first, not timed), `touch` (a file that gets another, old time first) and `marks` (texts
that begin lines on standard error, whose moments are noted). Each round takes all arms once, in an order of its own:
so a drift of the machine falls on all alike, and so does what a large command leaves of the processor's caches to
the next.
"""

import gc
import json
import os
import random
import sys
import tempfile
import time

TOUCHED = 1_600_000_000


def main():
    job = json.load(sys.stdin)
    arms = job["arms"]
    result = {name: {"times": [], "marks": {mark: [] for mark in arm.get("marks", [])}} for name, arm in arms.items()}
    gc.disable()
    for round_number in range(-job["warmup"], job["rounds"]):
        names = list(arms)
        random.Random(round_number).shuffle(names)
        for name in names:
            duration, marks = start(arms[name], round_number)
            if round_number < 0:
                continue
            result[name]["times"].append(duration)
            for mark, moment in marks.items():
                result[name]["marks"][mark].append(moment)
    json.dump(result, sys.stdout)


def start(arm, round_number):
    os.chdir(arm["cwd"])
    if "before" in arm:
        run(arm["before"], arm["env"])
    os.chdir(arm["cwd"])  # `before` may have made the folder anew
    if "touch" in arm:
        os.utime(arm["touch"], (TOUCHED + round_number, TOUCHED + round_number))
    return run(arm["argv"], arm["env"], arm.get("marks", []))


def run(argv, env, marks=()):
    """Duration and moments, both in nanoseconds since just before the start."""
    moments = {}
    with tempfile.TemporaryFile() as said:
        reading, writing = os.pipe() if marks else (None, said.fileno())
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, writing, 2),
        ]
        begin = time.monotonic_ns()
        pid = os.posix_spawn(argv[0], argv, env, file_actions=actions)
        if marks:
            os.close(writing)
            with open(reading, "rb", buffering=0) as lines:
                for line in lines:
                    moment = time.monotonic_ns() - begin
                    said.write(line)
                    text = line.decode(errors="replace")
                    moments.update({mark: moment for mark in marks if text.startswith(mark)})
        _, status = os.waitpid(pid, 0)
        duration = time.monotonic_ns() - begin
        if status != 0:
            said.seek(0)
            sys.exit(f"{argv} ended with status {status}: {said.read().decode(errors='replace')}")
    return duration, moments


main()
