/** A public repo and the command by which its own papers or its CI say that its tests are run. */
export interface TriedRepo {
  /** Folder below the one that is given to `npm run repos`. */
  readonly name: string;
  /** The project in it, where it is one of many. */
  readonly member?: string;
  /** prime's own flags, where the repo's papers choose a group or an extra too. */
  readonly flags?: readonly string[];
  /** The documented command. */
  readonly command: readonly string[];
  /** What of it is run here, since the whole takes too long: arguments behind the command. */
  readonly sample?: readonly string[];
  /** Why it ends otherwise than in tests that pass. */
  readonly note?: string;
  /** What a contributor who has uv alone would type to get the same. */
  readonly uv: readonly string[];
}

export const REPOS: readonly TriedRepo[] = [
  {
    name: "click",
    flags: ["--group", "tests"],
    command: ["pytest", "-q"],
    uv: ["run", "--group", "tests", "pytest", "-q"],
  },
  {
    name: "sphinx",
    flags: ["--group", "test"],
    command: ["python", "-m", "pytest", "-q"],
    sample: ["tests/test_util"],
    uv: ["run", "--group", "test", "python", "-m", "pytest", "-q"],
  },
  {
    name: "tox",
    note: "uv resolves for every Python that the repo is for, and its group `docs` is for fewer; prime resolves for the one here. The groups are those of tox.toml's test environments.",
    flags: ["--no-dev", "--group", "test", "--extra", "completion"],
    command: ["pytest", "-q"],
    sample: ["tests/config/cli"],
    uv: ["run", "--no-dev", "--group", "test", "--extra", "completion", "pytest", "-q"],
  },
  {
    name: "pre-commit",
    command: ["pytest", "-q"],
    sample: ["tests/clientlib_test.py", "tests/util_test.py", "tests/git_test.py"],
    uv: ["run", "--no-project", "--with-requirements", "requirements-dev.txt", "--with-editable", ".", "pytest", "-q"],
  },
  {
    name: "cattrs",
    flags: ["--group", "test"],
    command: ["pytest", "-q"],
    sample: ["tests/test_gen.py", "tests/test_baseconverter.py"],
    uv: ["run", "--group", "test", "pytest", "-q"],
  },
  {
    name: "black",
    note: "Its tests do not start under a pytest this new, whoever installs it (`filterwarnings = error`).",
    command: ["pytest", "-q", "--run-optional", "no_jupyter"],
    sample: ["tests/test_format.py"],
    uv: [
      ...["run", "--no-project", "--with-editable", ".", "--with", "pytest", "--with", "pytest-xdist"],
      ...["pytest", "-q", "--run-optional", "no_jupyter"],
    ],
  },
  {
    name: "textual",
    note: "It is described for Poetry alone. The line that is told was followed: then 90 packages are installed, and tests/test_binding.py passes. uv installs nothing, without a word.",
    command: ["pytest", "-q"],
    sample: ["tests/test_binding.py", "tests/css"],
    uv: ["run", "pytest", "-q"],
  },
  {
    name: "flake8",
    flags: ["--with", "pytest"],
    command: ["pytest", "-q"],
    uv: ["run", "--no-project", "--with-editable", ".", "--with", "pytest", "pytest", "-q"],
  },
  {
    name: "scrapy",
    flags: ["--with", "pytest", "--with", "pytest-twisted", "--with", "testfixtures", "--with", "sybil"],
    command: ["pytest", "-q"],
    sample: ["tests/test_utils_url.py", "tests/test_item.py"],
    uv: [
      "run",
      "--with",
      "pytest",
      "--with",
      "pytest-twisted",
      "--with",
      "testfixtures",
      "--with",
      "sybil",
      "pytest",
      "-q",
    ],
  },
  {
    name: "celery",
    note: "Its developers' requirements come from a git host, which this machine does not reach.",
    command: ["pytest", "-q"],
    sample: ["t/unit/utils"],
    uv: [
      ...["run", "--no-project", "--with-requirements", "requirements/dev.txt", "--with-editable", "."],
      ...["pytest", "-q"],
    ],
  },
  {
    name: "haystack-core-integrations",
    member: "integrations/jina",
    flags: ["--with", "pytest,pytest-asyncio,pillow"],
    command: ["pytest", "-q", "-m", "not integration", "tests"],
    uv: ["run", "--with", "pytest,pytest-asyncio,pillow", "pytest", "-q", "-m", "not integration", "tests"],
  },
  {
    name: "healthchecks",
    note: "The requirements of its developers need MySQL's client library, which this machine lacks.",
    flags: ["--python", "3.12"],
    command: ["python", "manage.py", "test", "hc.lib"],
    uv: [
      ...["run", "--python", "3.12", "--no-project"],
      ...["--with-requirements", "requirements.txt", "--with-requirements", "requirements-dev.txt"],
      ...["python", "manage.py", "test", "hc.lib"],
    ],
  },
  {
    name: "aiohttp",
    note: "A git submodule is missing in the checkout, and its host is not reached.",
    command: ["pytest", "-q"],
    sample: ["tests/test_helpers.py"],
    uv: ["run", "--no-project", "--with-requirements", "requirements/dev.txt", "--with-editable", ".", "pytest", "-q"],
  },
  {
    name: "langgraph",
    member: "libs/checkpoint",
    command: ["pytest", "-q"],
    sample: ["tests/test_memory.py"],
    uv: ["run", "pytest", "-q"],
  },
];
