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
  ...`aiohttp bcrypt black boto3 celery cryptography django djangorestframework fastapi flake8 flask flask-sqlalchemy gunicorn
httpx jinja2 jupyter lxml markdown matplotlib numpy openai pandas paramiko polars pre-commit protobuf psycopg2 psycopg2-binary
pydantic pytest pytest-asyncio pytest-cov python-multipart redis requests scipy scrapy selenium sphinx sqlalchemy streamlit
tensorflow torch tqdm transformers typing-extensions urllib3 uvicorn werkzeug`.split(/\s+/),
];

/** The distribution of a module, which mostly has its name. */
export function distributionOf(module: string): string {
  return BY_MODULE[module.toLowerCase()] ?? module;
}

/** What somebody may have meant who wrote the name of a module. */
export function knownByModule(name: string): string | undefined {
  return BY_MODULE[name.toLowerCase()];
}
