"""Starts a command as a child, stays its parent, and notes how it ended: a start on trial after an upgrade.

`PYTHON -I -B -c THIS FILE WINDOW HOOKS LAUNCHER LC_CTYPE COMMAND [ARG...]`: FILE says whose start it is; the outcome is
written to FILE.end, a line of JSON: `passed` by any exit of the command's own, or by living on for WINDOW seconds;
`failed` by a signal of a crash, or when the folder HOOKS, which Python programs find their `sitecustomize` in, noted an
exception that nobody caught; `neutral` when somebody ended it. After a failure LAUNCHER looks at the trial, so that it
goes back at once. The command has this process's streams, signals and end; LC_CTYPE is empty where Python may have set
the variable of that name itself.
"""

import json
import os
import resource
import signal
import sys
import time

FILE, WINDOW, HOOKS, LAUNCHER, LC_CTYPE = sys.argv[1:6]
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGSYS, signal.SIGTRAP}
WATCHED = {
    getattr(signal, "SIG" + name) for name in ("INT", "QUIT", "TERM", "HUP", "USR1", "USR2", "ALRM", "WINCH", "CHLD")
}
SI_USER = 0


def main():
    if not LC_CTYPE:
        os.environ.pop("LC_CTYPE", None)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    pid = os.fork()
    if pid == 0:
        begin(before)
    until = time.monotonic() + float(WINDOW)
    outcome = None
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        left = until - time.monotonic()
        if outcome is None and left <= 0:
            outcome = "passed"
            note(outcome, "it lived on")
        got = wait(None if outcome else left)
        if got is not None and got != signal.SIGCHLD:
            os.kill(pid, got)
    if outcome is None:
        outcome = judge(status)
    end(status)


def begin(mask):
    try:
        paths = [HOOKS] + [path for path in [os.environ.get("PYTHONPATH")] if path]
        os.environ.update(PYTHONPATH=os.pathsep.join(paths), PRIME_TRIAL=f"{os.getppid()} {FILE}.exception")
        for name in ("SIGPIPE", "SIGXFSZ"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.execvp(sys.argv[6], sys.argv[6:])
    finally:
        os._exit(127)


def wait(seconds):
    """A signal that somebody sent to this process alone; the terminal sends to all of them."""
    if not hasattr(signal, "sigtimedwait"):
        time.sleep(0.05)
        return signal.sigwait(WATCHED) if signal.sigpending() & WATCHED else None
    got = signal.sigwaitinfo(WATCHED) if seconds is None else signal.sigtimedwait(WATCHED, max(seconds, 0))
    if got is None:
        return None
    by_terminal = got.si_code != SI_USER and got.si_signo in {signal.SIGINT, signal.SIGQUIT, signal.SIGWINCH}
    return signal.SIGCHLD if by_terminal else got.si_signo


def judge(status):
    if os.path.exists(FILE + ".exception"):
        return fail("it ended by an exception that nothing caught")
    if not os.WIFSIGNALED(status):
        return note("passed", "it ended by itself")
    number = os.WTERMSIG(status)
    if number not in CRASHES:
        return note("neutral", f"it was ended by signal {number}")
    return fail(f"it was ended by signal {number}")


def fail(why):
    outcome = note("failed", why)
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
    return outcome


def note(outcome, why):
    with open(FILE + ".end", "w", encoding="utf-8") as file:
        json.dump({"outcome": outcome, "why": why}, file)
    return outcome


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
