/** Where an ABCI server listens: `unix://path`, `tcp://host:port`, or `host:port`, as CometBFT's proxy_app reads them. */

export type AbciAddress = { readonly kind: 'unix'; readonly path: string } | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Kernels keep 104 to 108 bytes for a socket's path; we stop a little before. */
export const unixPathBytesMax = 100;

/** Throws an Error with a text for people. */
export function parseAbciAddress(text: string): AbciAddress {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    const length = Buffer.byteLength(path);
    if (length === 0) throw new Error(`${text}: the path of the socket is missing`);
    if (length > unixPathBytesMax) {
      throw new Error(`${text}: the path of a unix socket may have at most ${unixPathBytesMax} bytes, this one has ${length}; choose a shorter home or --abci.address tcp://127.0.0.1:26658`);
    }
    return { kind: 'unix', path };
  }
  const match = /^(?:tcp:\/\/)?(\[[0-9a-fA-F:]+\]|[^:/[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port > 65535) throw new Error(`${text}: expected unix://path or tcp://host:port`);
  return { kind: 'tcp', host: match[1].replace(/^\[|\]$/g, ''), port };
}

export function formatAbciAddress(address: AbciAddress): string {
  if (address.kind === 'unix') return `unix://${address.path}`;
  return `tcp://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
