"""Names what a wheel's files are not, by its RECORD: installers write another one, by what they find. Takes wheels."""

import base64
import csv
import hashlib
import io
import os
import sys
import zipfile


def problems(wheel):
    names = set(wheel.namelist())
    for name in sorted(names):
        if name.startswith("/") or ".." in name.replace("\\", "/").split("/"):
            yield f"{name!a} leads out of it"
    records = [name for name in names if name.count("/") == 1 and name.endswith(".dist-info/RECORD")]
    for record in records:
        for row in csv.reader(io.StringIO(wheel.read(record).decode("utf-8", "replace"))):
            path, digest, *_ = [*row, "", ""]
            if path and path not in names:
                yield f"{path} is missing, which its RECORD names"
            elif digest.startswith("sha256="):
                with wheel.open(path) as file:
                    found = hashlib.sha256()
                    for part in iter(lambda: file.read(1 << 20), b""):
                        found.update(part)
                own = base64.urlsafe_b64encode(found.digest()).decode().rstrip("=")
                if digest[7:].rstrip("=") not in (own, found.hexdigest()):  # some builders write hexadecimal digits
                    yield f"{path} is another file than its RECORD says"


for path in sys.argv[1:]:
    with zipfile.ZipFile(path) as opened:
        for problem in problems(opened):
            print(f"{os.path.basename(path)}: {problem}")
