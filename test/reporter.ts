import { DefaultReporter, type SerializedError, type TestModule, type TestRunEndReason } from "vitest/node";

/**
 * The usual report, followed by the skipped tests, each with its reason, and as the last line the counts:
 * `N passed, N failed, N skipped`. What stops tests from running at all (a file that cannot be loaded, a hook that
 * fails, an error that no test caught) counts as failed.
 */
export default class CountingReporter extends DefaultReporter {
  constructor() {
    super({ summary: false });
  }

  override onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, errors, reason);
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      const suites = [module, ...module.children.allSuites()];
      count.failed += suites.filter((suite) => suite.errors().length > 0).length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed" || result.state === "failed") {
          count[result.state] += 1;
          continue;
        }
        count.skipped += 1;
        const why = result.state === "skipped" ? (result.note ?? "switched off in the test's own text") : "never run";
        this.log(`skipped: ${module.relativeModuleId} > ${test.fullName}: ${why}`);
      }
    }
    this.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
