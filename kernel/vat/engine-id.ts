/** What an incarnation runs on: `<engine>:<SHA-256 of the base snapshot>`, or the engine alone where workers start cold. */
export type EngineParts = { readonly engine: string; readonly base: string | undefined };

export function engineParts(engineId: string): EngineParts {
  const at = engineId.indexOf(':');
  return at < 0 ? { engine: engineId, base: undefined } : { engine: engineId.slice(0, at), base: engineId.slice(at + 1) };
}

/** Whether workers of the engine `ours` can go on with what `recorded` did: another base snapshot is brought along, another engine cannot be. */
export function canGoOn(recorded: string, ours: string): boolean {
  const [old, now] = [engineParts(recorded), engineParts(ours)];
  return old.engine === now.engine && (old.base !== undefined || now.base === undefined);
}
