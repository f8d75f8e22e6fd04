import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Area = 'nodetool' | 'rest' | 'cql';

/** One recorded call; INDEX.md of the recordings explains the other members. */
export interface Recorded {
  readonly number: number;
  readonly file: string;
}

export interface NodetoolCall extends Recorded {
  readonly args: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly snapshot_directories_made?: readonly string[];
  readonly directories_before?: readonly string[];
  readonly directories_after?: readonly string[];
  readonly prepared?: string | null;
  readonly upload_before?: readonly string[];
  readonly upload_after?: readonly string[];
  readonly counts_at_once?: Counts;
  readonly counts_half_a_second_later?: Counts;
  readonly counts?: Counts;
}

/** Items that a Scan finds in the base table and in each index, or its error. */
export type Counts = Readonly<Record<string, number | string>>;

export interface RestCall extends Recorded {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
  readonly 'content-type': string;
  readonly directories_of_tag_afterwards?: readonly string[];
}

export interface CqlCall extends Recorded {
  readonly statement: string;
  readonly columns?: readonly string[];
  readonly types?: readonly string[];
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
  readonly error?: { readonly class: string; readonly message: string };
}

export interface CallOf {
  readonly nodetool: NodetoolCall;
  readonly rest: RestCall;
  readonly cql: CqlCall;
}

const FIXTURES = join(import.meta.dirname, '../../../fixtures/scylla-2025.1');

/** Every recording of one area, in the order in which they were made. */
export function recorded<A extends Area>(area: A): readonly CallOf[A][] {
  const folder = join(FIXTURES, area);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const call = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CallOf[A];
      return { ...call, number: Number(file.slice(0, 3)), file };
    });
}
