import type { Access } from './access.js';
import type { Database } from './database.js';
import type { IndexFilling } from './index-filling.js';
import type { JsonText } from './json-text.js';
import type { Request } from './request-json.js';
import type { Schemas } from './schemas.js';
import type { StateStore } from './state-store.js';

/** What the operations of one gateway work on. */
export interface Instance {
  readonly database: Database;
  readonly schemas: Schemas;
  readonly state: StateStore;
  readonly datacenter: string;
  readonly filling: IndexFilling;
  /** Runs a statement that changes the schema; resolves when all nodes that are up have the new schema. */
  readonly change: (statement: string) => Promise<void>;
  readonly beforeDrop: (keyspace: string, tables: readonly string[]) => Promise<void>;
}

/** One operation of the API: resolves to the JSON text of its answer, rejects with an ApiError for a refusal. */
export type Operation = (request: Request, instance: Instance, connection: Connection) => Promise<JsonText>;

export interface Connection {
  /** The Host header: Alternator repeats it where it names itself. */
  readonly host: string;
  readonly access: Access;
}
