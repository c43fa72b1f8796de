"""Writes a wheel (PEP 427) that holds nothing but one pin: FOLDER NAME VERSION REQUIREMENT; prints its file name."""

import base64
import hashlib
import sys
import zipfile


def main(folder, name, version, requirement):
    base = "-".join([name.replace("-", "_"), version])
    info = base + ".dist-info/"
    said = [("Metadata-Version", "2.1"), ("Name", name), ("Version", version), ("Requires-Dist", requirement)]
    files = {
        "METADATA": "".join(key + ": " + value + "\n" for key, value in said),
        "WHEEL": "Wheel-Version: 1.0\nGenerator: prime\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    file = base + "-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + file, "w") as wheel:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append(",".join([info + path, "sha256=" + digest, str(len(text))]) + "\n")
            wheel.writestr(zipfile.ZipInfo(info + path), text)
        wheel.writestr(zipfile.ZipInfo(info + "RECORD"), "".join(rows) + info + "RECORD,,\n")
    print(file)


main(*sys.argv[1:])
