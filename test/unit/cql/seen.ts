import { splitStatements } from '../../../src/cql/splitter.js';

/** Kind and name of each statement, `…` behind those without a `;` of their own. */
export function seen(text: string): readonly string[] {
  return splitStatements(text).map(({ kind, name, terminated }) =>
    `${kind} ${name}${terminated ? '' : ' …'}`.replace('  ', ' ').trimEnd(),
  );
}

export function textsOf(text: string): readonly string[] {
  return splitStatements(text).map((statement) => statement.text);
}
