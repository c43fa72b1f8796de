import type { UvPin } from "../config/config.ts";

/** One text: digests in quotes of their own look like secrets to those who scan what is committed. */
const SHA256 = `
linux-aarch64-gnu 0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d
linux-aarch64-musl 0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d
linux-armv7l-gnu 86f1319f851e645bc295bb921e6be19beae7e69216c75ae809010ca7817393aa
linux-armv7l-musl 9cf0b7b12f13da6ab1c85694ab618d97a2bbd0c904cdea7f0172fb1dd768b9d5
linux-i686-gnu 5ace7ec339798aca31be51a75fa7c1544fe84e02fadd17a9fa3324813bbaf237
linux-i686-musl 63d807451e63c8d21b1b33c945af16438ac9d8ffddc59b31ce69c692135891f5
linux-x86_64-gnu e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984
linux-x86_64-musl 29451c60f5e8b07403e0a175d5229efc36b0289b34143ff4aaa499a5dd52553a
macosx-arm64 62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49
macosx-x86_64 b7124ca1956ec2e476a1003ea5715a15f0266afaec37f4dc9c6972ba8183e6d1
`;

/** Written by build/pins.ts: the uv that this release of prime deploys, by the digests of its wheels. */
export const UV_PIN: UvPin = {
  version: "0.13.8",
  sha256: Object.fromEntries([...SHA256.matchAll(/(\S+) (\S+)/g)].map(([, name, digest]) => [name, digest])),
};
