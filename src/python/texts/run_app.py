"""
Starts an app's entry: `run_app.py ENTRY NAME SCRIPT [ARGUMENT...]`; or on trial, watched by this very process:
`run_app.py --trial VERDICT RELEASE SECONDS LAUNCHER ENTRY NAME SCRIPT [ARGUMENT...]`.

ENTRY is `module:function`, or a console script; SCRIPT is the file that argv[0] names. What came of a trial goes to
VERDICT as JSON: `healthy`, `failed` or `stopped` (the user or the system ended it), and whether the main function was
reached. Where it was not, LAUNCHER takes this process's place, to run the release before.
"""

import contextlib
import json
import os
import select
import signal
import sys
import time

CRASHES = {getattr(signal, "SIG" + name) for name in ("SEGV", "BUS", "ILL", "ABRT", "FPE", "SYS", "TRAP")}
FORWARDED = [getattr(signal, "SIG" + name) for name in ("TERM", "HUP", "USR1", "USR2", "CONT", "WINCH")]


def load(entry):
    """The main function; importing it runs the app's code."""
    if ":" in entry:
        module, _, names = entry.partition(":")
        found = __import__(module, fromlist=["_"])
        for name in names.split("."):
            found = getattr(found, name)
        return found
    from importlib.metadata import entry_points

    every = entry_points()
    scripts = every.select(group="console_scripts") if hasattr(every, "select") else every.get("console_scripts", [])
    return next((one.load() for one in scripts if one.name == entry), None)


def run(entry, script, arguments, tell):
    sys.argv[:] = [script, *arguments]
    sys.path[0] = os.path.dirname(script)
    main = load(entry)
    tell(b"m")
    if main is None:  # no Python of its own: a script that a wheel brings
        os.execv(script, [script, *arguments])
    try:
        status = main()
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException:
        tell(b"x")
        raise
    sys.exit(status)


def write(file, verdict):
    draft = f"{file}.{os.getpid()}"
    with open(draft, "w") as out:
        json.dump(verdict, out)
    os.replace(draft, file)


def watch(child, reading, seconds):
    """Waits for the child; gives its wait status, None where it lived on for so long, and the marks that it sent."""
    marks, until = b"", time.monotonic() + seconds
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return None, marks
        ready = select.select([reading], [], [], min(left, 0.02))[0]
        if ready:
            marks += os.read(reading, 16)
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            os.set_blocking(reading, False)
            with contextlib.suppress(BlockingIOError):
                marks += os.read(reading, 16)
            return status, marks


def end(child):
    os.kill(child, signal.SIGTERM)
    for _ in range(100):
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def leave(status):
    """Ends as the child did."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def judge(status, marks, seconds):
    reached = b"m" in marks
    if status is None:
        return ("healthy", "") if reached else ("failed", f"it had not begun after {seconds:g} s")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number in CRASHES:
            return "failed", f"it crashed ({signal.Signals(number).name})"
        return ("healthy" if reached else "stopped"), ""
    if b"x" in marks:
        return "failed", "an exception was not caught"
    return ("healthy", "") if reached else ("failed", f"it could not be imported (status {os.WEXITSTATUS(status)})")


def trial(verdict_file, release, seconds, launcher, entry, name, script, *arguments):
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.set_inheritable(writing, False)
        run(entry, script, arguments, lambda mark: os.write(writing, mark))
    os.close(writing)
    stopped = []

    def forward(number, _):
        stopped.append(number)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda number, _: stopped.append(number))
    for number in FORWARDED:
        signal.signal(number, forward)
    status, marks = watch(child, reading, float(seconds))
    verdict, why = judge(status, marks, float(seconds))
    if stopped and verdict == "failed" and "m" not in marks.decode():
        verdict = "stopped"
    write(verdict_file, {"release": release, "verdict": verdict, "why": why, "reached": b"m" in marks})
    if verdict == "failed" and b"m" not in marks:
        if status is None:
            end(child)
        for number in (signal.SIGINT, signal.SIGQUIT, *FORWARDED):
            signal.signal(number, signal.SIG_DFL)
        os.environ["PRIME_UPDATE"] = "never"  # this start has looked already
        os.execv(launcher, [launcher, *arguments])
    leave(os.waitpid(child, 0)[1] if status is None else status)


if __name__ == "__main__":
    if sys.argv[1] == "--trial":
        trial(*sys.argv[2:])
    else:
        run(sys.argv[1], sys.argv[3], sys.argv[4:], lambda _: None)
