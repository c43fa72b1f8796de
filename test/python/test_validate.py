import hashlib
import json
import os
import subprocess

import pytest
from conftest import answer, make_venv

FLAGS = ["-I", "-B"]


class Environment:
    def __init__(self, python, folder):
        self.folder = folder
        self.python = make_venv(python, folder)
        version = "'%d.%d.%d' % sys.version_info[:3]"
        code = f"import sys, sysconfig, json; print(json.dumps([{version}, sysconfig.get_config_var('SOABI')]))"
        told = subprocess.run([str(self.python), "-I", "-c", code], stdout=subprocess.PIPE, env={}, check=True).stdout
        self.version, self.soabi = json.loads(told.decode())
        self.site = next((folder / "lib").glob("*/site-packages"))

    def install(self, name, version="1.0", script=None):
        """Lays a package down as an installer does: a module, METADATA, RECORD and, when given, a script's text."""
        info = self.site / f"{name}-{version}.dist-info"
        info.mkdir()
        (self.site / f"{name}.py").write_text("")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not this\n")
        rows = [
            f"{name}.py,sha256=x,0",
            f"{info.name}/METADATA,,",
            f"{info.name}/RECORD,,",
            f"__pycache__/{name}.pyc,,",
        ]
        if script is not None:
            (info / "entry_points.txt").write_text(f"[console_scripts]\n{name} = {name}:main\n[other]\nx = y\n")
            (self.folder / "bin" / name).write_text(script)
            rows.append(f"../../../bin/{name},,")
        (info / "RECORD").write_text("\r\n".join(rows) + "\r\n")
        return info

    def validate(self, folder=None, version=None, soabi=None):
        arguments = [folder or self.folder, version or self.version, self.soabi if soabi is None else soabi]
        return answer(self.python, FLAGS, "validate.py", *arguments)


def digest_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def environment(newest, tmp_path):
    return Environment(newest, tmp_path / "it's an $env")


def test_a_whole_environment_of_every_version(python, tmp_path):
    environment = Environment(python, tmp_path / "env")
    environment.install("one")
    environment.install("two", "2.1", f"#!{environment.python}\n")
    found = environment.validate()
    assert found == {
        "ok": True,
        "problems": [],
        "packages": {"one": "1.0", "two": "2.1"},
        "digests": {"one": digest_of("one.py\0sha256=x\n"), "two": digest_of("two.py\0sha256=x\n")},
        "site_packages": [str(environment.site)],
    }
    assert (environment.site / "__pycache__").is_dir()


def test_the_digest_of_a_package_is_of_what_its_wheel_brought(environment):
    info = environment.install("one")
    record = info / "RECORD"
    with record.open("a") as rows:
        rows.write(f"../../../bin/one,sha256=y,0\r\n{info.name}/INSTALLER,sha256=z,0\r\n")
    assert environment.validate()["digests"] == {"one": digest_of("one.py\0sha256=x\n")}
    record.write_text(record.read_text().replace("sha256=x", "sha256=other"))
    assert environment.validate()["digests"] == {"one": digest_of("one.py\0sha256=other\n")}


def test_an_empty_environment_is_whole(environment):
    assert environment.validate()["ok"] is True


def test_another_folder_version_or_abi(environment, tmp_path):
    assert environment.validate(folder=tmp_path)["problems"] == [f"sys.prefix is {environment.folder}, not {tmp_path}"]
    assert environment.validate(version="3.0.0")["problems"] == [f"the interpreter is {environment.version}, not 3.0.0"]
    assert environment.validate(soabi="other")["problems"] == [f"the ABI is {environment.soabi}, not other"]


def test_a_folder_reached_by_a_link_is_the_same_folder(environment, tmp_path):
    (tmp_path / "link").symlink_to(environment.folder)
    assert environment.validate(folder=tmp_path / "link")["ok"] is True


def test_files_that_are_missing(environment):
    info = environment.install("one")
    (environment.site / "one.py").unlink()
    assert environment.validate()["problems"] == [f"one: {environment.site}/one.py is missing"]
    (info / "RECORD").unlink()
    assert environment.validate()["problems"] == [f"one: {info}/RECORD is missing or empty"]


def test_a_folder_of_a_package_that_is_missing(environment):
    info = environment.install("one")
    with open(info / "RECORD", "a") as record:
        record.write('"one, two/data.txt",,\r\n')
    assert environment.validate()["problems"] == [f"one: {environment.site}/one, two/data.txt is missing"]


def test_text_of_every_kind_is_told_as_it_is(environment):
    info = environment.install("one")
    with open(info / "RECORD", "a", encoding="utf-8", errors="surrogateescape") as record:
        record.write('a\\b\u00e9\U0001f40d\udcff\x07,,\r\n"say ""x""",,\r\n\r\n')
    names = ["a\\b\u00e9\U0001f40d\udcff\x07", 'say "x"']
    assert environment.validate()["problems"] == [f"one: {environment.site}/{name} is missing" for name in names]


def test_only_lines_of_entry_points_name_scripts(environment):
    text = f"#!{environment.folder}/gone\n"
    info = environment.install("one", script=text)
    for name in ("two", "three", "four", "five"):
        (environment.folder / "bin" / name).write_text(text)
    (info / "entry_points.txt").write_text(
        "two = x\n[other]\nthree = x\n[console_scripts] \n#four=x\none= x\n  two = x\n\nfive\n[gui_scripts]\nfour=x\n"
    )
    gone = f"is to be run by {environment.folder}/gone, which does not exist"
    found = [f"{environment.folder}/bin/{name} {gone}" for name in ("one", "four")]
    assert environment.validate()["problems"] == found


def test_what_leads_out_of_the_environment_by_a_link_is_not_looked_at(environment, tmp_path):
    info = environment.install("one")
    (tmp_path / "out").mkdir()
    (environment.site / "link").symlink_to(tmp_path / "out")
    with open(info / "RECORD", "a") as record:
        record.write("link/gone.py,,\r\nlink/../gone.py,,\r\n../../../bin/../gone,,\r\n")
    assert environment.validate()["problems"] == [f"one: {environment.folder}/gone is missing"]


def test_a_script_is_missing(environment):
    environment.install("one", script="#!/bin/sh\n")
    (environment.folder / "bin" / "one").unlink()
    assert environment.validate()["problems"] == [f"one: {environment.folder}/bin/one is missing"]


def test_scripts_that_would_run_by_another_interpreter(environment, newest, tmp_path):
    environment.install("gone", script=f"#!{tmp_path}/gone/bin/python\n")
    environment.install("outside", script=f"#!{newest}\n")
    assert environment.validate()["problems"] == [
        f"{environment.folder}/bin/gone is to be run by {tmp_path}/gone/bin/python, which does not exist",
        f"{environment.folder}/bin/outside is to be run by {newest}, which is outside the environment",
    ]


def test_scripts_that_take_the_detour_over_sh(environment, tmp_path):
    quoted = str(environment.python).replace("'", "'\"'\"'")
    environment.install("good", script=f"#!/bin/sh\n'''exec' '{quoted}' \"$0\" \"$@\"\n' '''\nprint(\"it's\")\n")
    environment.install("double", script=f"#!/bin/sh\n'''exec' \"{tmp_path}/gone/python\" \"$0\" \"$@\"\n' '''\n")
    environment.install("plain", script='#!/bin/sh\necho "it\'s a shell script"\n')
    assert environment.validate()["problems"] == [
        f"{environment.folder}/bin/double is to be run by {tmp_path}/gone/python, which does not exist"
    ]


def test_a_script_that_is_no_entry_point_may_be_anything(environment):
    script = environment.folder / "bin" / "tool"
    script.write_text("#!/no/such/perl\n")
    assert environment.validate()["ok"] is True


def test_packages_of_the_older_kind_are_named(environment):
    (environment.site / "old-2.0-py3.12.egg-info").write_text("Metadata-Version: 1.0\nName: old\nVersion: 2.0\n")
    (environment.site / "older.egg-info").mkdir()
    (environment.site / "older.egg-info" / "PKG-INFO").write_text("Name: older\nVersion: 1.5\n")
    found = environment.validate()
    assert found["ok"] is True
    assert found["packages"] == {"old": "2.0", "older": "1.5"}


def test_site_packages_that_cannot_be_written_are_no_problem(environment):
    if os.geteuid() == 0:
        pytest.skip("root can write everywhere")
    environment.site.chmod(0o555)
    assert environment.validate()["ok"] is True
