import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base } from 'vitest';
import { startFakeScylla, type FakeScylla, type FakeScyllaOptions } from '../../support/fake-scylla/index.js';
import { temporaryFolder } from './cleaning.js';
import { builtProgram } from './program.js';
import { startProgram, type RunningTool, type RunOptions, type ToolResult } from './running-tool.js';
import { treeOf } from './tree.js';

export interface ToolOptions extends Partial<Omit<RunOptions, 'cwd'>> {
  /** Runs the program as this user; the test must be run by root. */
  readonly asUser?: number;
}

/** A fake node, an empty folder to work in, and the tool, which finds the node through its environment. */
export interface Stage {
  readonly fake: FakeScylla;
  /** The working directory of the tool: its defaults `./backups` and `.` for logs lie here. */
  readonly cwd: string;
  readonly backups: string;
  /** Everything that is needed to find the node, as environment variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly tool: (args: readonly string[], options?: ToolOptions) => Promise<ToolResult>;
  readonly start: (args: readonly string[], options?: ToolOptions) => RunningTool;
  /** Starts another program there; like the tool it ends with the test. */
  readonly run: (argv: readonly string[], options?: Partial<Omit<RunOptions, 'cwd'>>) => RunningTool;
  /** The text of a log file; empty when there is none. */
  readonly log: (command: 'backup' | 'restore') => string;
  /** The trees of the store, and of the node's disk with what lies beside its data directory. */
  readonly trees: () => { readonly store: readonly string[]; readonly disk: readonly string[] };
}

export type StageOptions = Omit<FakeScyllaOptions, 'folder'>;

type SetUp = (options?: StageOptions) => Promise<Stage>;

/** `it` with a `setUp` that is taken down after the test, also of one that runs beside others. */
export const it = base.extend<{ setUp: SetUp }>({
  setUp: async ({ task }, use) => {
    const closing: (() => Promise<void>)[] = [];
    await use(async (options = {}) => {
      const { stage, close } = await setUpStage(options, task.id);
      closing.push(close);
      return stage;
    });
    for (const close of closing) await close();
  },
});

async function setUpStage(
  options: StageOptions,
  owner: string,
): Promise<{ readonly stage: Stage; readonly close: () => Promise<void> }> {
  const folder = temporaryFolder(owner);
  const fake = await startFakeScylla({ ...options, folder: join(folder.path, 'node') });
  const cwd = join(folder.path, 'cwd');
  mkdirSync(cwd);
  chmodSync(cwd, 0o755);
  const env = {
    HOME: cwd,
    ALTERNATOR_BACKUP_ENDPOINT: fake.endpoint,
    ALTERNATOR_BACKUP_CQL_PORT: String(fake.cqlPort),
    ALTERNATOR_BACKUP_NODETOOL: fake.nodetool.join(' '),
    ALTERNATOR_BACKUP_SERVICE: fake.service,
  };
  const started: RunningTool[] = [];
  const run: Stage['run'] = (argv, { env: extra = {}, ...rest } = {}) => {
    const running = startProgram(argv as [string, ...string[]], { cwd, env: { ...env, ...extra }, ...rest });
    started.push(running);
    return running;
  };
  const start: Stage['start'] = (args, { asUser, ...rest } = {}) =>
    run([...asOther(asUser), process.execPath, builtProgram(), ...args], rest);

  const stage: Stage = {
    fake,
    cwd,
    backups: join(cwd, 'backups'),
    env,
    start,
    run,
    tool: (args, toolOptions) => start(args, toolOptions).result,
    log(command) {
      const path = join(cwd, `alternator_${command}.log`);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    trees: () => ({ store: treeOf(join(cwd, 'backups')), disk: treeOf(join(folder.path, 'node', 'scylla')) }),
  };
  return {
    stage,
    async close() {
      await Promise.all(started.map((running) => running.end()));
      await fake.close();
      folder.remove();
    },
  };
}

const asOther = (user: number | undefined): readonly string[] =>
  user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--'];
