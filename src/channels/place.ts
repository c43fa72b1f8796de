/**
 * Where the files of an app's channels are: anything that serves files. Names are relative, with `/` between their
 * parts.
 */
export interface Place {
  /** For people; without secrets. */
  readonly name: string;
  /**
   * Whether the place can tell two writers at once apart, found out by trying; if not, it is for one writer at a time.
   */
  isConditional(): Promise<boolean>;
  /**
   * A whole file; undefined: there is none. For a file of more than `most` bytes it gives `most` + 1 bytes, its own or
   * zeros, since a longer file is refused anyway.
   */
  read(name: string, most: number): Promise<Buffer | undefined>;
  /** Adds a file; false when another file of this name is there. The same bytes again are no conflict. */
  add(name: string, bytes: Buffer): Promise<boolean>;
  /** Replaces a file that was read as `before`; false when something else is there by now. */
  replace(name: string, bytes: Buffer, before: Buffer | undefined): Promise<boolean>;
}

/** The requests that a server takes, however it is addressed and however they are signed. */
export interface Server {
  readonly name: string;
  /** A file, and the tag by which the server knows this state of it (RFC 9110, 8.8.3); undefined: there is none. */
  get(name: string, most: number): Promise<{ readonly bytes: Buffer; readonly tag: string | undefined } | undefined>;
  /** False when the condition does not hold. */
  put(name: string, bytes: Buffer, condition: Readonly<Record<string, string>>): Promise<boolean>;
}

/** The most bytes of a file that is read back to compare it. */
const MOST = 1_000_000_000;
const ABSENT = { "If-None-Match": "*" };

/** A place on a server, which may know conditional requests (RFC 9110, 13.1) or not. */
export function placeOn(server: Server): Place {
  const isThere = async (name: string, bytes: Buffer) => (await server.get(name, MOST))?.bytes.equals(bytes) === true;
  const add = async (name: string, bytes: Buffer) =>
    (await server.put(name, bytes, ABSENT)) || (await isThere(name, bytes));
  return {
    name: server.name,
    isConditional: async () => {
      const probe = Buffer.from("prime asks whether this server knows conditions\n");
      await server.put("metadata/.prime-probe", probe, {});
      return !(await server.put("metadata/.prime-probe", probe, ABSENT));
    },
    read: async (name, most) => (await server.get(name, most))?.bytes,
    add,
    replace: async (name, bytes, before) => {
      if (before === undefined) return add(name, bytes);
      const now = await server.get(name, MOST);
      if (now?.bytes.equals(bytes)) return true;
      if (now === undefined || !now.bytes.equals(before)) return false;
      const condition = now.tag === undefined ? {} : { "If-Match": now.tag };
      return (await server.put(name, bytes, condition)) || (await isThere(name, bytes)); // a busy server may have taken the first try
    },
  };
}
