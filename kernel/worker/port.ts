/** Texts to the host and back. Encoding and transport cost the vat nothing: callers run with the meter off. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encode(text: string): ArrayBuffer {
  return encoder.encode(text).buffer;
}

export function decode(message: ArrayBuffer): string {
  return decoder.decode(message);
}

/** Sends JSON text and waits for the host's answer, a tagged list. */
export function ask(text: string): readonly unknown[] {
  const answer: unknown = JSON.parse(decode(issueCommand(encode(text))));
  if (!Array.isArray(answer)) throw Error('the host answered with no list');
  return answer;
}
