import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One recorded exchange with the API of a Scylla 2025.1; INDEX.md of the recordings explains the members. */
export interface Recording {
  readonly number: number;
  readonly file: string;
  readonly note?: string;
  readonly signing?: string;
  readonly request?: RecordedRequest;
  readonly response?: RecordedResponse;
}

export interface RecordedRequest {
  readonly target?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rawBody?: string;
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The text on the wire, where it is not simply the body. */
  readonly raw?: string;
}

const FOLDER = join(import.meta.dirname, '../../../fixtures/scylla-2025.1/api');

export const recordings = (): readonly Recording[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      ...(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Omit<Recording, 'number' | 'file'>),
      number: Number(file.slice(0, 3)),
      file,
    }));

/** `CreateTable` of `DynamoDB_20120810.CreateTable`; empty for requests without a target. */
export const operationOf = ({ request }: Recording): string =>
  (request?.target ?? request?.headers?.['X-Amz-Target'] ?? '').split('.').at(-1) ?? '';
