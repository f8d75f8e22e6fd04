import { constants } from 'node:fs';
import { access, chmod, chown, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableDirectory } from '../engine/engine.js';
import { isWishToStop, KnownError } from '../errors.js';
import { exists, PRIVATE_FILE, reasonOf, removeIfEmpty } from '../system/files.js';
import { expectNoForeignFiles } from './load.js';
import type { LoadStep } from './plan.js';
import type { RestoreTools } from './tools.js';
import { makeWorkDirectory } from './work-directory.js';

type Check = () => Promise<unknown>;

/**
 * Makes all checks and rejects with everything that stands in the way at once, each thing with its cure: whoever mends the
 * first one should not have to come back for the second. A single problem is told in its own words.
 */
export async function expectAll(checks: readonly Check[]): Promise<void> {
  const problems: KnownError[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof KnownError) || isWishToStop(error)) throw error;
      problems.push(error);
    }
  }
  const [only, ...others] = problems;
  if (!only) return;
  if (others.length === 0) throw only;
  const lines = problems.map(
    ({ message, hint }, index) => `${index + 1}. ${message}${hint === undefined ? '' : ` (${hint})`}`,
  );
  throw new KnownError(
    'refused',
    `${problems.length} things stand in the way of the restore:\n${lines.join('\n')}`,
    { cause: only, changed: 'Nothing was changed.' },
  );
}

/** What concerns the node as a whole, before anything of any table. */
export async function expectFitNode(offline: boolean, tools: RestoreTools): Promise<void> {
  const { engine, service } = tools;
  await expectAll([
    () => engine.expectServing(),
    () => expectWholeRing(tools),
    () => engine.schemaVersion(),
    () => expectRights(tools),
    ...(offline ? [() => service.verify()] : []),
  ]);
}

/**
 * With a node away a table could be removed and not be made again: its indexes stay CREATING, and a load that streams to
 * all owners fails (recorded api 949, nodetool 610).
 */
async function expectWholeRing({ engine }: RestoreTools): Promise<void> {
  const absent = await engine.absentNodes();
  if (absent.length === 0) return;
  throw new KnownError('refused', `Not every node of the ring is up and normal: ${absent.join(', ')}`, {
    changed: 'Nothing was done.',
    hint: 'nodetool status shows them. Restore when all nodes are there.',
  });
}

/** Proven by doing: modes alone do not tell about read-only mounts, or root's squashed rights. */
async function expectRights({ engine }: RestoreTools, owner?: TableDirectory): Promise<void> {
  const work = await engine.workDirectory();
  await makeWorkDirectory(work);
  const probe = join(work, `.probe-${process.pid}`);
  const renamed = `${probe}-renamed`;
  const doing = async (what: string, deed: () => Promise<unknown>) => {
    await deed().catch((error: unknown) => {
      throw new KnownError('files', `We may not ${what} in ${work}: ${reasonOf(error)}`, {
        cause: error,
        changed: 'The table was not touched.',
        hint: 'A restore needs root rights: sudo alternator-backup …',
      });
    });
  };
  try {
    await doing('create files', async () => (await open(probe, 'w', PRIVATE_FILE)).close());
    if (owner) {
      await doing(`give files to the server’s user ${owner.uid}`, () => chown(probe, owner.uid, owner.gid));
      await doing('change modes', () => chmod(probe, 0o640));
    }
    await doing('rename files', () => rename(probe, renamed));
    await doing('remove files', () => rm(renamed));
  } finally {
    await rm(probe, { force: true });
    await rm(renamed, { force: true });
    // What is refused leaves nothing behind; an empty folder that must stay is no harm.
    await removeIfEmpty(work).catch(() => undefined);
  }
}

/** What concerns the table that is to be replaced: its directory, what waits there, our rights in it. */
export async function expectFitTable({ live }: LoadStep, tools: RestoreTools): Promise<void> {
  if (!live) return;
  const directory = await tools.engine.tableDirectory(live);
  await expectAll([
    () => expectNoForeignFiles(directory),
    () => expectRights(tools, directory),
    () => expectWritable(join(directory.path, 'upload')),
  ]);
}

async function expectWritable(upload: string): Promise<void> {
  if (!(await exists(upload))) return;
  await access(upload, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw new KnownError('files', `We may not write into ${upload}: ${reasonOf(error)}`, {
      cause: error,
      changed: 'The table was not touched.',
      hint: 'A restore needs root rights: sudo alternator-backup …',
    });
  });
}
