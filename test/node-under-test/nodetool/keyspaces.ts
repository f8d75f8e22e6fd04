import { badArguments } from './outcome.js';
import type { RestClient } from './rest-client.js';

/** Throws for the first one that does not exist. */
export async function expectKeyspaces(rest: RestClient, wanted: readonly string[]): Promise<void> {
  if (wanted.length === 0) return;
  const known = (await rest.get('/storage_service/keyspaces')) as readonly string[];
  const unknown = wanted.find((keyspace) => !known.includes(keyspace));
  if (unknown !== undefined) throw badArguments(`keyspace ${unknown} does not exist`);
}
