import type { UvPin } from "../config/config.ts";

/** Platform, wheel, executable. One text: digests in quotes of their own look like secrets to those who scan what is committed. */
const SHA256 = `
linux-aarch64-gnu 0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d 5aa4427bd923cfdca2d56a3577f60d8fa7825aa3b496fef975dfd6f03db57d28
linux-aarch64-musl 0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d 5aa4427bd923cfdca2d56a3577f60d8fa7825aa3b496fef975dfd6f03db57d28
linux-armv7l-gnu 86f1319f851e645bc295bb921e6be19beae7e69216c75ae809010ca7817393aa 7fc6cc36d6eb34901ea463271b8faa7dfd93a0c1d301a8bf8aabf0b8ee6effe4
linux-armv7l-musl 9cf0b7b12f13da6ab1c85694ab618d97a2bbd0c904cdea7f0172fb1dd768b9d5 1069fc20f611bbafb39fe2fdea8c7eefad0f1d69946369b5eeef519330f04628
linux-i686-gnu 5ace7ec339798aca31be51a75fa7c1544fe84e02fadd17a9fa3324813bbaf237 0e1c02f2df81c45dc95522185ac2939c2077ff0b6d73cb0f760244c36b5b4c46
linux-i686-musl 63d807451e63c8d21b1b33c945af16438ac9d8ffddc59b31ce69c692135891f5 65bed89c0ec236b6c2cc608836ccdc9095c205f676628980b85a2240f219e53c
linux-ppc64le-gnu 6999618363d03a0a085a9491db319e00b461dbda205db06ef1fd55dfcbf6472b fe3192af976d74299710e6a6197d856f0f53942f6c18511738bd142944c884e9
linux-riscv64-gnu b26fe533dc6153787e40443b7d9428ed41349127bff36a954ec82c48be01ded9 a0b52fdc1e4a4daf74e086e49c10a0578981ce27d62ba42da6df6da340f27f7a
linux-riscv64-musl bfcaada3989c7716ad4b58673cd1413fad4fdc6b2e446f9553db0ef18da20850 779701863f7697d4858a381b5e096a10a4bc39a47ad068b018a6fc8f14eddb75
linux-s390x-gnu 13050c64530a1ccfc223af0306a8152d41c0d36ea63bc19161221ca65dfe480a c9b66581a998c2d376acd36a6cbd210e64d0d698dc728e1738095bb44dadb16d
linux-x86_64-gnu e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984 4a7607589912d9c20e86b860b032f7c7f2913c9a3e76f46aef136885387452b8
linux-x86_64-musl 29451c60f5e8b07403e0a175d5229efc36b0289b34143ff4aaa499a5dd52553a a880db7f5f6745b5ec80aa6ccafdce06ddab1434013b55c62bb2fded1e2f9cb5
macosx-arm64 62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49 f98066c132dc37b83a8861f9b538d732b5aad41d3b3a69e47abf27cdaef842a9
macosx-x86_64 b7124ca1956ec2e476a1003ea5715a15f0266afaec37f4dc9c6972ba8183e6d1 afdbf4b93ab474668f8ad99da2fb7fb6562c020a4bbd860e9b1909181498b1b6
`;

const ROWS = [...SHA256.matchAll(/(\S+) (\S+) (\S+)/g)];

/** Written by build/pins.ts: the uv that this release of prime deploys, by the digests of its wheels and of what is in them. */
export const UV_PIN: UvPin = {
  version: "0.13.8",
  sha256: Object.fromEntries(ROWS.map(([, platform, wheel]) => [platform, wheel])),
  programs: ROWS.map(([, , , program]) => program as string),
};

/** Its place in uv's repository, and its sha256. */
const LIST =
  "crates/uv-python-managed/download-metadata.json f88d6608699d7cd57133edfbfcf6280c4c11cba5da3dfbdcb924918c94d0dc04".split(
    " ",
  ) as [string, string];

/** The list of interpreters that this uv is built with, at its tag. */
export const UV_PYTHONS = {
  url: `https://raw.githubusercontent.com/astral-sh/uv/${UV_PIN.version}/${LIST[0]}`,
  sha256: LIST[1],
};
