/**
 * Where heap snapshots are kept, by the SHA-256 of their bytes. A host implements it with files; what is kept for how long
 * is the host's affair, as long as every heap that a committed span starts from can be opened.
 */

/** A heap snapshot, as consensus knows it. */
export type SavedHeap = {
  /** SHA-256 of its bytes, hex. */
  readonly hash: string;
  readonly size: number;
};

/** Bytes of a heap snapshot, as the engine wrote them, for a worker to start from. */
export type HeapSource = { readonly file: string } | { readonly bytes: Uint8Array };

/** One heap being saved: `write` in order, then one of the others. */
export interface HeapWriter {
  /** A promise holds back whoever writes. Throws, or rejects, for a reason of this host. */
  write(chunk: Uint8Array): void | Promise<void>;
  /** Where the heap may be written as a whole, by absolute path, in place of every `write`. */
  readonly file?: {
    readonly path: string;
    /** It was written: a worker may start from it, before `finish` and whatever comes of that. `close` as SnapshotStore's. */
    open(): { readonly source: HeapSource; close(): void };
  };
  /** From now on it can be opened; it is durable when the host has committed what refers to it. */
  finish(): Promise<SavedHeap>;
  /** Forgets what was written. */
  abandon(): Promise<void>;
}

export interface SnapshotStore {
  /** Whether its writers have a `file`. */
  readonly takesFiles?: boolean;
  begin(): HeapWriter;
  /** Rejects with SnapshotUnusable when it is not there, or its bytes are others. `close` when no worker reads it any more. */
  open(hash: string): Promise<{ readonly source: HeapSource; close(): void }>;
}

/** A heap that a vat needs cannot be had: this node cannot go on, and the message says where it should be and what to do. */
export class SnapshotUnusable extends Error {
  override readonly name = 'SnapshotUnusable';
}
