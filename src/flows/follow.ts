import type { Answer } from "../launch/plan.ts";
import type { Request } from "../request.ts";
import type { Context } from "./context.ts";

/** Follows the one flow that the arguments ask for; each is loaded only when it is the one. */
export async function follow(context: Context, request: Request): Promise<Answer> {
  switch (request.kind) {
    case "prepare":
    case "reboot":
      return (await import("./prepare.ts")).prepare(context, { anew: request.kind === "reboot" });
    case "run":
      return (await import("./run.ts")).runCommand(context, request);
    case "script":
      return (await import("./run.ts")).runScript(context, request.shift);
    case "shell-command":
      return (await import("./run.ts")).runShellCommand(context, request);
    case "uv":
      return (await import("./uv.ts")).runUv(context, request.args);
    case "status":
      return (await import("./status.ts")).showStatus(context, request.json);
    case "history":
      return (await import("./history.ts")).showHistory(context, request.json);
    case "gc":
      return (await import("./gc.ts")).collectGarbage(context, request);
    case "rollback": {
      const { cancelRollback, rollBack } = await import("./rollback.ts");
      return request.cancel ? cancelRollback(context) : rollBack(context, request.id);
    }
    case "doctor":
      return (await import("./doctor.ts")).doctor(context, request);
    case "adopt":
      return (await import("./adopt.ts")).adopt(context, request.id);
    case "seal":
      return (await import("./seal.ts")).seal(context);
    case "eval":
      return (await import("./evaluate.ts")).evaluate(context, request.json);
    case "shell":
      return (await import("./shell.ts")).openShell(context);
    case "env":
      return (await import("./environ.ts")).printEnvironment(context, request.shell);
    case "why":
      return (await import("./why.ts")).tellWhy(context);
    case "init":
      return request.from === undefined
        ? (await import("./init.ts")).init(context, request)
        : (await import("./init/protoprimer.ts")).takeOver(context, request);
    case "verify":
      return (await import("./verify.ts")).verify(context, request.json);
    case "text":
      context.print(request.text);
      return { kind: "exit", code: 0 };
  }
}
