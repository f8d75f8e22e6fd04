import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiServer, type ApiBehaviour, type ApiCall } from './api/server.js';
import { callsIn } from './calls.js';
import { cqlServer, type CqlBehaviour, type CqlCall } from './cql/server.js';
import { diskAt } from './disk.js';
import { openDoor } from './door.js';
import type { FakeScylla } from './fake-scylla.js';
import { installPrograms, makeFolders } from './folders.js';
import type { FakeScyllaOptions } from './options.js';
import type { Rule } from './programs/behaviour.js';
import { controlServer } from './programs/control.js';
import { runNodetool } from './programs/nodetool.js';
import { fakeService, type ServiceBehaviour } from './programs/service.js';
import { addRecordedTable } from './recorded-tables.js';
import { newState } from './state.js';
import { indexedItemsOf, itemsOf } from './table.js';

export type { FakeScyllaOptions, FakeTableSpec } from './options.js';
export type { Calls } from './calls.js';
export type { FakeScylla } from './fake-scylla.js';

const DEFAULT_INDEX_MS = 60;
const DEFAULT_START_MS = 50;

/** Each node of one process gets an address of its own. */
let started = 0;

export async function startFakeScylla(options: FakeScyllaOptions): Promise<FakeScylla> {
  const { folder, tables = [], indexMs = DEFAULT_INDEX_MS, serverUid = process.getuid?.() ?? 0 } = options;
  started += 1;
  const host = `127.0.${(process.pid % 250) + 1}.${(started % 250) + 1}`;
  const paths = makeFolders(folder);
  const state = newState(diskAt(paths.data, serverUid));
  for (const spec of tables) addRecordedTable(state, spec);
  for (const name of options.plainCqlTables ?? []) state.plainCqlTables.add(name);

  const apiCalls: ApiCall[] = [];
  const cqlCalls: CqlCall[] = [];
  const apiBehaviour: ApiBehaviour = { answer: 'as recorded' };
  const cqlBehaviour: CqlBehaviour = { answer: 'as recorded' };
  const server: ServiceBehaviour = { stop: 'stops', startMs: options.startMs ?? DEFAULT_START_MS };
  const rules: Rule[] = [];

  const api = await openDoor(host, () =>
    apiServer({
      state,
      address: () => `${host}:${api.port}`,
      roles: options.roles,
      indexMs,
      calls: apiCalls,
      behaviour: apiBehaviour,
    }),
  );
  const cql = await openDoor(host, () =>
    cqlServer({
      state,
      host,
      nodes: options.nodes ?? 1,
      mayReadConfig: options.mayReadConfig ?? true,
      login: options.login,
      indexMs,
      calls: cqlCalls,
      behaviour: cqlBehaviour,
    }),
  );
  const service = fakeService({
    disk: state.disk,
    behaviour: server,
    openDoors: async () => {
      await Promise.all([api.open(), cql.open()]);
    },
    closeDoors: async () => {
      await Promise.all([api.close(), cql.close()]);
    },
  });
  const nodes = [host, ...Array.from({ length: (options.nodes ?? 1) - 1 }, (_, n) => `127.1.0.${n + 1}`)];
  const control = await openDoor(host, () =>
    controlServer({
      rules,
      pids: paths.pids,
      work: async (program, args, misbehaviour) =>
        program === 'service'
          ? service.run(args[0] ?? '', misbehaviour)
          : runNodetool(args, { state, indexMs, nodes, isServing: service.isServing }, misbehaviour),
    }),
  );
  installPrograms(paths, { host, port: control.port });
  const run = (verb: string) => [join(paths.programs, 'service'), verb];

  return {
    endpoint: `http://${host}:${api.port}`,
    host,
    cqlPort: cql.port,
    dataDirectory: paths.data,
    programs: paths.programs,
    nodetool: [join(paths.programs, 'nodetool')],
    service: `command:${JSON.stringify({ start: run('start'), stop: run('stop'), status: run('status') })}`,
    calls: callsIn(paths.calls, apiCalls, cqlCalls),
    api: apiBehaviour,
    cql: cqlBehaviour,
    server,
    when(program, applies, misbehaviour, times = Infinity) {
      rules.push({
        applies: (called, args) => called === program && applies(args),
        misbehaviour,
        left: times,
      });
    },
    addTable(spec) {
      addRecordedTable(state, spec);
    },
    table(name) {
      const table = state.tables.get(`alternator_${name}`);
      if (!table) return undefined;
      const { id } = table;
      return { id, directory: state.disk.of(table), items: itemsOf(table), indexed: indexedItemsOf(table) };
    },
    snapshots(name) {
      const table = state.tables.get(`alternator_${name}`);
      const directory = table && join(state.disk.of(table), 'snapshots');
      return directory !== undefined && existsSync(directory) ? readdirSync(directory).sort() : [];
    },
    corruptRows: () => state.corruptRows,
    servingSince: service.servingSince,
    closeDoor: (door) => (door === 'api' ? api : cql).close(),
    hanging: () =>
      existsSync(paths.pids)
        ? readFileSync(paths.pids, 'utf8')
            .split('\n')
            .filter(Boolean)
            .flatMap((line) => JSON.parse(line) as number[])
        : [],
    async close() {
      await service.close();
      await control.close();
    },
  };
}
