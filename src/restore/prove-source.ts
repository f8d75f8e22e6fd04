import { join } from 'node:path';
import { KnownError } from '../errors.js';
import { proveSSTables } from '../store/prove-sstables.js';
import type { StoredBackup } from '../store/store.js';
import { digestFile, type Digests } from '../system/digests.js';
import type { LoadStep } from './plan.js';
import type { Staged } from './stage.js';
import type { RestoreTools } from './tools.js';

/** Reads every byte of a step's source where it lies, and writes nothing. Rejects with `damaged`. */
export async function proveSource({ name, source }: LoadStep, tools: RestoreTools): Promise<void> {
  if (source.kind === 'copy') await proveCopy(name, source.copy.staged, tools);
  else await proveWhereItLies(name, source.backup, tools);
}

/** What lay there since an earlier job is read once more, each byte, before a table is given up for it. */
export async function proveCopy(
  name: string,
  staged: Staged,
  { report, signal }: Pick<RestoreTools, 'report' | 'signal'>,
): Promise<Staged> {
  const { directory } = staged;
  await report.step(`Prove the copy of ${name}`, async () => {
    const files = new Map<string, Digests>();
    for (const each of staged.names) files.set(each, await digestFile(join(directory, each), signal));
    const proof = await proveSSTables(directory, files);
    if (proof.problems.length > 0) {
      throw new KnownError('damaged', `The copy in ${directory} is damaged: ${proof.problems.join('; ')}`, {
        changed: 'The table was not touched.',
      });
    }
  });
  return staged;
}

/** Where it cannot be unpacked, or shall not be. */
async function proveWhereItLies(
  name: string,
  backup: StoredBackup,
  { report, store }: Pick<RestoreTools, 'report' | 'store'>,
): Promise<void> {
  const findings = await report.step(`Prove the backup of ${name}`, () =>
    store.verify(backup, 'full', (done, total) => {
      report.progress(`Prove ${name}`, done, total);
    }),
  );
  if (findings === 'moved') {
    throw new KnownError('refused', `The backup of '${name}' was replaced while it was read`, {
      changed: 'The table was not touched.',
      hint: 'Start the restore again.',
    });
  }
  if (findings.problems.length > 0) throw damagedBackup(name, findings.problems);
}

export const damagedBackup = (name: string, problems: readonly string[]): KnownError =>
  new KnownError('damaged', `The backup of '${name}' is damaged: ${problems.join('; ')}`, {
    changed: 'The table was not touched.',
    hint: 'Restore an older generation with --from LABEL.',
  });
