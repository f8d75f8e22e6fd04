import { planCreation } from '../model/table-creation.js';
import { formatSize } from '../model/size.js';
import type { TableRecord } from '../model/table-record.js';
import { directoryName } from '../model/table-record.js';
import { readmeTitle } from '../store/readme-of.js';

export interface ReadmeFacts {
  readonly record: TableRecord;
  readonly label: string;
  readonly archive: string;
  readonly sstables: number;
  readonly bytes: number;
  readonly finishedAt: string;
  readonly toolVersion: string;
  /** As this node has them; whoever restores elsewhere changes the first lines. */
  readonly endpoint: string;
  readonly nodetool: readonly string[];
  readonly dataDirectory: string;
}

/**
 * `README.txt`: what this folder is, and how to restore it with nothing but a shell. Every line that begins with four blanks
 * is a command; in their order they are a script (a test of ours runs them as they stand).
 */
export function readmeText(facts: ReadmeFacts): string {
  const { record, archive } = facts;
  const creation = planCreation(record.schema, record.name);
  const table = JSON.stringify({ TableName: record.name });
  const later = [
    ...(creation.timeToLive === undefined
      ? []
      : [
          call('UpdateTimeToLive', {
            TableName: record.name,
            TimeToLiveSpecification: { Enabled: true, AttributeName: creation.timeToLive },
          }),
        ]),
    ...(creation.stream === undefined
      ? []
      : [
          call('UpdateTable', {
            TableName: record.name,
            StreamSpecification: { StreamEnabled: true, StreamViewType: creation.stream },
          }),
        ]),
  ];

  return [
    readmeTitle(facts.label, record.name),
    `made by alternator-backup ${facts.toolVersion}, finished ${facts.finishedAt}`,
    `${facts.sstables} SSTables, ${formatSize(facts.bytes)} before compression, of table id ${record.id}`,
    '',
    'What is here',
    `* ${archive}: the SSTables of the table (not of its indexes: they are built again)`,
    '* alternator_schema.json: what the database said of the table (DescribeTable, tags, time to live)',
    '* table_schema.cql, materialized_view_N.cql, keyspace.cql: the same in CQL, as evidence, since Scylla cannot make an',
    '  Alternator table with indexes from it',
    '* manifest.json: every file with its size and SHA-256',
    '',
    'The easy way to restore:',
    `* alternator-backup restore --from ${shellWord(facts.label)} -- ${shellWord(record.name)}`,
    '',
    'By hand: in this folder, on the node, as root, with bash. Where authorization is on, sign the curl calls: add',
    '--aws-sigv4 aws:amz:us-east-1:dynamodb --user "$ROLE:$SALTED_HASH".',
    '',
    'Where things are:',
    command(`ENDPOINT=${shellWord(facts.endpoint)}`),
    command(`DATA=${shellWord(facts.dataDirectory)}`),
    command(
      'api() { curl -sS --fail-with-body "$ENDPOINT" -H "X-Amz-Target: DynamoDB_20120810.$1" -H "Content-Type: application/x-amz-json-1.0" --data-binary @-; echo; }',
    ),
    '',
    'Unpack and look: tar must not complain, and there must be one TOC.txt for each Data.db.',
    command('mkdir -p "$DATA/.by-hand"'),
    command(`tar xzf ${shellWord(archive)} -C "$DATA/.by-hand"`),
    '',
    'A table of that name that is still there must go first. ITS DATA IS LOST THEN: make a backup of it before.',
    command(`api DeleteTable <<< ${shellWord(table)} || true`),
    '',
    'Make the table with all its indexes; wait until it and they are ACTIVE.',
    command(`api CreateTable <<< ${shellWord(JSON.stringify(creation.input))}`),
    command(`until api DescribeTable <<< ${shellWord(table)} | grep -q ACTIVE; do sleep 1; done`),
    command(`while api DescribeTable <<< ${shellWord(table)} | grep -q CREATING; do sleep 1; done`),
    '',
    'Find the directory of the new table by its id.',
    command(
      `ID=$(api DescribeTable <<< ${shellWord(table)} | sed -n 's/.*"TableId": *"\\([^"]*\\)".*/\\1/p' | tr -d -)`,
    ),
    command(`DIR=$DATA/${shellWord(record.keyspace)}/${shellWord(directoryName({ ...record, id: '' }))}$ID`),
    '',
    "Hand over the SSTables, with the server's own owner, and load them.",
    command('find "$DATA/.by-hand" -type f -name "*-*-*" -exec cp -t "$DIR/upload" {} +'),
    command('chown --reference="$DIR" "$DIR"/upload/*'),
    command(
      `${facts.nodetool.map(shellWord).join(' ')} refresh -- ${shellWord(record.keyspace)} ${shellWord(record.name)}`,
    ),
    '',
    'That this ends well proves nothing: upload/ must be empty, and the indexes are complete when staging/ is.',
    command('test -z "$(ls -A "$DIR/upload")"'),
    command('while test -n "$(ls -A "$DIR/staging" 2>/dev/null)"; do sleep 1; done'),
    command(`api Scan <<< ${shellWord(JSON.stringify({ TableName: record.name, Select: 'COUNT' }))}`),
    ...(later.length > 0 ? ['', 'Last, what must not work while the data is loaded.', ...later] : []),
    '',
    'Clean up.',
    command('rm -r "$DATA/.by-hand"'),
    '',
  ].join('\n');
}

const command = (text: string): string => `    ${text}`;

const call = (verb: string, body: object): string =>
  command(`api ${verb} <<< ${shellWord(JSON.stringify(body))}`);

/** One word for a POSIX shell, whatever is in it. */
const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
