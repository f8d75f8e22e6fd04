import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ToolResult } from '../../process/harness/running-tool.js';
import type { Tool } from './tool.js';

/** An exact place in a run at which the program is killed with SIGKILL (test/support/kill-entry.mjs). */
export interface KillPoint {
  /** Of the journal or of the pipeline; of an operation on a file it is a name for the table of results. */
  readonly step: string;
  /** Of an operation on a file: just before it, just after it. */
  readonly when: 'after begin' | 'before end';
  /** Where the step is looked for. Default: the journal of restores. `report` needs `--json` among the arguments. */
  readonly seen?: 'journal' | 'report' | FileOperation | GrowingFile;
  /** The how manieth time that it is met; default the first. */
  readonly nth?: number;
}

/** An operation of node:fs/promises on a path (of rename and link the second one) that fits a regular expression. */
export interface FileOperation {
  readonly operation: string;
  readonly path: string;
}

/** A file below a folder whose path there fits, as soon as it has so many bytes. */
export interface GrowingFile {
  readonly grows: string;
  readonly below: string;
  readonly bytes: number;
}

export interface KilledRun {
  readonly result: ToolResult;
  /** What the program wrote down just before it died; undefined when it never came to the place. */
  readonly died: { readonly step: string; readonly when: string; readonly where: string } | undefined;
}

const ENTRY = pathToFileURL(join(import.meta.dirname, '../../support/kill-entry.mjs')).href;

/** Runs the built program with a death in it. A run that ends otherwise is no error here: `died` tells. */
export async function runKilled(tool: Tool, args: readonly string[], point: KillPoint): Promise<KilledRun> {
  const folder = mkdtempSync(join(tmpdir(), 'altbk-kill-'));
  const proof = join(folder, 'proof');
  try {
    const result = await tool.run(args, {
      env: { NODE_OPTIONS: `--import=${ENTRY}`, ALTBK_TEST_KILL: JSON.stringify({ point, proof }) },
    });
    const text = existsSync(proof) ? readFileSync(proof, 'utf8') : '';
    return { result, died: text === '' ? undefined : (JSON.parse(text) as KilledRun['died']) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rejects unless the program died of our signal at that very place. */
export async function killAt(tool: Tool, args: readonly string[], point: KillPoint): Promise<KilledRun> {
  const run = await runKilled(tool, args, point);
  const { result, died } = run;
  if (died !== undefined && result.signal === 'SIGKILL') return run;
  throw new Error(
    `${args.join(' ')} was to die at "${point.step}" (${point.when}) and ended with ` +
      `${result.signal ?? String(result.code)}, ${died === undefined ? 'never having come there' : 'though it came there'}\n` +
      `${result.stdout}\n${result.stderr}`,
  );
}
