import { bootRefusal } from './boot-check.js';
import type { NodePlace } from './configuration.js';
import { Database } from './database.js';
import type { Misbehaviour } from '../types.js';
import type { Jvm } from './jvm.js';
import { Misbehaving } from './misbehaving.js';
import { within } from './within.js';

/** Something that listens for this node as long as its database serves: the REST port, the Alternator port. */
export interface Door {
  /** Refuses from now on; open connections are cut. */
  close(): Promise<void>;
}

export interface RingNodeParts {
  readonly launch: (place: NodePlace) => Promise<Jvm>;
  /** Ends CQL, Alternator and gossip of a node that runs, as its `misbehaving` says. */
  readonly isolate: (node: RingNode) => Promise<void>;
  /** Called when the database serves, for each start anew. */
  readonly openDoors: (node: RingNode) => Promise<readonly Door[]>;
  readonly user: number;
  /** Called when the process has ended, whoever ended it. */
  readonly onEnd: (node: RingNode) => void;
}

const STOP_DEADLINE_MS = 60_000;
const DOOR_DEADLINE_MS = 10_000;

/** One node: its database process, and the doors that are open while that serves. */
export class RingNode {
  readonly misbehaving = new Misbehaving(this);
  private jvm: Jvm | undefined;
  private serving: Promise<void> = Promise.reject(new Error('the node has not been started'));
  private doors: readonly Door[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly place: NodePlace,
    private readonly parts: RingNodeParts,
  ) {
    this.serving.catch(() => undefined);
  }

  /** As systemd has it: the process runs, whether it serves or not. */
  get isActive(): boolean {
    return this.jvm?.isRunning === true;
  }

  /** Throws when the process does not run. */
  database(): Database {
    if (this.jvm?.isRunning !== true) throw new Error(`node ${this.place.number} is stopped`);
    return new Database(this.jvm);
  }

  /** Resolves when the process runs, as `systemctl start` does. An active node is left alone. */
  start(): Promise<void> {
    return this.inTurn(async () => {
      if (this.isActive) return;
      const refusal = await bootRefusal(this.place.dataDirectory, this.parts.user);
      if (refusal !== undefined) throw new Error(refusal);
      const jvm = await this.parts.launch(this.place);
      this.jvm = jvm;
      void jvm.ended.then(() => {
        this.parts.onEnd(this);
        return this.closeDoors();
      });
      this.serving = jvm.serving.then(() => this.openDoors(jvm));
      this.serving.catch(() => undefined);
    });
  }

  /** Resolves when the database and its doors answer. */
  whenServing(): Promise<void> {
    return this.serving;
  }

  /** Ends the process in order, as `systemctl stop` does. A stopped node is left alone. */
  stop(): Promise<void> {
    return this.inTurn(() => this.end('SIGTERM'));
  }

  kill(): Promise<void> {
    return this.inTurn(() => this.end('SIGKILL'));
  }

  /** Takes effect before it resolves; what needs a running database waits for its next start. */
  misbehave(how: Misbehaviour): Promise<void> {
    return this.inTurn(async () => {
      this.misbehaving.become(how);
      if (!this.isActive) return;
      await this.fillIndexesAsTold();
      if (how.serves !== undefined) await this.parts.isolate(this);
    });
  }

  private async fillIndexesAsTold(): Promise<void> {
    const { indexFillMs } = this.misbehaving.how;
    if (indexFillMs !== undefined) await this.database().fillIndexesWithin(indexFillMs);
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const jvm = this.jvm;
    if (jvm === undefined) return;
    jvm.signal(signal);
    const timer = setTimeout(() => {
      jvm.signal('SIGKILL');
    }, STOP_DEADLINE_MS);
    const closed = this.closeDoors();
    await jvm.ended;
    clearTimeout(timer);
    await closed;
    // Those that were being opened meanwhile.
    await this.closeDoors();
  }

  private async openDoors(jvm: Jvm): Promise<void> {
    await this.fillIndexesAsTold();
    const doors = await this.parts.openDoors(this);
    this.doors = doors;
    if (!jvm.isRunning) await this.closeDoors();
  }

  private async closeDoors(): Promise<void> {
    const doors = this.doors;
    this.doors = [];
    const { number } = this.place;
    await within(
      DOOR_DEADLINE_MS,
      `closing the ports of node ${number}`,
      Promise.all(doors.map((door) => door.close())),
    );
  }

  /** Start, stop and kill come one after another, in the order in which they were asked for. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
