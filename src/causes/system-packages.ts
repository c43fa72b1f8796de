/**
 * Parts, and the packages that have them: Debian's, Fedora's and Homebrew's. A part is a header or its folder (`curl/`), a library as pkg-config
 * names it or as a file (`libcurl`), or a program.
 */
const PACKAGES = `
Python.h: python3-dev, python3-devel, python
libpq-fe.h pg_config libpq: libpq-dev, libpq-devel, libpq
mysql.h mysql/ mysql_config libmysqlclient mysqlclient mariadb_config mariadb libmariadb: libmariadb-dev, mariadb-connector-c-devel, mariadb-connector-c
ffi.h ffi libffi: libffi-dev, libffi-devel, libffi
openssl/ openssl libssl libcrypto: libssl-dev, openssl-devel, openssl@3
libxml/ xml2-config libxml-2.0 libxml2: libxml2-dev, libxml2-devel, libxml2
libxslt/ xslt-config libxslt libexslt: libxslt1-dev, libxslt-devel, libxslt
jpeglib.h libjpeg: libjpeg-dev, libjpeg-turbo-devel, jpeg-turbo
zlib.h zlib libz: zlib1g-dev, zlib-devel, zlib
png.h libpng: libpng-dev, libpng-devel, libpng
ft2build.h freetype2 libfreetype: libfreetype-dev, freetype-devel, freetype
cairo.h cairo libcairo: libcairo2-dev, cairo-devel, cairo
gobject-introspection gobject-introspection-1.0 girepository-1.0 girepository-2.0: libgirepository-2.0-dev, gobject-introspection-devel, gobject-introspection
lber.h ldap.h libldap libldap_r liblber: libldap-dev, openldap-devel, openldap
sasl/ libsasl2: libsasl2-dev, cyrus-sasl-devel, cyrus-sasl
krb5.h gssapi/ gssapi.h krb5-config libgssapi_krb5: libkrb5-dev, krb5-devel, krb5
sql.h sqlext.h libodbc odbc_config: unixodbc-dev, unixODBC-devel, unixodbc
sqlite3.h sqlite3 libsqlite3: libsqlite3-dev, sqlite-devel, sqlite
curl/ curl-config libcurl: libcurl4-openssl-dev, libcurl-devel, curl
gdal.h gdal-config libgdal gdal: libgdal-dev, gdal-devel, gdal
geos_c.h geos-config libgeos_c: libgeos-dev, geos-devel, geos
proj.h proj_api.h proj: libproj-dev, proj-devel, proj
hdf5.h h5cc hdf5 libhdf5: libhdf5-dev, hdf5-devel, hdf5
portaudio.h libportaudio: portaudio19-dev, portaudio-devel, portaudio
alsa/ libasound: libasound2-dev, alsa-lib-devel, portaudio
librdkafka/ librdkafka rdkafka: librdkafka-dev, librdkafka-devel, librdkafka
magic.h libmagic: libmagic-dev, file-devel, libmagic
graphviz/ libcgraph: libgraphviz-dev, graphviz-devel, graphviz
systemd/ libsystemd: libsystemd-dev, systemd-devel, systemd
bzlib.h libbz2: libbz2-dev, bzip2-devel, bzip2
lzma.h liblzma: liblzma-dev, xz-devel, xz
cblas.h openblas libopenblas libblas liblapack blas lapack: libopenblas-dev, openblas-devel, openblas
xmlsec/ xmlsec1 libxmlsec1: libxmlsec1-dev, xmlsec1-devel, libxmlsec1
dbus/ dbus-1: libdbus-1-dev, dbus-devel, dbus
snappy-c.h libsnappy: libsnappy-dev, snappy-devel, snappy
gmp.h libgmp: libgmp-dev, gmp-devel, gmp
mpfr.h libmpfr: libmpfr-dev, mpfr-devel, mpfr
libusb.h libusb-1.0/ libusb-1.0: libusb-1.0-0-dev, libusb1-devel, libusb
cc gcc c++ g++ clang: build-essential, gcc gcc-c++, gcc
gfortran f95 fortran: gfortran, gcc-gfortran, gcc
rustc cargo: cargo, cargo, rust
cmake: cmake, cmake, cmake
ninja: ninja-build, ninja-build, ninja
pkg-config pkgconf: pkg-config, pkgconf, pkgconf
swig: swig, swig, swig
make: make, make, make
git: git, git, git`;

/** The packages for a header (`libpq-fe.h`), a library (`-lpq`, or as pkg-config names it) or a program (`pg_config`). */
function packagesOf(part: string): string[] | undefined {
  const name = part
    .replace(/^-l/, "lib")
    .replace(/\/.*/, "/")
    .replace(/^.*-linux-gnu-/, "");
  const rows = PACKAGES.split("\n").map((row) => row.split(": "));
  return rows.find(([names = ""]) => names.split(" ").includes(name))?.[1]?.split(", ");
}

/** The sentence that has it installed, whatever the machine. */
export function howToInstallPart(part: string): string {
  const found = packagesOf(part);
  if (found === undefined) return `install the system package that has ${part}`;
  const [debian, fedora, homebrew] = found;
  const others = `Fedora: \`dnf install ${fedora}\`, Homebrew: \`brew install ${homebrew}\``;
  return `install it, and start again (Debian, Ubuntu: \`apt-get install ${debian}\`, ${others})`;
}
