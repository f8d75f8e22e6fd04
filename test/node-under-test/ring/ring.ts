import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installation } from '../cassandra/installation.js';
import { knownTables } from '../gateway/known-tables.js';
import { openRest } from '../rest/rest-server.js';
import type { Behaviour } from '../types.js';
import type { RingAddresses } from './addresses.js';
import type { Database } from './database.js';
import { DoorInstead } from './door-instead.js';
import { openGateway, type GatewayDoor } from './gateway-door.js';
import { launch } from './launch.js';
import { preDropSnapshots } from './pre-drop-snapshots.js';
import { RingNode, type Door } from './ring-node.js';
import { StoredNames } from '../stored-names.js';

export interface RingOptions {
  readonly root: string;
  readonly addresses: RingAddresses;
  readonly installation: Installation;
  readonly behaviour: Behaviour;
  readonly authorization: boolean;
  readonly user?: number;
}

export const SUPERUSER = { username: 'cassandra', password: 'cassandra' } as const;
/** After this time a killed node is seen as down; a real ring was seen to take 22 s. */
const NOTICE_MS = 3000;
const RING_DEADLINE_MS = 120_000;
const POLL_MS = 100;

/** One to three nodes with everything that stands in front of them. */
export class Ring {
  readonly nodes: readonly RingNode[];
  private readonly gatewayState: string;
  private readonly names: StoredNames;
  /** Of the nodes that run, each for its present start. */
  private readonly isolations = new Map<RingNode, () => Promise<void>>();

  constructor(private readonly options: RingOptions) {
    const { root, addresses } = options;
    this.gatewayState = join(root, 'gateway-state.json');
    this.names = new StoredNames(() => knownTables(this.gatewayState));
    const user = options.user ?? process.geteuid?.() ?? 0;
    this.nodes = addresses.hosts.map((host, index) => {
      const folder = join(root, `node${index + 1}`);
      const place = { number: index + 1, host, folder, dataDirectory: join(folder, 'data') };
      return new RingNode(place, {
        user,
        launch: (where) => launch(where, { ...options, hosts: addresses.hosts, ports: addresses.ports }),
        isolate: (node) => this.isolations.get(node)?.() ?? Promise.resolve(),
        openDoors: (node) => this.openDoors(node, user),
        onEnd: (node) => {
          this.tellOthersLater(node);
        },
      });
    });
  }

  /** Resolves when every node serves and sees every other one. */
  async start(): Promise<void> {
    await mkdir(this.options.root, { recursive: true });
    await Promise.all(this.nodes.map((node) => node.start()));
    await Promise.all(this.nodes.map((node) => node.whenServing()));
    await this.untilAllSeeAll();
    if (this.options.authorization) await this.saltedHash();
  }

  /** Every node is ended, also when one of them makes trouble; the first trouble is told then. */
  async endAll(how: 'stop' | 'kill'): Promise<void> {
    const ends = await Promise.allSettled(this.nodes.map((node) => node[how]()));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Of the superuser, which Cassandra makes a moment after the start. */
  async saltedHash(): Promise<string> {
    const database = this.nodes[0]?.database();
    return until(
      'the superuser to exist',
      async () => (await database?.saltedHash(SUPERUSER.username)) ?? undefined,
    );
  }

  private async untilAllSeeAll(): Promise<void> {
    await until('every node to see every other one', async () => {
      const rings = await Promise.all(this.nodes.map((node) => node.database().ring()));
      const isWhole = rings.every(
        (members) => members.length === this.nodes.length && members.every(({ live }) => live),
      );
      return isWhole ? true : undefined;
    });
  }

  /** Gossip alone would take 13 to 30 seconds to be sure that a node is gone. */
  private tellOthersLater(gone: RingNode): void {
    const tell = async () => {
      if (gone.isActive) return;
      await Promise.all(this.runningDatabases().map((database) => database.convict(gone.place.host)));
    };
    // Whoever ends meanwhile need not be told.
    setTimeout(() => void tell().catch(() => undefined), NOTICE_MS).unref();
  }

  private async openDoors(node: RingNode, user: number): Promise<readonly Door[]> {
    const { place } = node;
    const { ports } = this.options.addresses;
    const database = node.database();
    const { misbehaving } = node;
    const state = { isLoading: false, isIsolated: false };
    if (misbehaving.isIsolatedFromBoot) {
      state.isIsolated = true;
      await database.isolate();
    }
    const gateway = await this.openGateway(node);
    const instead = new DoorInstead(place.host, ports);
    const isolate = async () => {
      state.isIsolated = true;
      await Promise.all([database.isolate(), gateway.close()]);
      await instead.open(misbehaving.how.serves ?? 'refusals');
    };
    this.isolations.set(node, isolate);
    if (misbehaving.isIsolatedFromBoot) await isolate();
    const { host, dataDirectory } = place;
    const everyNode = () => this.everyDatabase();
    const { names } = this;
    const fillGlobalIndexes = (table: string) => gateway.fillGlobalIndexes(table);
    const autoSnapshot = this.options.behaviour.autoSnapshot ?? true;
    const rest = await openRest(
      {
        autoSnapshot,
        host,
        dataDirectory,
        database,
        names,
        everyNode,
        user,
        state,
        isolate,
        misbehaving,
        fillGlobalIndexes,
      },
      ports.rest,
    );
    return [rest, gateway, instead];
  }

  private openGateway({ place: { host }, misbehaving }: RingNode): Promise<GatewayDoor> {
    const { authorization, behaviour, addresses } = this.options;
    const drop = preDropSnapshots(() => this.runningDatabases());
    return openGateway({
      listen: { host, port: addresses.ports.api },
      cql: {
        host,
        port: addresses.ports.cql,
        datacenter: 'datacenter1',
        ...(authorization ? SUPERUSER : {}),
      },
      liveNodes: () => this.liveAddresses(),
      stateFile: this.gatewayState,
      authorization,
      meetFault: (request, ways) => misbehaving.meetFault(request, ways),
      ...(behaviour.autoSnapshot === false ? {} : { beforeDrop: drop }),
    });
  }

  private runningDatabases(): Database[] {
    return this.nodes.filter((node) => node.isActive).map((node) => node.database());
  }

  private everyDatabase(): Database[] | undefined {
    const running = this.runningDatabases();
    return running.length === this.nodes.length ? running : undefined;
  }

  private async liveAddresses(): Promise<string[]> {
    const [first] = this.runningDatabases();
    if (first === undefined) return [];
    return (await first.ring()).filter(({ live }) => live).map(({ address }) => address);
  }
}

async function until<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + RING_DEADLINE_MS;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`waited ${RING_DEADLINE_MS / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
