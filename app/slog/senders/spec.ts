/** Senders as app.toml names them. */
export type SenderSpec = { readonly kind: 'file' } | { readonly kind: 'pipe'; readonly path: string } | { readonly kind: 'module'; readonly file: string };

/** `file`, `pipe:<path>` or `module:<file>`; undefined for anything else. */
export function readSenderSpec(text: string): SenderSpec | undefined {
  if (text === 'file') return { kind: 'file' };
  const [, kind, path] = /^(pipe|module):(.+)$/.exec(text) ?? [];
  if (kind === undefined || path === undefined) return undefined;
  return kind === 'pipe' ? { kind, path } : { kind: 'module', file: path };
}

export function senderName(spec: SenderSpec): string {
  switch (spec.kind) {
    case 'file': return 'file';
    case 'pipe': return `pipe:${spec.path}`;
    case 'module': return `module:${spec.file}`;
    default: throw new Error(`no such sender: ${String(spec satisfies never)}`);
  }
}
