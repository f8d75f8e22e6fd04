import { KnownError, messageOf } from '../errors.js';
import type { TableName } from '../model/table-name.js';
import { validityOf, type Depth, type Validity } from '../model/verification.js';
import { generationLabel } from '../store/generation-label.js';
import type { BackupFindings, StoredBackup } from '../store/store.js';
import { findShown } from './show.js';
import { asShown } from './store-there.js';
import type { StoreTools } from './tools.js';
import { schemaProblems } from './verify-schema.js';

/** How it went with one backup. */
export interface Verdict extends Omit<BackupFindings, 'problems'> {
  readonly table: string;
  readonly label: string | null;
  readonly folder: string;
  /** `gone`: it was removed while it was looked at, since newer ones came. */
  readonly state: Validity | 'gone';
  readonly problems: readonly string[];
}

/** A backup can be displaced while it is read; more often than this nobody backs up. */
const LOOKS = 5;

/**
 * Verifies the newest backup of a table, or the one of that label, and remembers what was found. A backup that is replaced
 * meanwhile is looked for again: what is gone is not damaged. What cannot be used at all is `invalid`.
 */
export async function verifyOne(
  table: TableName,
  label: string | undefined,
  depth: Depth,
  tools: StoreTools,
): Promise<Verdict> {
  const { report } = tools;
  let wasThere = false;
  for (let look = 1; look <= LOOKS; look += 1) {
    tools.signal.throwIfAborted();
    let backup: StoredBackup;
    try {
      backup = await findShown(table, label, tools);
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      if (wasThere && error.kind === 'missing') return verdictOf(table, label ?? null, '', 'gone', NOTHING);
      // Between two looks of ours a rename may have come.
      if (look < LOOKS && wasThere) continue;
      if (error.kind !== 'damaged') throw error;
      const folder = asShown(await folderOf(table, label, tools), tools);
      const problems = [error.message.replace(`${folder}: `, '')];
      return verdictOf(table, label ?? null, folder, 'invalid', { ...NOTHING, problems });
    }
    wasThere = true;
    const findings = await report.step(`Verify ${table}`, () => lookAt(backup, depth, tools));
    if (findings === 'moved') continue;
    const state = validityOf(findings);
    await remember(backup, depth, state, findings.problems, tools);
    return verdictOf(
      table,
      backup.kind === 'manifest' ? backup.label : (label ?? null),
      asShown(backup.folder, tools),
      state,
      findings,
    );
  }
  throw new KnownError(
    'busy',
    `The backups of '${table}' were replaced again and again while they were read`,
    {
      hint: 'Verify again when no backup runs.',
    },
  );
}

/** Where a backup lies that cannot be used: an older generation in its own folder, else it is the newest. */
async function folderOf(table: TableName, label: string | undefined, { store }: StoreTools): Promise<string> {
  const generations = label === undefined ? [] : await store.generations(table);
  const meant = generations.find(({ found }) => generationLabel(found) === label);
  return meant?.found.folder ?? `${store.root}/${table}`;
}

async function lookAt(
  backup: StoredBackup,
  depth: Depth,
  tools: StoreTools,
): Promise<BackupFindings | 'moved'> {
  const { store, report } = tools;
  const findings = await store.verify(backup, depth, (done, total) => {
    report.progress(`Verify ${backup.table}`, done, total);
  });
  if (findings === 'moved' || depth === 'quick') return findings;
  const files = new Set(backup.kind === 'manifest' ? backup.manifest.files.map(({ name }) => name) : []);
  // Files whose bytes are wrong were named already.
  if (findings.problems.some((problem) => files.has(problem.split(' ')[0] ?? ''))) return findings;
  const schema = await schemaProblems(backup, store);
  if (schema.length === 0) return findings;
  // The schema was read after the rest: it may be that of a newer backup by now.
  if (!(await isStillThere(backup, tools))) return 'moved';
  return { ...findings, problems: [...findings.problems, ...schema] };
}

async function isStillThere(backup: StoredBackup, { store }: StoreTools): Promise<boolean> {
  const label = backup.kind === 'manifest' ? backup.label : undefined;
  const again = await store.find(backup.table, label).catch((error: unknown) => {
    if (error instanceof KnownError) return undefined;
    throw error;
  });
  return again?.folder === backup.folder && again.kind === backup.kind;
}

/** A store that cannot be written to is no failure: nothing is remembered then. */
async function remember(
  backup: StoredBackup,
  depth: Depth,
  state: Validity,
  problems: readonly string[],
  { store, clock, report }: StoreTools,
): Promise<void> {
  try {
    await store.rememberVerified(backup, { at: clock.now().toISOString(), depth, state, problems });
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    report.remark(messageOf(error));
  }
}

const NOTHING: BackupFindings = {
  problems: [],
  unproven: [],
  unchecked: [],
  files: 0,
  sstables: 0,
  bytes: 0,
};

const verdictOf = (
  table: string,
  label: string | null,
  folder: string,
  state: Verdict['state'],
  { problems, unproven, unchecked, files, sstables, bytes }: BackupFindings,
): Verdict => ({ table, label, folder, state, problems, unproven, unchecked, files, sstables, bytes });
