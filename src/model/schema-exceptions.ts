/**
 * What is not compared, because no restore can bring it back or because it says nothing of the table: one list, each with
 * its reason. Names of members of DescribeTable, at any depth.
 */
export const NOT_COMPARED: Readonly<Record<string, string>> = {
  TableName: 'a restore may give another name',
  TableArn: 'holds the name of the table',
  TableId: 'every table that is made gets an id of its own',
  IndexArn: 'holds the name of the table',
  LatestStreamArn: 'a new stream has a new ARN; its records are gone with the old one',
  LatestStreamLabel: 'the id of the stream log, another one for each stream',
  CreationDateTime: 'the time of the creation, in some releases of the call (SCYLLA.md 2.5)',
  TableStatus: 'what the server is doing at the moment',
  IndexStatus: 'what the server is doing at the moment',
  Backfilling: 'what the server is doing at the moment',
  TableSizeBytes: 'an estimate of the data, not of the schema',
  IndexSizeBytes: 'an estimate of the data, not of the schema',
  ItemCount: 'an estimate of the data, not of the schema',
  LastIncreaseDateTime: 'the history of the throughput',
  LastDecreaseDateTime: 'the history of the throughput',
  NumberOfDecreasesToday: 'the history of the throughput',
  LastUpdateToPayPerRequestDateTime: 'the history of the billing mode',
};

/** Options of tables and views that are not compared. */
export const OPTIONS_NOT_COMPARED: Readonly<Record<string, string>> = {
  id: 'every table that is made gets an id of its own',
  scylla_tags: 'tags and time to live, which the API told already, and internal ones',
  tablets: 'the layout of the moment; whether there are tablets at all is compared',
  synchronous_updates: 'follows from the kind of index',
  dclocal_read_repair_chance: 'gone since Scylla 5.5: no longer printed',
  read_repair_chance: 'gone since Scylla 5.5: no longer printed',
  storage_engine: 'gone: no longer printed',
};
