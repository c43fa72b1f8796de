"""Compiles of a new interpreter's library what nearly all of its starts load: builds of it come without.

`python -I -S -c THIS PART`: PART is 0 or 1; both at once take half the time, and none compiles what the other does.
"""

import os
import sys
from _frozen_importlib_external import SourceFileLoader

# What uv's question to an interpreter and validate.py load, the larger files first.
FILES = """
typing subprocess enum locale collections/__init__ threading _sysconfigdata_{0.abiflags}_{0.platform}_{1}
configparser platform functools re/_parser re/_compiler contextlib sysconfig/__init__ warnings selectors csv
types re/__init__ json/encoder hashlib json/decoder shlex json/__init__ operator signal re/_casefix ctypes/__init__
"""

for name in FILES.format(sys, getattr(sys.implementation, "_multiarch", "")).split()[int(sys.argv[1]) :: 2]:
    for file in [f"{folder}/{name}.py" for folder in sys.path]:
        if os.path.isfile(file):
            SourceFileLoader(name, file).get_code(name)
