import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What one run of a tier comes to; scripts/test.mjs sums them. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}

/** Writes the tally to the file that `TALLY_FILE` names. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env['TALLY_FILE'];
    if (file === undefined) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const tally: Tally = {
      passed: tests.filter((test) => test.result().state === 'passed').length,
      // A file that cannot be loaded has no tests that could fail.
      failed:
        tests.filter((test) => test.result().state === 'failed').length + broken + unhandledErrors.length,
      skipped: tests.filter((test) => test.result().state === 'skipped').map(skip),
    };
    writeFileSync(file, JSON.stringify(tally));
  }
}

function skip(test: TestCase): Tally['skipped'][number] {
  const result = test.result();
  const reason = result.state === 'skipped' ? result.note : undefined;
  return { title: test.fullName, reason: reason ?? '' };
}
