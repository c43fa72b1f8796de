import type { Command } from "../edges/command.ts";
import { command, type UvTool } from "./tool.ts";

/** An interpreter that uv installed itself. */
export function findManaged(uv: UvTool, request: string): Command {
  return command(uv, ["python", "find", "--managed-python", "--no-project", request]);
}

/** Has uv ask an interpreter what it is, which it remembers: it asks before it installs, and a new one is slow to answer. */
export function learnInterpreter(uv: UvTool, executable: string): Command {
  return command(uv, ["python", "find", "--no-project", executable]);
}

export function installManaged(uv: UvTool, request: string): Command {
  return command(uv, ["python", "install", request]);
}

/** Unpacks the one interpreter of a list, `key`, whatever the user's settings say of interpreters, and without a network. */
export function installFromList(
  uv: UvTool,
  { list, key, folder }: { readonly list: string; readonly key: string; readonly folder: string },
): Command {
  const args = ["python", "install", "--no-config", "--offline", "--install-dir", folder];
  args.push("--python-downloads-json-url", list, "--reinstall", "--no-bin", "--no-registry", key);
  const own = /^UV_(?:PYTHON_(?!INSTALL_BIN|NO_REGISTRY)|PYPY|CONFIG_FILE|OFFLINE)/;
  return { ...command(uv, args), env: Object.fromEntries(Object.entries(uv.env).filter(([name]) => !own.test(name))) };
}
