import { splitStatements } from '../../dist/cql/splitter.js';
import { median, timed } from './measure.mjs';

/** Description text of so many MB, of tables with views, strings with quotes and `;`, comments. */
function describedText(megabytes) {
  const statement = (number) =>
    `CREATE TABLE alternator_t${number}."t;${number}" (\n    pk text,\n    ":attrs" map<text, blob>,\n    PRIMARY KEY (pk)\n) ` +
    `WITH comment = 'it''s; table ${number}' /* not; here */ AND gc_grace_seconds = 864000;\n\n` +
    `CREATE MATERIALIZED VIEW alternator_t${number}."t:v${number}" AS SELECT * FROM alternator_t${number}."t;${number}"\n` +
    `    WHERE pk IS NOT NULL PRIMARY KEY (pk) WITH comment = '';\n\n`;
  const parts = [];
  for (let length = 0, number = 0; length < megabytes * 1_000_000; number += 1) {
    parts.push(statement(number));
    length += parts.at(-1).length;
  }
  return parts.join('');
}

/** Milliseconds for one MB: the same for any length where time grows with the length only. */
export function splitting() {
  const rows = [];
  for (const megabytes of [2.5, 5, 10]) {
    const text = describedText(megabytes);
    splitStatements(describedText(0.1));
    const times = [];
    for (let turn = 0; turn < 3; turn += 1) times.push(timed(() => splitStatements(text)));
    rows.push({ megabytes, ms: median(times), msPerMegabyte: median(times) / megabytes });
  }
  return rows;
}
