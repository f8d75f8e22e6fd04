/** What starts and stops the database on this machine. Every method rejects with a KnownError of kind `program`. */
export interface NodeService {
  /** As people know it: `scylla-server`, `container scylla`, … */
  readonly name: string;
  /** What a person types to start it. */
  readonly startCommand: string;
  /** Proves that it is there and active, and that its programs are, without changing anything. */
  verify(): Promise<void>;
  isActive(): Promise<boolean>;
  /** Resolves when the command that starts it has ended: not when the database serves. */
  start(): Promise<void>;
  /** Resolves when it is stopped; rejects when it still runs after the command that stops it has ended. */
  stop(): Promise<void>;
}
