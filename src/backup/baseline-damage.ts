import { KnownError, messageOf } from '../errors.js';
import { archiveFile } from '../store/layout.js';
import { NOTHING_STORED } from '../store/nothing-stored.js';
import type { ReuseSource } from '../store/store.js';
import type { TableContext } from './manifest-of.js';
import type { BackupTools } from './tools.js';

export interface BaselineDamage {
  readonly found: ReuseSource['onDamaged'];
  /**
   * Remembers the baseline as invalid, so that `list` shows it and nobody builds on it again, and warns of what was found:
   * the new backup is whole, the one before is not. Never rejects for what it has to tell.
   */
  tell(tools: Pick<BackupTools, 'store' | 'report' | 'clock'>): Promise<void>;
}

/** So many are named; the others are counted. */
const MOST_NAMED = 3;

/**
 * What becomes of parts that the baseline has not as they were written: they are compressed anew, which the run warns of. Where
 * somebody asked for just this baseline the table fails.
 */
export function damageOf({ plan, reuse }: Pick<TableContext, 'plan' | 'reuse'>): BaselineDamage {
  const clauses: string[] = [];
  /** As `verify` words them. An archive that could not even be opened is not among them: that may pass. */
  const problems: string[] = [];
  const { label = '', table = '' } = reuse?.baseline ?? {};
  const hint = `Look at it: alternator-backup verify --from ${label} -- ${table}`;
  const isAskedFor = plan.baseline !== undefined;

  /** A clause for people; empty where there is nothing to remember. */
  const remember = async ({ store, clock }: Pick<BackupTools, 'store' | 'clock'>): Promise<string> => {
    if (!reuse || problems.length === 0) return '';
    // Not `quick`: a quick look that finds nothing must not hide it.
    const verified = { at: clock.now().toISOString(), depth: 'full', state: 'invalid', problems } as const;
    try {
      await store.rememberVerified(reuse.baseline, verified);
      return '; list shows it as invalid from now on';
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      return `; ${messageOf(error)}`;
    }
  };

  return {
    found(name, problem) {
      const clause = name === null ? problem : `${name}: ${problem}`;
      clauses.push(clause);
      if (name !== null) problems.push(`${archiveFile(table)}: ${name} ${problem}`);
      if (isAskedFor)
        throw new KnownError('damaged', `Backup ${label} of '${table}' cannot be built on: ${clause}`, {
          changed: NOTHING_STORED,
          hint,
        });
    },
    async tell(tools) {
      if (clauses.length === 0) return;
      const more = clauses.length > MOST_NAMED ? ` and ${clauses.length - MOST_NAMED} more` : '';
      const named = `${clauses.slice(0, MOST_NAMED).join('; ')}${more}`;
      const what = isAskedFor ? '' : ', what it has not was compressed anew';
      const remembered = await remember(tools);
      tools.report.warn(`Backup ${label} of ${table} is damaged${what}: ${named}${remembered}. ${hint}`);
    },
  };
}
