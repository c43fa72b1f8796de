import pytest
from conftest import answer, start

FLAGS = ["-I", "-B"]


@pytest.fixture
def selector(tmp_path):
    return tmp_path / "selector.py"


def ask(python, selector):
    return answer(python, FLAGS, "run_selector.py", selector, 3, 12, 1)


def test_hands_over_the_version_as_a_tuple_of_ints(python, selector):
    selector.write_text("def select_python_file_abs_path(required_version):\n    return repr(required_version)\n")
    assert ask(python, selector) == {"path": "(3, 12, 1)"}


def test_none_is_an_answer(python, selector):
    selector.write_text("def select_python_file_abs_path(required_version):\n    return None\n")
    assert ask(python, selector) == {"path": None}


def test_a_path_in_any_letters_and_a_selector_in_utf_8_work(python, selector):
    selector.write_bytes("def select_python_file_abs_path(v):\n    return '/ü/\\udcff'\n".encode())
    assert ask(python, selector) == {"path": "/ü/\udcff"}


def test_what_is_printed_goes_to_standard_error(python, selector):
    selector.write_text(
        "import os, sys\nprint('said')\nos.system('echo child')\nos.write(1, b'raw')\n"
        "def select_python_file_abs_path(v):\n    sys.stdout.write('again')\n"
    )
    done = start(python, FLAGS, "run_selector.py", selector, 3, 12, 1)
    assert done.stdout == b'{"path": null}'
    for word in (b"said", b"child", b"raw", b"again"):
        assert word in done.stderr


def test_a_dataclass_can_be_defined(newest, selector):
    selector.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n"
        "def select_python_file_abs_path(v):\n    return str(A(1).x)\n"
    )
    assert ask(newest, selector) == {"path": "1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"failure": "undefined"}),
        ("select_python_file_abs_path = 1", {"failure": "undefined"}),
        ("def select_python_file_abs_path(v): return 1", {"failure": "type", "text": "int"}),
        ("def select_python_file_abs_path(): pass", {"failure": "raised", "line": None}),
        ("\nraise ValueError('no')", {"failure": "raised", "text": "ValueError: no", "line": 2}),
        ("\nraise KeyboardInterrupt", {"failure": "raised", "text": "KeyboardInterrupt", "line": 2}),
        ("import sys\nsys.exit(3)", {"failure": "raised", "text": "SystemExit: 3", "line": 2}),
        ("import json\njson.loads('{')", {"failure": "raised", "line": 2}),
        ("\nif:", {"failure": "syntax", "line": 2}),
        ("eval('1 +')", {"failure": "raised", "line": 1}),
    ],
)
def test_says_why_there_is_no_answer(python, selector, text, expected):
    selector.write_text(text + "\n")
    found = ask(python, selector)
    assert {key: found.get(key) for key in expected} == expected
