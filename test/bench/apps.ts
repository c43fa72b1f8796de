import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { PAST, type Place, type Repo } from "./place.ts";
import type { Arm, Scenario } from "./scenario.ts";

/** Writes a wheel (PEP 427) of the command `tick`, a script for sh that does nothing: what starts it is what is measured. */
const WRITE_WHEEL = `
import base64, hashlib, sys, zipfile
info = "tick-1.dist-info"
files = {
    "tick-1.data/scripts/tick": "#!/bin/sh\\n:\\n",
    f"{info}/METADATA": "Metadata-Version: 2.1\\nName: tick\\nVersion: 1\\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: bench\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
def row(path, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(text)}\\n"
files[f"{info}/RECORD"] = "".join(row(*file) for file in files.items()) + f"{info}/RECORD,,\\n"
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for path, text in files.items():
        entry = zipfile.ZipInfo(path)
        entry.external_attr = (0o100755 if path.endswith("tick") else 0o100644) << 16
        wheel.writestr(entry, text)
`;

interface Apps {
  readonly repo: Repo;
  readonly basket: string;
  readonly wheel: string;
  /** Makes the launcher of an app with these keys, and starts it until it is warm. */
  launcher(name: string, keys: string): string;
}

function apps(place: Place, name: string): Apps {
  const repo = place.repo(name, { "requirements.txt": "" });
  const basket = repo.file("basket");
  fs.mkdirSync(basket);
  const wheel = path.join(basket, "tick-1-py3-none-any.whl");
  repo.run(place.python, "-c", WRITE_WHEEL, wheel);
  const launcher = (app: string, keys: string): string => {
    const file = repo.file(`bin/${app}`);
    repo.write({ [`${app}.toml`]: `[app]\npackages = ["tick"]\nentry = "tick"\n${keys}` });
    repo.run(repo.prime, "init", "--app", `${app}.toml`, "--out", file);
    fs.utimesSync(file, PAST, PAST);
    return file;
  };
  return { repo, basket, wheel, launcher };
}

/** Root's state would be the machine's otherwise. */
function envOf({ home, env }: Place): Record<string, string> {
  return { ...env, XDG_STATE_HOME: path.join(home, ".local/state") };
}

const arm = (repo: Repo, argv: readonly string[], env = envOf(repo.place)): Arm => ({ argv, cwd: repo.root, env });

/** What users start day by day, by prime and by others; the last one is what a scheduled job does. */
export function appStart(place: Place): Scenario {
  const { repo, basket, wheel, launcher } = apps(place, "app-start");
  const file = launcher("tick", `sources = ["${basket}"]\n`);
  repo.runIn(envOf(place), file);
  repo.write({ "requirements.txt": `${wheel}\n` });
  repo.run(repo.prime);
  const venv = repo.file("venv");
  repo.run(place.uv, "venv", "--quiet", "--seed", venv);
  const pip = path.join(venv, "bin/pip");
  repo.run(pip, "install", "--quiet", "pipx");
  const upgrade = `"$1" install --quiet --no-index --find-links "$2" --upgrade tick && "$3"`;
  const arms = {
    "the command alone": arm(repo, [path.join(venv, "bin/tick")]),
    "./prime, an app": arm(repo, [file]),
    "./prime run": arm(repo, [repo.prime, "run", "tick"]),
    "uv tool run": arm(repo, [place.uv, "tool", "run", "--from", wheel, "tick"]),
    "pipx run": arm(repo, [path.join(venv, "bin/pipx"), "run", "--spec", wheel, "tick"]),
    "pip install --upgrade, and start": arm(repo, [
      ...[place.command("sh"), "-c", upgrade, "sh"],
      ...[pip, basket, path.join(venv, "bin/tick")],
    ]),
  };
  repo.run(pip, "install", "--quiet", "--no-index", "--find-links", basket, "tick");
  return { id: "app-start", title: "a warm start of an app", rounds: 15, arms };
}

/** What it costs to know that no check is due. */
export function appCheck(place: Place): Scenario {
  const { repo, basket, launcher } = apps(place, "app-check");
  const launchers = ["never", "daily"].map((check) =>
    launcher(`tick-${check}`, `sources = ["${basket}"]\ncheck = "${check}"\n`),
  );
  for (const file of launchers) repo.runIn(envOf(place), file);
  const [unchecked, checked] = launchers.map((file) => arm(repo, [file])) as [Arm, Arm];
  const arms = { "./prime, without checks": unchecked, "./prime, not due": checked };
  return { id: "app-check", title: "a start of an app that is not due", rounds: 800, arms };
}

/** Takes each connection and never says anything; writes down its port. */
const SILENT = `
import socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1], "w") as file:
    file.write(str(server.getsockname()[1]))
time.sleep(600)
`;

/** Each start that is due begins an updater of its own: the last one's is gone, and nothing is left of its attempt. */
const END_UPDATER = `
read -r open pid rest <"$1" || exit 0
kill -9 "$pid" 2>/dev/null
while read -r stat <"/proc/$pid/stat" && [ "\${stat##*') Z '}" = "$stat" ]; do :; done 2>/dev/null
rm -f "$1"
`;

export function appOffline(place: Place): Scenario {
  const { repo, basket, launcher } = apps(place, "app-offline");
  const said = repo.file("port");
  const server = spawn(place.python, ["-c", SILENT, said], { stdio: "ignore" });
  server.unref();
  process.once("exit", () => server.kill());
  repo.run(place.command("sh"), "-c", 'until [ -s "$1" ]; do sleep 0.02; done', "sh", said);
  const port = fs.readFileSync(said, "utf8");
  repo.runIn(envOf(place), launcher("tick", `sources = ["${basket}"]\n`));
  const file = launcher("tick", `sources = ["index+http://127.0.0.1:${port}/simple"]\n`);
  for (const _ of [1, 2, 3]) repo.runIn(envOf(place), file);
  const node = process.execPath;
  const claim = path.join(place.home, ".local/state/prime/apps/tick/claim");
  const due = arm(repo, [file], { ...envOf(place), PRIME_UPDATE: "due" });
  const arms = {
    "./prime, an app that is not due": arm(repo, [file]),
    "./prime, an app that is due": { ...due, before: [place.command("sh"), "-c", END_UPDATER, "sh", claim] },
    "Node alone": arm(repo, [node, "-e", "0"]),
  };
  return { id: "app-offline", title: "a start of an app whose network answers nothing", rounds: 20, arms };
}
