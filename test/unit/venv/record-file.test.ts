import { expect, it } from "vitest";
import { parseRecord, withRows } from "../../../src/venv/record-file.ts";

const RECORD = [
  "six.py,sha256=abc,12",
  '"a, ""b"".txt",sha256=def,3',
  "six-1.dist-info/RECORD,,",
  "__pycache__/six.cpython-312.pyc,,",
  "old.py,md5=123,4",
  "",
].join("\r\n");

it("rows are read as CSV, without byte code", () => {
  expect(parseRecord(RECORD)).toEqual([
    { path: "six.py", digest: "abc", size: 12 },
    { path: 'a, "b".txt', digest: "def", size: 3 },
    { path: "six-1.dist-info/RECORD", digest: null, size: null },
    { path: "old.py", digest: null, size: 4 },
  ]);
});

it("a digest may be in hexadecimal digits, or padded", () => {
  const hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const rows = parseRecord(`a,sha256=${hex},0\nb,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=,0\n`);
  expect(rows.map(({ digest }) => digest)).toEqual(Array(2).fill("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"));
});

it("rows are replaced where they stand", () => {
  const row = { path: 'a, "b".txt', digest: "new", size: 5 };
  const after = withRows(RECORD, new Map([[row.path, row]]));
  expect(after).toBe(RECORD.replace("sha256=def,3", "sha256=new,5"));
});
