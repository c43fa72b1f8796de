import type { Request } from "../commands/request.ts";
import type { Context } from "../context.ts";
import type { Answer } from "../launch/answer.ts";

/** Follows the one flow that the arguments ask for; each is loaded only when it is the one. */
export async function follow(context: Context, request: Request): Promise<Answer> {
  switch (request.kind) {
    case "prepare":
    case "reboot":
      return (await import("../commands/prepare.ts")).prepare(context, { anew: request.kind === "reboot" });
    case "run":
      return (await import("../commands/run.ts")).runCommand(context, request);
    case "script":
      return (await import("../commands/run.ts")).runScript(context, request.shift);
    case "shell-command":
      return (await import("../commands/run.ts")).runShellCommand(context, request);
    case "uv":
      return (await import("../commands/uv.ts")).runUv(context, request.args);
    case "status":
      return (await import("../commands/status.ts")).showStatus(context, request.json);
    case "history":
      return (await import("../commands/environments/history.ts")).showHistory(context, request.json);
    case "gc":
      return (await import("../commands/environments/gc.ts")).collectGarbage(context, request);
    case "rollback": {
      const { cancelRollback, rollBack } = await import("../commands/environments/rollback.ts");
      return request.cancel ? cancelRollback(context) : rollBack(context, request.id);
    }
    case "doctor":
      return (await import("../commands/doctor/doctor.ts")).doctor(context, request);
    case "adopt":
      return (await import("../commands/environments/adopt.ts")).adopt(context, request.id);
    case "seal":
      return (await import("../commands/seal.ts")).seal(context);
    case "eval":
      return (await import("../commands/eval.ts")).evaluate(context, request.json);
    case "shell":
      return (await import("../commands/shell.ts")).openShell(context);
    case "env":
      return (await import("../commands/env.ts")).printEnvironment(context, request.shell);
    case "why":
      return (await import("../commands/why.ts")).tellWhy(context);
    case "init":
      return request.from === undefined
        ? (await import("../commands/init/init.ts")).init(context, request)
        : (await import("../commands/init/protoprimer.ts")).takeOver(context, request);
    case "verify":
      return (await import("../commands/verify.ts")).verify(context, request.json);
    case "text":
      context.print(request.text);
      return { kind: "exit", code: 0 };
  }
}
