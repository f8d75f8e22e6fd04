/** What a CREATE statement makes, without the options behind WITH: their names and values are each server's own. */
export interface StatementShape {
  readonly makes: string;
  readonly name: string;
  /** Of a table: `pk text`, in the order of the text. */
  readonly columns?: readonly string[];
  /** Of a table or view. */
  readonly primaryKey?: string;
  /** Of a view: the base table. */
  readonly from?: string;
  /** Of a keyspace. */
  readonly replication?: string;
}

export function statementShape(text: string): StatementShape {
  const makes =
    /^\s*CREATE (KEYSPACE|TABLE|MATERIALIZED VIEW)/.exec(text)?.[1] ?? text.trim().split(/\s/)[0] ?? '';
  const name = /^\s*CREATE (?:KEYSPACE|TABLE|MATERIALIZED VIEW) (\S+)/.exec(text)?.[1] ?? '';
  const primaryKey = /PRIMARY KEY \((.*)\)/.exec(text)?.[1];
  switch (makes) {
    case 'KEYSPACE':
      return {
        makes,
        name,
        replication: (/replication = (\{[^}]*\})/.exec(text)?.[1] ?? '').replace(
          'org.apache.cassandra.locator.',
          '',
        ),
      };
    case 'TABLE': {
      // Cassandra writes a key of one column behind that column.
      const inline = /^ *(\S+) \S+ PRIMARY KEY,?$/m.exec(text)?.[1];
      const columns = (/\(\n([^]*?)\n\)/.exec(text)?.[1] ?? '')
        .split('\n')
        .map((line) => line.trim().replace(/( PRIMARY KEY)?,?$/, ''));
      return {
        makes,
        name,
        columns: columns.filter((line) => !line.startsWith('PRIMARY KEY')),
        primaryKey: primaryKey ?? inline ?? '',
      };
    }
    case 'MATERIALIZED VIEW':
      return { makes, name, from: /FROM (\S+)/.exec(text)?.[1] ?? '', primaryKey: primaryKey ?? '' };
    default:
      return { makes, name };
  }
}
