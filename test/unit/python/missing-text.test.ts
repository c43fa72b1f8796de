import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { missingText } from "../../../src/python/missing-text.ts";
import { Sandbox } from "../../fixtures/python.ts";

const TEXT = `# for everybody
[elsewhere]
Error = not this

[python-missing]
Error: Ask the desk.
  Telephone 1 = 2.

  Or write.
Error-de_AT = Fragen S' nach.
error-de = Bitte fragen.
; the end
[more]
Error = nor this
`;

describe("the distributor's words", () => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox();
    box.write("usr/python-missing.ini", TEXT);
  });
  afterEach(() => box.remove());
  const text = (env: Record<string, string>) => missingText(env, [box.path("etc"), box.path("usr")]);

  it.each([
    [{}, "Ask the desk.\nTelephone 1 = 2.\n\nOr write."],
    [{ LANG: "de_AT.UTF-8@euro" }, "Fragen S' nach."],
    [{ LANG: "de_CH.UTF-8" }, "Bitte fragen."],
    [{ LANG: "de" }, "Bitte fragen."],
    [{ LANG: "de_DE", LC_MESSAGES: "C" }, "Ask the desk.\nTelephone 1 = 2.\n\nOr write."],
    [{ LANG: "C", LC_ALL: "de_DE.utf8", LC_MESSAGES: "fr" }, "Bitte fragen."],
    [{ LANG: "fr_FR.UTF-8" }, "Ask the desk.\nTelephone 1 = 2.\n\nOr write."],
  ])("are chosen by the locale: %j", (env, wanted) => {
    expect(text(env as Record<string, string>)).toBe(wanted);
  });

  it("are overridden by the administrator's", () => {
    box.write("etc/python-missing.ini", "[python-missing]\nError=Call me.\n");
    expect(text({ LANG: "de_AT" })).toBe("Call me.");
  });

  it.each(["", "Error = no section", "[python-missing]\nOther = x\n", "[python-missing]\nError =\n", "\0\xff"])(
    "are none in %j, and the next file counts",
    (broken) => {
      box.write("etc/python-missing.ini", broken);
      expect(text({ LANG: "de" })).toBe("Bitte fragen.");
      box.write("usr/python-missing.ini", broken);
      expect(text({ LANG: "de" })).toBeUndefined();
    },
  );

  it("are none where there is no file, or one that can't be read", () => {
    box.folderAt("etc/python-missing.ini");
    expect(missingText({}, [box.path("etc"), box.path("nowhere")])).toBeUndefined();
  });
});
