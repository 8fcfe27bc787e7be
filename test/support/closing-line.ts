/** Ends the output of a test run with one plain line of totals, and before it every reason a test was skipped for. */
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      // A file that could not even be loaded has no tests to count, but it has not passed.
      if (module.errors().length > 0) totals.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        totals[result.state]++;
        if (result.state !== 'skipped') continue;
        const reason = result.note ?? `see ${module.relativeModuleId}`;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    const lines = [...reasons].map(([reason, count]) => `skipped ${count}: ${reason}`);
    lines.push(`${totals.passed} passed, ${totals.failed + totals.pending} failed, ${totals.skipped} skipped`);
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}
