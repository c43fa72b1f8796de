import type { VenvDriver } from "../config/source.ts";
import { PrimeError } from "../errors.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { describe, fits, type VersionRequest } from "../python/version.ts";

/** pip installs into the interpreter that runs it, so the selected python must be the required one. */
export function refuseMisfit(request: VersionRequest, selected: Interpreter, configured: VenvDriver): void {
  if (fits(request, selected)) return;
  const byUv =
    configured === "venv_uv"
      ? "select a python of 3.8 or newer, by which uv can install it"
      : "use the driver `venv_uv`, which installs it";
  throw new PrimeError(
    "pip-version",
    `could not make the environment by pip: ${describe(request)} is required, and the selected python ${selected.path} is ${selected.version}`,
    `put the required python in front on PATH, name it by a selector, or ${byUv}`,
  );
}
