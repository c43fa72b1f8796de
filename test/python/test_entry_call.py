import pytest
from conftest import answer

FLAGS = ["-I", "-S"]


def ask(python, *scripts):
    return answer(python, FLAGS, "entry_call.py", *scripts)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ('kernel.boot_env("app.main:run")', "boot_env"),
        ('start_app("app.main:run")', "start_app"),
        ('if __name__ == "__main__":\n    load("x").start_app(venv_main_func="app:run")', "start_app"),
        ('kernel.boot_env("a:b")\nkernel.boot_env("c:d")', "boot_env"),
        ('kernel.boot_env("a:b")\nkernel.start_app("c:d")', None),
        ('# kernel.boot_env("a:b")\nprint("start_app(\'a:b\')")', None),
        ("def start_app(name): pass\nstart_app(port)\nstart_app()", None),
        ('start_app("a", "b")\nboot_env(b"a:b")\nother.boot_env_again("a:b")', None),
        ('(lambda: 1)()\nkernel[0]("a:b")', None),
        ("echo not Python >&2", None),
        ("\0", None),
        ("", None),
    ],
)
def test_tells_the_one_function_that_is_called(python, tmp_path, text, called):
    script = tmp_path / "script"
    script.write_text(text)
    assert ask(python, script) == [called]


def test_answers_for_each_script_whatever_it_is(python, tmp_path):
    latin = tmp_path / "latin"
    latin.write_bytes(b'# coding: latin-1\nname = "\xe9"\nboot_env("a:b")\n')
    broken = tmp_path / "broken"
    broken.write_bytes(b'# coding: nowhere\nboot_env("a:b")\n')
    assert ask(python, latin, broken, tmp_path, tmp_path / "missing") == ["boot_env", None, None, None]


def test_runs_nothing_of_a_script(python, tmp_path):
    script = tmp_path / "script"
    script.write_text(f'open({str(tmp_path / "ran")!r}, "w")\nboot_env("a:b")\n')
    assert ask(python, script) == ["boot_env"]
    assert not (tmp_path / "ran").exists()
