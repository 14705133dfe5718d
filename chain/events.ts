import type { Event } from './abci/types.js';
import type { EventSink } from './context.js';

/** Collects events in the order emitted. Events are not hashed, but clients rely on their order and their names. */
export function makeEventSink(): EventSink {
  const events: Event[] = [];
  return {
    events,
    emit(type, attributes) {
      events.push({ type, attributes: attributes.map(([key, value]) => ({ key, value, index: true })) });
    },
  };
}

/** The same events, each with one more attribute at its end: `msg_index` in a tx, `mode` in a block. */
export function withAttribute(events: readonly Event[], key: string, value: string): Event[] {
  return events.map(event => ({ type: event.type, attributes: [...event.attributes, { key, value, index: true }] }));
}
