import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestResult } from 'vitest/node';

/** What one run of a tier comes to; scripts/test.mjs sums them. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Title and first lines of each failure: the end of a long log is often all that is kept of it. */
  readonly failures: readonly { readonly title: string; readonly message: string }[];
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}

/** Writes the tally to the file that `TALLY_FILE` names. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env['TALLY_FILE'];
    if (file === undefined) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failures = [
      ...tests.flatMap((test) => failure(test.fullName, test.result())),
      // A file that cannot be loaded has no tests that could fail.
      ...modules.filter((module) => module.errors().length > 0).map(unloadable),
      ...unhandledErrors.map((error) => ({ title: 'outside a test', message: firstLines(error) })),
    ];
    const tally: Tally = {
      passed: tests.filter((test) => test.result().state === 'passed').length,
      failed: failures.length,
      failures,
      skipped: tests.filter((test) => test.result().state === 'skipped').map(skip),
    };
    writeFileSync(file, JSON.stringify(tally));
  }
}

function failure(title: string, result: TestResult): Tally['failures'] {
  if (result.state !== 'failed') return [];
  const message = result.errors.map(firstLines).join('\n');
  return [{ title, message }];
}

function unloadable(module: TestModule): Tally['failures'][number] {
  return { title: module.relativeModuleId, message: module.errors().map(firstLines).join('\n') };
}

function firstLines(error: unknown): string {
  const { message = String(error), stack = '' } = error as { message?: string; stack?: string };
  const places = stack.split('\n').filter((line) => /test\//.test(line) && !line.includes('node_modules'));
  return [...message.split('\n').slice(0, 12), ...places.slice(0, 3)].join('\n');
}

function skip(test: TestCase): Tally['skipped'][number] {
  const result = test.result();
  const reason = result.state === 'skipped' ? result.note : undefined;
  return { title: test.fullName, reason: reason ?? '' };
}
