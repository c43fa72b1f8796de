"""Prints, as one line of JSON, what each wheel (PEP 427) among the arguments says of itself."""

import email.parser
import json
import sys
import zipfile


def describe(file):
    with zipfile.ZipFile(file) as wheel:
        names = [n for n in wheel.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1]
        if len(names) != 1:
            raise ValueError("it has no METADATA, or several")
        message = email.parser.Parser().parsestr(wheel.read(names[0]).decode("utf-8"))
    return {"name": message["Name"], "version": message["Version"], "python": message["Requires-Python"]}


def main(files):
    told = []
    for file in files:
        try:
            told.append(dict(describe(file), file=file, why=None))
        except Exception as error:  # whatever is wrong with it, the maintainer is told
            told.append({"file": file, "why": str(error), "name": "", "version": "", "python": None})
    print(json.dumps(told))


main(sys.argv[1:])
