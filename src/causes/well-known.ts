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
  ...`aiofiles aiohttp alembic attrs bcrypt black boto3 botocore build celery certifi charset-normalizer click colorama coverage cryptography dask
django django-cors-headers djangorestframework faker fastapi flake8 flask flask-cors flask-login flask-sqlalchemy gevent
google-cloud-storage grpcio gunicorn httpx huggingface-hub hypothesis ipykernel ipython isort jinja2 jsonschema jupyter jupyterlab lxml
markdown matplotlib msgpack nltk notebook numpy openai openpyxl packaging pandas paramiko plotly pre-commit psycopg psycopg2 psycopg2-binary
pydantic pydantic-settings pygments pyinstaller pymongo pymysql pyparsing pytest pytest-asyncio pytest-cov pytest-django pytest-mock
pytest-xdist python-multipart requests requests-mock scipy scrapy seaborn selenium sentry-sdk setuptools-scm shapely sphinx sqlalchemy
sqlmodel starlette streamlit tenacity tensorflow transformers typing-extensions urllib3 uvicorn watchdog websockets werkzeug`.split(
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
