"""Starts a command as a child and stays its parent: a start on trial, or one that an update needs to last longer.

`PYTHON -I -B -c THIS FILE WINDOW HOOKS UPDATER LINGER LAUNCHER LC_CTYPE COMMAND [ARG...]`. FILE says whose start on
trial it is, or is empty; the outcome goes to FILE.end, a line of JSON: `failed` by a signal of a crash, an exception
that nothing caught, or when the main function is not reached within WINDOW seconds; `passed` by any other exit of the
command's own, or by living on; `neutral` when somebody ended it. The command tells of itself in FILE.marks: `m` when
main is reached, `x` for the exception, `h` when it calls itself healthy; one of which nothing is known has reached it
at once, and the folder HOOKS is where its Python finds the `sitecustomize` that tells of exceptions. After a failure
LAUNCHER goes back: in the place of the very start whose main was not reached, else by its `boot`. With UPDATER, the
pipe that an update reads, this process ends when that has ended, LINGER seconds after the command at the latest. The
command has this process's streams, signals and end; LC_CTYPE is empty where Python may have set the variable of that
name itself.
"""

import json
import os
import resource
import signal
import sys
import time

FILE, WINDOW, HOOKS, UPDATER, LINGER, LAUNCHER, LC_CTYPE = sys.argv[1:8]
COMMAND = sys.argv[8:]
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGSYS, signal.SIGTRAP}
STOPS = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP}
WATCHED = STOPS | {getattr(signal, "SIG" + name) for name in ("USR1", "USR2", "ALRM", "WINCH", "CHLD")}
SI_USER = 0


def main():
    if not LC_CTYPE:
        os.environ.pop("LC_CTYPE", None)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    pid = os.fork()
    if pid == 0:
        begin(before)
    until = time.monotonic() + float(WINDOW)
    is_told, is_stopped = not FILE, False
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        left = until - time.monotonic()
        if not is_told and left <= 0:
            is_told = True
            if is_reached():
                note("passed", "it lived on")
            elif note("failed", f"it had not begun after {WINDOW} s") == "failed":
                stop(pid)
                start_again(before)
        got, by_terminal = wait(None if is_told else left)
        is_stopped = is_stopped or got in STOPS
        if got and got != signal.SIGCHLD and not by_terminal:
            os.kill(pid, got)
    if not is_told and judge(status, is_stopped) == "failed":
        if not is_reached():
            start_again(before)
        if HOOKS:
            boot()
    if UPDATER and not is_stopped:
        linger()
    end(status)


def begin(mask):
    try:
        if FILE:
            os.environ["PRIME_WATCHED"] = f"{os.getppid()} {FILE}.marks"
        if HOOKS:
            os.environ["PYTHONPATH"] = os.pathsep.join([HOOKS, *filter(None, [os.environ.get("PYTHONPATH")])])
        for name in ("SIGPIPE", "SIGXFSZ"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.execvp(COMMAND[0], COMMAND)
    finally:
        os._exit(127)


def wait(seconds):
    """A signal, and whether the terminal sent it, which sends to the command as well."""
    if not hasattr(signal, "sigtimedwait"):
        time.sleep(0.05)
        return (signal.sigwait(WATCHED) if signal.sigpending() & WATCHED else None), False
    got = signal.sigwaitinfo(WATCHED) if seconds is None else signal.sigtimedwait(WATCHED, max(seconds, 0))
    if got is None:
        return None, False
    return got.si_signo, got.si_code != SI_USER and got.si_signo in STOPS | {signal.SIGWINCH}


def marks():
    if not os.path.isfile(FILE + ".marks"):
        return ""
    with open(FILE + ".marks", encoding="ascii") as file:
        return file.read()


def is_reached():
    return bool(HOOKS) or "m" in marks()


def judge(status, is_stopped):
    if "h" in marks():
        return note("passed", "the app said so")
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    if (number is not None and number not in CRASHES) or (is_stopped and not is_reached()):
        return note("neutral", "somebody ended it")
    if number is not None:
        return note("failed", f"it crashed ({signal.Signals(number).name})")
    if "x" in marks():
        return note("failed", "an exception was not caught")
    if not is_reached():
        return note("failed", f"it could not be imported (status {os.WEXITSTATUS(status)})")
    return note("passed", "it ended by itself")


def note(outcome, why):
    """What it came to; nobody asks any more once another start has ended the trial."""
    if not os.path.isfile(FILE):
        return "neutral"
    try:
        with open(FILE + ".end", "w", encoding="utf-8") as file:
            json.dump({"outcome": outcome, "why": why, "reached": is_reached()}, file)
    except OSError:
        return "neutral"
    return outcome


def stop(pid):
    os.kill(pid, signal.SIGTERM)
    for _ in range(100):
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def start_again(mask):
    """Its words are behind `sh -c TEXT NAME`; it has looked for a release already."""
    if os.environ.get("PRIME_UPDATE") != "never":
        os.environ.pop("PRIME_UPDATE", None)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    os.execv(LAUNCHER, [LAUNCHER, *COMMAND[4:]])


def boot():
    pid = os.fork()
    if pid == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(2, 1)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
            os.execv(LAUNCHER, [LAUNCHER, "boot"])
        finally:
            os._exit(127)
    os.waitpid(pid, 0)


def linger():
    until = time.monotonic() + float(LINGER)
    while time.monotonic() < until and is_updating() and wait(0.1)[0] not in STOPS:
        pass


def is_updating():
    """Nobody opens the pipe for writing, without waiting, when nobody reads it (open(2), ENXIO)."""
    try:
        os.close(os.open(UPDATER, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def end(status):
    if not os.WIFSIGNALED(status):
        os._exit(os.WEXITSTATUS(status))
    number = os.WTERMSIG(status)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    os.kill(os.getpid(), number)
    os._exit(128 + number)


main()
