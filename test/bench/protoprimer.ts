import * as path from "node:path";
import { realPath } from "../../src/edges/files/read.ts";
import { KERNEL, kernelText, lendToProtoprimer, protoFiles } from "../fixtures/protoprimer.ts";
import type { Place, Repo } from "./place.ts";
import type { Scenario } from "./scenario.ts";

/** A protoprimer boot takes seconds. A script takes a tenth of one, so that it takes many to tell a millisecond. */
const ROUNDS = { boot: 20, script: 240 };
const SCRIPT = "cmd/start_app";

/** The same repo twice, ready: with the launcher, and as protoprimer itself made it. */
interface Pair {
  readonly byPrime: Repo;
  readonly byProtoprimer: { readonly root: string; readonly env: Record<string, string> };
}

/** Bare `./prime` in a repo that is configured for protoprimer, and protoprimer's own boot. */
export function protoReady(place: Place): Scenario | string {
  const pair = makePair(place, "proto-ready");
  if (typeof pair === "string") return pair;
  const { byPrime, byProtoprimer } = pair;
  const arms = {
    "bare command": { argv: [place.true], cwd: byPrime.root, env: place.env },
    "sh that becomes it": { argv: [place.throughSh(), "true"], cwd: byPrime.root, env: place.env },
    "./prime": { argv: [byPrime.prime], cwd: byPrime.root, env: place.env },
    "protoprimer's boot": {
      argv: [place.python, KERNEL, "-q"],
      cwd: byProtoprimer.root,
      env: byProtoprimer.env,
    },
  };
  return { id: "proto-ready", title: "a protoprimer repo when all is ready", rounds: ROUNDS.boot, arms };
}

/** An entry script by the launcher and by itself, beside what the environment's python takes for it. */
export function protoScript(place: Place): Scenario | string {
  const pair = makePair(place, "proto-script");
  if (typeof pair === "string") return pair;
  const { byPrime, byProtoprimer } = pair;
  byPrime.run(byPrime.prime, SCRIPT);
  const python = path.join(realPath(byPrime.file("venv")) as string, "bin/python");
  const told = {
    PROTOPRIMER_PY_EXEC: "stride_py_venv",
    PROTOPRIMER_PROTO_CODE: byPrime.file(KERNEL),
    PROTOPRIMER_START_ID: "bench",
  };
  const arms = {
    "venv/bin/python -I": { argv: [python, "-I", SCRIPT], cwd: byPrime.root, env: { ...place.env, ...told } },
    [`./prime ${SCRIPT}`]: { argv: [byPrime.prime, SCRIPT], cwd: byPrime.root, env: place.env },
    [`protoprimer's ./${SCRIPT}`]: {
      argv: [place.python, SCRIPT],
      cwd: byProtoprimer.root,
      env: byProtoprimer.env,
    },
  };
  return { id: "proto-script", title: "a protoprimer entry script", rounds: ROUNDS.script, arms };
}

/** The pair, or why there is none. */
function makePair(place: Place, name: string): Pair | string {
  let kernel: string;
  try {
    const python = ["--python", place.python];
    const work = place.repo(`${name}-kernel`, {});
    kernel = kernelText(path.join(place.folder, "kernels"), (args) => work.run(place.uv, ...args, ...python));
  } catch (error) {
    return `protoprimer could not be had: ${error}`;
  }
  const files = protoFiles({ kernel, python: place.python });
  const [byPrime, theirs] = [place.repo(name, files), place.repo(`${name}-own`, files)];
  byPrime.makeReady();
  const lent = lendToProtoprimer(theirs.root, place.uv, place.python, path.join(place.folder, "pythons"));
  const byProtoprimer = { root: theirs.root, env: { ...place.env, ...lent } };
  theirs.runIn(byProtoprimer.env, place.python, KERNEL);
  return { byPrime, byProtoprimer };
}
