import { spokenVersion, type ServerVersion } from './server-version.js';
import { keyspaceOf, type TableName } from './table-name.js';
import { rule } from './version-rules.js';

/** Why CREATE KEYSPACE or CREATE TABLE would refuse this name; undefined where both take it. To be asked before any DROP. */
export function cqlNameProblem(name: TableName, engine: string, server: ServerVersion): string | undefined {
  // Scylla's CREATE takes \w+ only, even in quotes (create_table_statement.cc).
  if (engine === 'Scylla' && !/^\w+$/.test(name))
    return `'${name}' cannot be made by CQL: Scylla takes letters, digits and _ only`;
  // One that keeps its version to itself may be an old one.
  const longest = rule(server, 'cql-names-up-to-48') || !server.known ? 48 : 192;
  const keyspace = keyspaceOf(name);
  if (keyspace.length <= longest) return undefined;
  return `'${name}' cannot be made by CQL: its keyspace ${keyspace} has ${keyspace.length} characters, and this server (${spokenVersion(server)}) takes ${longest} at most`;
}
