import type { State } from '../state.js';
import type { ResultColumn } from './answer.js';
import type { CqlType, Value } from './values.js';

/** A table of the server's own, as it is now. */
export interface SystemTable {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Row[];
}

export type Row = Readonly<Record<string, Value>>;

export interface NodeFacts {
  readonly state: State;
  readonly host: string;
  readonly nodes: number;
  readonly mayReadConfig: boolean;
}

export const columns = (types: Readonly<Record<string, CqlType>>): readonly ResultColumn[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }));
