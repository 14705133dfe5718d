/** Messages by their type: for modules that execute messages of other modules, as governance does. */
import type { Context } from './context.js';
import type { Any } from './crypto/public-key.js';
import type { AnyMsgDefinition } from './module.js';

/** A decoded message and who handles it. */
export type RoutedMessage = { readonly typeUrl: string; readonly definition: AnyMsgDefinition; readonly value: unknown };

export type MessageRouter = {
  /** Undefined when no module handles the type. Throws CodecError when the bytes are no such message, or have critical unknown fields. */
  resolve(message: Any): RoutedMessage | undefined;
  /**
   * Checks the message as ante would, and executes it in `ctx`, whose writes the caller keeps or drops. Returns the encoded
   * response. Throws Refusal. Who may speak for the signers is the caller's to know.
   */
  execute(ctx: Context, message: RoutedMessage): Uint8Array;
};

export function makeMessageRouter(messages: ReadonlyMap<string, AnyMsgDefinition>): MessageRouter {
  return {
    resolve: ({ typeUrl, value }) => {
      const definition = messages.get(typeUrl);
      return definition && { typeUrl, definition, value: definition.codec.decode(value, 'refuse-critical') };
    },
    execute: (ctx, { definition, value }) => {
      definition.validateBasic?.(value);
      return definition.handle(ctx, value);
    },
  };
}
