/** Path → the file that is read in its place; all absolute. */
const standIns = new Map<string, string>();

/** Where a file is read: elsewhere only while something is decided about what it is about to become. */
export function orStandIn(file: string): string {
  return standIns.get(file) ?? file;
}

/** Lets `act` see these files in the place of others, there or not: what it decides is what a start decides once they are there. */
export async function withStandIns<T>(files: ReadonlyMap<string, string>, act: () => Promise<T>): Promise<T> {
  for (const [file, standIn] of files) standIns.set(file, standIn);
  try {
    return await act();
  } finally {
    for (const file of files.keys()) standIns.delete(file);
  }
}
