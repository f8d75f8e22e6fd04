import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeAddresses } from '../../node-under-test/types.js';
import { builtProgram } from '../../process/harness/program.js';
import { startProgram, type RunOptions, type ToolResult } from '../../process/harness/running-tool.js';

/** The built program beside a node, in a folder of its own. */
export interface Tool {
  readonly cwd: string;
  readonly backups: string;
  run(args: readonly string[], options?: Partial<Omit<RunOptions, 'cwd'>>): Promise<ToolResult>;
  /** The same, but it must end so; what it said is in the error otherwise. */
  expect(
    code: number,
    args: readonly string[],
    options?: Partial<Omit<RunOptions, 'cwd'>>,
  ): Promise<ToolResult>;
  close(): void;
}

const DEADLINE_MS = 240_000;

export function openTool({ endpoint, cql, dataDirectory, nodetool, service }: NodeAddresses): Tool {
  const cwd = mkdtempSync(join(tmpdir(), 'altbk-node-'));
  const environment = {
    HOME: cwd,
    ALTERNATOR_BACKUP_ENDPOINT: endpoint,
    ALTERNATOR_BACKUP_CQL_HOST: cql.host,
    ALTERNATOR_BACKUP_CQL_PORT: String(cql.port),
    ALTERNATOR_BACKUP_DATA_DIR: dataDirectory,
    ALTERNATOR_BACKUP_NODETOOL: JSON.stringify(nodetool),
    ALTERNATOR_BACKUP_SERVICE: `command:${JSON.stringify(service)}`,
  };
  const run: Tool['run'] = (args, { env = {}, ...rest } = {}) =>
    startProgram([process.execPath, builtProgram(), ...args], {
      cwd,
      env: { ...environment, ...env },
      deadlineMs: DEADLINE_MS,
      ...rest,
    }).result;

  return {
    cwd,
    backups: join(cwd, 'backups'),
    run,
    async expect(code, args, options) {
      const result = await run(args, options);
      if (result.code === code) return result;
      throw new Error(
        `${args.join(' ')} ended with ${result.code ?? result.signal ?? '?'} instead of ${code}\n${result.stdout}\n${result.stderr}`,
      );
    },
    close() {
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}
