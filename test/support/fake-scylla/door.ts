import type { AddressInfo, Server } from 'node:net';

/** A port that the server opens when it serves and closes when it is stopped; it keeps its number. */
export interface Door {
  readonly port: number;
  open(): Promise<void>;
  /** Connections end too. */
  close(): Promise<void>;
}

/** `makeServer` is called for each opening; `cutOff` ends what is still connected. */
export async function openDoor(
  host: string,
  makeServer: () => { readonly server: Server; readonly cutOff: () => void },
): Promise<Door> {
  let current: { readonly server: Server; readonly cutOff: () => void } | undefined;
  let port = 0;

  const open = async () => {
    const made = makeServer();
    await new Promise<void>((resolve, reject) => {
      made.server.once('error', reject);
      made.server.listen(port, host, resolve);
    });
    ({ port } = made.server.address() as AddressInfo);
    current = made;
  };
  await open();

  return {
    get port() {
      return port;
    },
    open,
    async close() {
      const closing = current;
      current = undefined;
      if (!closing) return;
      const closed = new Promise((resolve) => closing.server.close(resolve));
      closing.cutOff();
      await closed;
    },
  };
}
