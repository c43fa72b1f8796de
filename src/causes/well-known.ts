/** Modules that are imported by another name than that of the distribution which has them. */
const BY_MODULE: Readonly<Record<string, string>> = {
  bs4: "beautifulsoup4",
  cv2: "opencv-python",
  crypto: "pycryptodome",
  dateutil: "python-dateutil",
  docx: "python-docx",
  dotenv: "python-dotenv",
  fitz: "pymupdf",
  git: "gitpython",
  jwt: "pyjwt",
  magic: "python-magic",
  mysqldb: "mysqlclient",
  openssl: "pyopenssl",
  pil: "pillow",
  distutils: "setuptools<74",
  pkg_resources: "setuptools<81",
  pptx: "python-pptx",
  serial: "pyserial",
  skimage: "scikit-image",
  sklearn: "scikit-learn",
  usb: "pyusb",
  yaml: "pyyaml",
  zmq: "pyzmq",
};

/** Distributions that many repos require: the only names that are ever proposed in place of one that no index has. */
export const WELL_KNOWN = [
  ...Object.values(BY_MODULE),
  ...`aiofiles aiohttp alembic altair anyio arrow asyncpg attrs babel bandit bcrypt black bleach boto3 botocore build celery certifi cffi chardet
charset-normalizer click colorama coverage cryptography cython dask datasets django django-cors-headers djangorestframework docker faker
fastapi flake8 flask flask-cors flask-login flask-sqlalchemy gevent google-cloud-storage greenlet grpcio gunicorn httpx huggingface-hub
hypothesis idna importlib-metadata ipykernel ipython isort jinja2 joblib jsonschema jupyter jupyterlab keras langchain lxml mako markdown
markupsafe matplotlib mkdocs msgpack mypy networkx nltk notebook numpy openai openpyxl orjson packaging pandas paramiko peewee pendulum
pip-tools platformdirs playwright plotly polars pre-commit prometheus-client protobuf psutil psycopg psycopg2 psycopg2-binary pyarrow
pydantic pydantic-settings pygments pyinstaller pylint pymongo pymysql pyparsing pytest pytest-asyncio pytest-cov pytest-django pytest-mock
pytest-xdist python-multipart pytz redis regex requests requests-mock rich ruff scipy scrapy seaborn selenium sentry-sdk setuptools-scm
shapely six sphinx sqlalchemy sqlmodel starlette streamlit tenacity tensorflow textual toml tomli tomlkit torch tornado tox tqdm
transformers trio typer typing-extensions ujson urllib3 uvicorn uvloop virtualenv watchdog watchfiles websockets werkzeug wheel xgboost`.split(
    /\s+/,
  ),
];

/** The distribution of a module, which mostly has its name. */
export function distributionOf(module: string): string {
  return BY_MODULE[module.toLowerCase()] ?? module;
}

/** What somebody may have meant who wrote the name of a module. */
export function knownByModule(name: string): string | undefined {
  return BY_MODULE[name.toLowerCase()];
}
