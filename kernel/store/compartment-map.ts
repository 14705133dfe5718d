/** A bundle's `compartment-map.json`: which files are modules, and their hashes. It is read as a stranger's text. */

/** Packages and modules a map may have; a large contract has some tens and some hundreds. */
const compartmentsMax = 2_000;
const modulesMax = 20_000;

/** Path inside the zip to SHA-512 in hex, of every file that is a module. */
export type CompartmentMap = { readonly modules: ReadonlyMap<string, string> };

type Json = { readonly [key: string]: unknown };
type Compartments = ReadonlyMap<string, ReadonlyMap<string, Json>>;

class MapError extends Error {}

/** Reads the map and checks that it closes: entry and links lead to modules that are there, and every file has a hash. */
export function parseCompartmentMap(bytes: Uint8Array): CompartmentMap | { readonly wrong: string } {
  try {
    const map = asRecord(parseJson(bytes), 'the compartment map');
    const compartments = readCompartments(map);
    const modules = collectFiles(compartments);
    const entry = asRecord(map['entry'], 'the entry');
    demand(leadsToModule(compartments, entry), 'the entry is not a module of the bundle');
    return { modules };
  } catch (error) {
    if (error instanceof MapError) return { wrong: error.message };
    throw error;
  }
}

function readCompartments(map: Json): Compartments {
  const listed = Object.entries(asRecord(map['compartments'], 'the list of compartments'));
  demand(listed.length <= compartmentsMax, 'there are too many compartments');
  let count = 0;
  return new Map(
    listed.map(([name, value]) => {
      const listedModules = Object.entries(asRecord(asRecord(value, 'a compartment')['modules'], 'the modules of a compartment'));
      count += listedModules.length;
      demand(count <= modulesMax, 'there are too many modules');
      return [name, new Map(listedModules.map(([specifier, module]) => [specifier, asRecord(module, 'a module')]))];
    }),
  );
}

function collectFiles(compartments: Compartments): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, modules] of compartments) {
    for (const [specifier, module] of modules) {
      const said = `the module ${JSON.stringify(specifier)} of ${JSON.stringify(name)}`;
      if (typeof module['location'] === 'string') addFile(files, name, module, said);
      else if (typeof module['deferredError'] !== 'string') demand(leadsToModule(compartments, module), `${said} leads nowhere in the bundle`);
    }
  }
  return files;
}

function addFile(files: Map<string, string>, compartment: string, module: Json, said: string): void {
  const { sha512, parser, location } = module;
  demand(typeof parser === 'string', `${said} has no parser`);
  demand(typeof sha512 === 'string' && /^[0-9a-f]{128}$/.test(sha512), `${said} has no SHA-512`);
  // Joined as the reader in the worker joins them: a path is not resolved.
  const path = `${compartment}/${String(location)}`;
  const known = files.get(path);
  demand(known === undefined || known === sha512, `${said} has another SHA-512 than another module at the same place`);
  files.set(path, sha512);
}

/** Does a link, `{ compartment, module }`, name a module that is listed? */
function leadsToModule(compartments: Compartments, link: Json): boolean {
  const { compartment, module } = link;
  if (typeof compartment !== 'string' || typeof module !== 'string') return false;
  return compartments.get(compartment)?.has(module) ?? false;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new MapError('the compartment map is not JSON in UTF-8');
  }
}

function asRecord(value: unknown, what: string): Json {
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), `${what} is not a record`);
  return value as Json;
}

function demand(holds: boolean, wrong: string): asserts holds {
  if (!holds) throw new MapError(wrong);
}
