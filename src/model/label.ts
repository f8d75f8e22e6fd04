import type { TableName } from './table-name.js';

export type BackupType = 'full' | 'incremental';

/** What a run covers: one table, `--all`, or a hand-picked selection. It is the first part of the run's label. */
export type Scope =
  { readonly kind: 'all' } | { readonly kind: 'tables'; readonly tables: readonly TableName[] };

export interface LabelParts {
  readonly scope: Scope;
  readonly date: Date;
  readonly type: BackupType;
}

/**
 * `<scope>_<YYYYMMDD>_<full|incremental>`, the first one free of `_r1`, `_r2`, … after it. The date is local, since people
 * look for "the backup of Tuesday".
 */
export function freeLabel(parts: LabelParts, taken: ReadonlySet<string>): string {
  const label = `${scopeName(parts.scope)}_${localDate(parts.date)}_${parts.type}`;
  if (!taken.has(label)) return label;
  let round = 1;
  while (taken.has(`${label}_r${round}`)) round += 1;
  return `${label}_r${round}`;
}

/** A label is a folder name: the alphabet of table names, never `.` or `..`. */
export const isLabel = (text: string): boolean => /^[A-Za-z0-9_.-]{3,300}$/.test(text);

function scopeName(scope: Scope): string {
  if (scope.kind === 'all') return 'all';
  const [only, ...others] = scope.tables;
  return only !== undefined && others.length === 0 ? only : 'selection';
}

export function localDate(date: Date): string {
  const part = (value: number, width: number) => String(value).padStart(width, '0');
  return `${part(date.getFullYear(), 4)}${part(date.getMonth() + 1, 2)}${part(date.getDate(), 2)}`;
}
