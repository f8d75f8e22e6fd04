import { KnownError } from '../errors.js';
import type { ReuseSource } from '../store/store.js';
import type { TableContext } from './manifest-of.js';

export interface BaselineDamage {
  readonly found: ReuseSource['onDamaged'];
  /** What people should read: the new backup is whole, the one before is not. */
  readonly sentences: () => readonly string[];
}

/** So many are named; the others are counted. */
const MOST_NAMED = 3;

/**
 * What becomes of parts that the baseline has not as they were written: they are compressed anew, which the run warns of. Where
 * somebody asked for just this baseline the table fails.
 */
export function damageOf({ plan, reuse }: Pick<TableContext, 'plan' | 'reuse'>): BaselineDamage {
  const clauses: string[] = [];
  const { label = '', table = '' } = reuse?.baseline ?? {};
  const hint = `Look at it: alternator-backup verify ${table} --from ${label}`;
  return {
    found(name, problem) {
      const clause = name === null ? problem : `${name}: ${problem}`;
      if (plan.baseline !== undefined)
        throw new KnownError('damaged', `Backup ${label} of '${table}' cannot be built on: ${clause}`, {
          changed: 'Nothing was stored of this table; the backup before stays as it is.',
          hint,
        });
      clauses.push(clause);
    },
    sentences() {
      if (clauses.length === 0) return [];
      const more = clauses.length > MOST_NAMED ? ` and ${clauses.length - MOST_NAMED} more` : '';
      return [
        `Backup ${label} of ${table} is damaged, what it has not was compressed anew: ` +
          `${clauses.slice(0, MOST_NAMED).join('; ')}${more}. ${hint}`,
      ];
    },
  };
}
