declare module "aws4" {
  export function sign(
    request: {
      readonly service: string;
      readonly region: string;
      readonly host: string;
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: Buffer;
    },
    credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string },
  ): { readonly headers: Record<string, string> };
}
