"""What an app asks of the launcher that has started it.

Outside of prime (`is_started` is false) nothing is done: `healthy`, `update` and `relaunch` give False, `status` gives
{}, `require` raises.
"""

import json
import os
import site
import subprocess
import sys
from typing import Any, Dict, List, Sequence

__all__ = ["UpdateError", "healthy", "is_started", "relaunch", "require", "status", "update"]

LAUNCHER = os.environ.get("PRIME_LAUNCHER", "")


class UpdateError(RuntimeError):
    """Nothing was taken, and why; what runs goes on."""


def is_started() -> bool:
    """Whether a launcher of prime's has started this process, or one above it."""
    return bool(LAUNCHER)


def healthy() -> bool:
    """Ends the trial of this release well; False where there is none."""
    trial = os.environ.get("PRIME_TRIAL", "")
    if not os.path.isfile(trial):
        return False
    with open(trial + ".marks", "a", encoding="ascii") as marks:
        marks.write("mh")
    with open(trial + ".end", "w", encoding="ascii") as end:
        json.dump({"outcome": "passed", "why": "the app said so", "reached": True}, end)
    return True


def status() -> Dict[str, Any]:
    """What `self status --json` tells."""
    found: Dict[str, Any] = json.loads(_ask("status", "--json")) if LAUNCHER else {}
    return found


def update(relaunch: bool = False) -> bool:
    """Takes a release that there is by now, and tells whether there was one: what is new in it can be imported, what
    was imported stays. With `relaunch` this start begins again with it, once."""
    if not LAUNCHER:
        return False
    _ask("update")
    return _follow(relaunch)


def relaunch() -> bool:
    """Starts the app anew in the place of this process, with the same arguments; False where that was done before."""
    if not LAUNCHER or os.environ.get("PRIME_RELAUNCHED") == LAUNCHER:
        return False
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ["PRIME_RELAUNCHED"] = LAUNCHER
    os.execv(LAUNCHER, [LAUNCHER, *sys.argv[1:]])
    return True


def require(packages: Sequence[str], sources: Sequence[str] = ()) -> bool:
    """Has these requirements (PEP 508) in this release and all that follow, from these sources alone, where there are
    any; gives whether something was installed for it. They can be imported at once."""
    if not LAUNCHER:
        raise UpdateError("no launcher of prime's has started this process")
    _ask("require", json.dumps({"packages": list(packages), "sources": list(sources)}))
    return _follow(False)


def _ask(*words: str) -> str:
    env = dict(os.environ, PRIME_APP_TASK="self", PRIME_UPDATE="due")
    ended = subprocess.run(
        [LAUNCHER, *words],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if ended.returncode != 0:
        raise UpdateError(ended.stderr.strip())
    return ended.stdout


def _follow(again: bool) -> bool:
    told = status()
    if told["release"] == os.environ.get("PRIME_GENERATION"):
        return False
    os.environ["PRIME_GENERATION"] = told["release"]
    if again:
        relaunch()
    _search_in(told["environment"])
    return True


def _search_in(environment: str) -> None:
    """In front of this environment's own packages, which stay for what was imported of them."""
    name = os.path.join("lib", "python{}.{}".format(*sys.version_info), "site-packages")
    before: List[str] = list(sys.path)
    site.addsitedir(os.path.join(environment, name))
    added = [entry for entry in sys.path if entry not in before]
    at = next((place for place, entry in enumerate(before) if entry.endswith(name)), len(before))
    sys.path[:] = before[:at] + added + before[at:]
    sys.path_importer_cache.clear()
