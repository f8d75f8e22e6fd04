import { readFileSync } from 'node:fs';
import type { IndexKind } from '../storage-names.js';

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

export interface StreamState {
  readonly arn: string;
  readonly label: string;
  readonly viewType: StreamViewType;
}

/** What was asked for when an index was made, and CQL cannot say. */
export interface IndexState {
  readonly name: string;
  readonly kind: IndexKind;
  /** The RANGE attribute when it is not part of the view's key. */
  readonly sortedBy?: string;
  /** Attributes that still have to be moved from `":attrs"` into their columns before the index is whole. */
  readonly toBeFilled?: readonly string[];
}

/** What the API knows of one table beyond its CQL schema. */
export interface TableState {
  /** The incarnation that this belongs to: a table of the same name with another id starts from nothing. */
  readonly id: string;
  readonly name: string;
  /** Absent: on demand. */
  readonly provisioned?: { readonly read: number; readonly write: number };
  readonly tags: Readonly<Record<string, string>>;
  readonly ttlAttribute?: string;
  readonly stream?: StreamState;
  /** Made with the tag that asks for tablets: TTL and streams are then refused, as Scylla 2025.1 does. */
  readonly tablets: boolean;
  /** By name of the view. */
  readonly indexes: Readonly<Record<string, IndexState>>;
}

/** By stored keyspace. */
export type KeptTables = Readonly<Record<string, TableState>>;

interface Content {
  readonly version: 1;
  readonly tables: KeptTables;
}

export const stateText = (tables: KeptTables): string => {
  const content: Content = { version: 1, tables };
  return `${JSON.stringify(content, null, 1)}\n`;
};

/** What the file keeps; nothing when there is none, as in a new ring. Throws when it is not what we wrote. */
export function readState(file: string): KeptTables {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  const { version, tables } = JSON.parse(text) as Partial<Content>;
  if (version !== 1 || tables === undefined) throw new Error(`${file} is not a state file of this gateway`);
  return tables;
}
