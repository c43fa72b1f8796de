"""Writes a wheel (PEP 427) that holds nothing but one pin: FOLDER NAME VERSION REQUIREMENT; prints its file name."""

import base64
import hashlib
import sys
import zipfile


def main(folder, name, version, requirement):
    base = "%s-%s" % (name.replace("-", "_"), version)
    info = base + ".dist-info/"
    files = {
        "METADATA": "Metadata-Version: 2.1\nName: %s\nVersion: %s\nRequires-Dist: %s\n" % (name, version, requirement),
        "WHEEL": "Wheel-Version: 1.0\nGenerator: prime\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    with zipfile.ZipFile("%s/%s-py3-none-any.whl" % (folder, base), "w") as wheel:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append("%s,sha256=%s,%d\n" % (info + path, digest, len(text)))
            wheel.writestr(zipfile.ZipInfo(info + path), text)
        wheel.writestr(zipfile.ZipInfo(info + "RECORD"), "".join(rows) + info + "RECORD,,\n")
    print("%s-py3-none-any.whl" % base)


main(*sys.argv[1:])
