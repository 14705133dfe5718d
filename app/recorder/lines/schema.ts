/**
 * Every line that the recorder knows: its type, its fields in the order in which they are written, and its lane.
 * What is in lane D is equal on all nodes, byte for byte; lane K as well, but it is left out of the files that are kept for long,
 * and its rows are covered by the step's hash. Lane L is of this node alone.
 */

/** `D`: hashed. `K`: rows of the kernel, covered by `crankhash`. `L`: local, in no hash. */
export type Lane = 'D' | 'K' | 'L';

/**
 * `text`: any string. `plain`: one that needs no escaping, such as an id or a hex hash. `number`: a safe integer. `flag`. `big`: decimal text of a
 * bigint. `json`: any value of JSON. `raw`: text that is JSON already. With `?` it may be left out.
 */
export type FieldKind = 'text' | 'plain' | 'number' | 'flag' | 'big' | 'json' | 'raw' | `${'text' | 'plain' | 'number' | 'flag' | 'big' | 'json' | 'raw'}?`;

export type LineSchema = {
  readonly lane: Lane;
  /** The unit over which the running hash is chained ends with this line. */
  readonly endsUnit?: true;
  readonly fields: Readonly<Record<string, FieldKind>>;
};

/** Of a line within a crank: the number of its step. */
const crank = { crank: 'number' } as const;
const delivery = { ...crank, vat: 'plain', delivery: 'number' } as const;

export const lineSchemas = {
  /** The stream `run` of a height begins: the last step before it, and the activity hash there. */
  'run-begin': { lane: 'D', endsUnit: true, fields: { height: 'big', step: 'number', activity: 'plain' } },
  /** `kind` is the step's; `from`, of a crank, says where its item was. */
  'crank-start': { lane: 'D', fields: { ...crank, kind: 'plain', from: 'plain?', vat: 'plain?' } },
  /** `delivery` is the position in the vat's transcript; `meter` how many times the limit, if not once. */
  'deliver': { lane: 'D', fields: { ...delivery, meter: 'number?', vd: 'json' } },
  'syscall': { lane: 'D', fields: { ...delivery, syscall: 'number', vsc: 'json' } },
  /** Of a syscall that was answered with anything but `["ok",null]`. */
  'syscall-result': { lane: 'D', fields: { ...delivery, syscall: 'number', vsr: 'json' } },
  /** `compute` is null when the worker died before it could report; `heap` the hash of the heap snapshot that followed. */
  'deliver-result': { lane: 'D', fields: { ...delivery, status: 'plain', reason: 'text?', compute: 'json', syscalls: 'number', bytes: 'number', heap: 'plain?', heapBytes: 'number?' } },
  /** What became of a vat's entry: `add`, `change` (reachable or not) or `remove`. */
  'clist': { lane: 'D', fields: { ...crank, op: 'plain', vat: 'plain', kref: 'plain', vref: 'plain', reachable: 'flag' } },
  'terminate': { lane: 'D', fields: { ...crank, vat: 'plain', failure: 'flag', info: 'json' } },
  /** Events of an upgrade that went to the run-queue's tail. */
  'upgrade-inject': { lane: 'D', fields: { ...crank, events: 'number' } },
  /**
   * Rows that the step changed, by key: `["set",key,value]`, `["hash",key,sha256]` for a value over 64 bytes, `["delete",key]`; a further member
   * is the value before, or its length as `{"length":n}` when that is over 64, if it is the first change of the run. A step with many rows has several such lines.
   */
  'kv': { lane: 'K', fields: { ...crank, rows: 'raw' } },
  'crank-finish': { lane: 'D', endsUnit: true, fields: { ...crank, crankhash: 'plain', activityhash: 'plain' } },
  /** The stream `run` of a height is complete. */
  'run-end': { lane: 'D', endsUnit: true, fields: { height: 'big', cranks: 'number', computrons: 'big', step: 'number', activity: 'plain' } },

  /** The stream `block` of a height begins. `txsHash` is the sha256 over the txs' own hashes. */
  'block-begin': { lane: 'D', endsUnit: true, fields: { height: 'big', hash: 'plain', txs: 'number', txsHash: 'plain', blockTime: 'plain' } },
  /** The stream `block` of a height is complete. `roots`: each store's, by name; cranks and computrons of the run. */
  'block-end': { lane: 'D', endsUnit: true, fields: { height: 'big', appHash: 'plain', roots: 'json', cranks: 'number', computrons: 'big' } },
  'commit': { lane: 'L', fields: { height: 'big' } },
  /** Every height up to this one is known to be agreed. */
  'confirm': { lane: 'L', fields: { height: 'big' } },
  /** An exception left the kernel or the application. */
  'panic': { lane: 'D', endsUnit: true, fields: { height: 'big', name: 'text', message: 'text' } },

  /** Here `entries` lines are missing, of `bytes` bytes: there was no room for them. */
  'gap': { lane: 'L', fields: { entries: 'number', bytes: 'number' } },
  /** A process began to record: a random id of it, and what it is. */
  'local/start': { lane: 'L', fields: { boot: 'plain', release: 'text', node: 'plain', platform: 'plain', arch: 'plain', height: 'big', confirmed: 'big', engine: 'text?', settings: 'json?' } },
  'local/stop': { lane: 'L', fields: { reason: 'text' } },
  /** A round is about to be delivered, in this order: `[crank, vat, delivery, kind]` of each. It is in the file before any worker has its delivery. */
  'local/plan': { lane: 'L', fields: { items: 'json' } },
  /** A worker of a vat is there: `origin` is `bundle` or `heap`, `heap` the hash of what it was loaded from; so many deliveries were replayed. */
  'local/worker-start': { lane: 'L', fields: { vat: 'plain', origin: 'plain', heap: 'plain?', replayed: 'number', delivery: 'number' } },
  'local/worker-end': { lane: 'L', fields: { vat: 'plain', why: 'plain' } },
  /** Anything else that a host wants to be read beside the rest. */
  'local/note': { lane: 'L', fields: { about: 'text', data: 'json?' } },
} as const satisfies Readonly<Record<string, LineSchema>>;

export type LineType = keyof typeof lineSchemas;

type ValueOf<Kind extends string> = Kind extends 'text' | 'plain' | 'raw' ? string : Kind extends 'number' ? number : Kind extends 'flag' ? boolean : Kind extends 'big' ? bigint : unknown;
type FieldsOf<Type extends LineType> = (typeof lineSchemas)[Type]['fields'];
type Needed<Fields> = { readonly [Name in keyof Fields as Fields[Name] extends `${string}?` ? never : Name]: ValueOf<Fields[Name] & string> };
type Optional<Fields> = { readonly [Name in keyof Fields as Fields[Name] extends `${string}?` ? Name : never]?: Fields[Name] extends `${infer Kind}?` ? ValueOf<Kind> | undefined : never };

/** What is recorded as one line, before its local part. */
export type LineOf<Type extends LineType> = { readonly type: Type } & Needed<FieldsOf<Type>> & Optional<FieldsOf<Type>>;
export type Line = { [Type in LineType]: LineOf<Type> }[LineType];

/** What is not of lane D: wall clock and process clock in seconds, how long it took, and what else only this node knows. */
export type LocalPart = {
  readonly t: number;
  readonly m: number;
  readonly s?: number;
  readonly attempt?: number;
  readonly trigger?: string;
  readonly release?: string;
  readonly chain?: string;
  readonly stack?: string;
  /** On the last line of a stream: the whole of its running hash, of which frames have the first half. */
  readonly lane?: string;
  readonly soft?: Readonly<Record<string, number | string>>;
};

export function isLineType(type: string): type is LineType {
  return Object.hasOwn(lineSchemas, type);
}

export function laneOf(type: LineType): Lane {
  return lineSchemas[type].lane;
}

export function endsUnit(type: LineType): boolean {
  return 'endsUnit' in lineSchemas[type];
}
