/** Where the three package managers have a part of a system library: Debian's, Fedora's and Homebrew's names. */
export type SystemPackage = readonly [debian: string, fedora: string, homebrew: string];

const PACKAGES: readonly (readonly [RegExp, SystemPackage])[] = [
  [/^Python\.h$/, ["python3-dev", "python3-devel", "python"]],
  [/^(?:libpq-fe\.h|pg_config|-lpq|libpq)$/, ["libpq-dev", "libpq-devel", "libpq"]],
  [
    /^(?:mysql(?:\/.*)?\.h|mysql_config|mariadb_config|-lmysqlclient|mysqlclient|mariadb|libmariadb)$/,
    ["libmariadb-dev", "mariadb-connector-c-devel", "mariadb-connector-c"],
  ],
  [/^(?:ffi\.h|ffi|libffi|-lffi)$/, ["libffi-dev", "libffi-devel", "libffi"]],
  [/^(?:openssl\/.+\.h|openssl|libssl|libcrypto|-lssl|-lcrypto)$/, ["libssl-dev", "openssl-devel", "openssl@3"]],
  [/^(?:libxml\/.+\.h|xml2-config|libxml-2\.0|-lxml2)$/, ["libxml2-dev", "libxml2-devel", "libxml2"]],
  [/^(?:libxslt\/.+\.h|xslt-config|libxslt|-lxslt|-lexslt)$/, ["libxslt1-dev", "libxslt-devel", "libxslt"]],
  [/^(?:jpeglib\.h|-ljpeg|libjpeg)$/, ["libjpeg-dev", "libjpeg-turbo-devel", "jpeg-turbo"]],
  [/^(?:zlib\.h|zlib|-lz)$/, ["zlib1g-dev", "zlib-devel", "zlib"]],
  [/^(?:png\.h|libpng|-lpng)$/, ["libpng-dev", "libpng-devel", "libpng"]],
  [/^(?:ft2build\.h|freetype2|-lfreetype)$/, ["libfreetype-dev", "freetype-devel", "freetype"]],
  [/^(?:cairo\.h|cairo|-lcairo)$/, ["libcairo2-dev", "cairo-devel", "cairo"]],
  [
    /^(?:gobject-introspection.*|girepository.*)$/,
    ["libgirepository-2.0-dev", "gobject-introspection-devel", "gobject-introspection"],
  ],
  [/^(?:dbus\/dbus\.h|dbus-1)$/, ["libdbus-1-dev", "dbus-devel", "dbus"]],
  [/^(?:lber\.h|ldap\.h|-lldap|-lldap_r|-llber)$/, ["libldap-dev", "openldap-devel", "openldap"]],
  [/^(?:sasl\/sasl\.h|-lsasl2)$/, ["libsasl2-dev", "cyrus-sasl-devel", "cyrus-sasl"]],
  [/^(?:krb5\.h|gssapi\/gssapi\.h|gssapi.*\.h|krb5-config|-lgssapi_krb5)$/, ["libkrb5-dev", "krb5-devel", "krb5"]],
  [/^(?:sql\.h|sqlext\.h|-lodbc|odbc_config)$/, ["unixodbc-dev", "unixODBC-devel", "unixodbc"]],
  [/^(?:sqlite3\.h|sqlite3|-lsqlite3)$/, ["libsqlite3-dev", "sqlite-devel", "sqlite"]],
  [/^(?:curl\/curl\.h|curl-config|libcurl|-lcurl)$/, ["libcurl4-openssl-dev", "libcurl-devel", "curl"]],
  [/^(?:gdal\.h|gdal-config|-lgdal|gdal)$/, ["libgdal-dev", "gdal-devel", "gdal"]],
  [/^(?:geos_c\.h|geos-config|-lgeos_c)$/, ["libgeos-dev", "geos-devel", "geos"]],
  [/^(?:proj\.h|proj_api\.h|proj)$/, ["libproj-dev", "proj-devel", "proj"]],
  [/^(?:hdf5\.h|h5cc|hdf5|-lhdf5)$/, ["libhdf5-dev", "hdf5-devel", "hdf5"]],
  [/^(?:portaudio\.h|-lportaudio)$/, ["portaudio19-dev", "portaudio-devel", "portaudio"]],
  [/^(?:alsa\/asoundlib\.h|-lasound)$/, ["libasound2-dev", "alsa-lib-devel", "portaudio"]],
  [/^(?:snappy-c\.h|-lsnappy)$/, ["libsnappy-dev", "snappy-devel", "snappy"]],
  [/^(?:librdkafka\/.+\.h|-lrdkafka|rdkafka)$/, ["librdkafka-dev", "librdkafka-devel", "librdkafka"]],
  [/^(?:magic\.h|-lmagic)$/, ["libmagic-dev", "file-devel", "libmagic"]],
  [/^(?:graphviz\/.+\.h|-lcgraph|libcgraph)$/, ["libgraphviz-dev", "graphviz-devel", "graphviz"]],
  [/^(?:gmp\.h|-lgmp)$/, ["libgmp-dev", "gmp-devel", "gmp"]],
  [/^(?:mpfr\.h|-lmpfr)$/, ["libmpfr-dev", "mpfr-devel", "mpfr"]],
  [/^(?:libusb.*\.h|libusb-1\.0|-lusb-1\.0)$/, ["libusb-1.0-0-dev", "libusb1-devel", "libusb"]],
  [/^(?:systemd\/.+\.h|libsystemd|-lsystemd)$/, ["libsystemd-dev", "systemd-devel", "systemd"]],
  [/^(?:bzlib\.h|-lbz2)$/, ["libbz2-dev", "bzip2-devel", "bzip2"]],
  [/^(?:lzma\.h|liblzma|-llzma)$/, ["liblzma-dev", "xz-devel", "xz"]],
  [/^(?:cblas\.h|openblas|-lopenblas|-lblas|-llapack|blas|lapack)$/, ["libopenblas-dev", "openblas-devel", "openblas"]],
  [/^(?:xmlsec1|xmlsec\/.+\.h|-lxmlsec1)$/, ["libxmlsec1-dev", "xmlsec1-devel", "libxmlsec1"]],
  [/^(?:cc|gcc|c\+\+|g\+\+|clang|[\w-]+-linux-gnu-g(?:cc|\+\+))$/, ["build-essential", "gcc gcc-c++", "gcc"]],
  [/^(?:gfortran|f95|fortran)$/, ["gfortran", "gcc-gfortran", "gcc"]],
  [/^(?:rustc|cargo)$/, ["cargo", "cargo", "rust"]],
  [/^cmake$/, ["cmake", "cmake", "cmake"]],
  [/^ninja$/, ["ninja-build", "ninja-build", "ninja"]],
  [/^(?:pkg-config|pkgconf)$/, ["pkg-config", "pkgconf", "pkgconf"]],
  [/^swig$/, ["swig", "swig", "swig"]],
  [/^make$/, ["make", "make", "make"]],
  [/^git$/, ["git", "git", "git"]],
];

/** What to install for a header (`libpq-fe.h`), a library (`-lpq`, or as pkg-config names it) or a program (`pg_config`). */
export function systemPackageOf(part: string): SystemPackage | undefined {
  return PACKAGES.find(([names]) => names.test(part))?.[1];
}

/** The sentence that has it installed, whatever the machine. */
export function howToInstallPart(part: string): string {
  const found = systemPackageOf(part);
  if (found === undefined) return `install the system package that has ${part}`;
  const [debian, fedora, homebrew] = found;
  const others = `Fedora: \`dnf install ${fedora}\`, Homebrew: \`brew install ${homebrew}\``;
  return `install it, and start again (Debian, Ubuntu: \`apt-get install ${debian}\`, ${others})`;
}
