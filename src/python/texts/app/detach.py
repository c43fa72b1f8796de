"""Runs a file by /bin/sh in its own place, apart from the start that it is begun by.

`PYTHON -ISBc THIS LOG FILE`. The process stays the same, so that who knows it still does; it is in a session of its
own, with low priority, and has nothing open but /dev/null and the end of LOG.
"""

import os
import sys

LOG, FILE = sys.argv[1:]
if os.getpid() != os.getpgrp():
    os.setsid()
os.nice(10)
log = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
os.dup2(log, 1)
os.dup2(log, 2)
os.closerange(3, 1024)
os.execv("/bin/sh", ["sh", FILE])
