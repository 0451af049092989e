/** What a server says over a WebSocket, in parts a test may change. */
export type Json = Record<string, unknown>;

/** Changes the events of a kind that arrive in channels; what `change` returns takes their place. */
export function onEvents(type: string, change: (event: Json) => readonly Json[]): (text: string) => string {
  return (text) => {
    if (!text.includes(`"type":"${type}"`)) return text;
    const message = JSON.parse(text) as { result: { data: { data: { events: Json[] } } } };
    const { data } = message.result.data;
    data.events = data.events.flatMap((event) => (event['type'] === type ? change(event) : [event]));
    return JSON.stringify(message);
  };
}

/** Changes answers that have a field of that name. */
export function onAnswers(field: string, change: (answer: Json) => void): (text: string) => string {
  return (text) => {
    if (!text.includes(`"${field}"`) || text.includes('"events"')) return text;
    const message = JSON.parse(text) as { result?: { data?: Json } };
    const answer = message.result?.data;
    if (answer === undefined || !(field in answer)) return text;
    change(answer);
    return JSON.stringify(message);
  };
}

/** Several lies at once. */
export function lies(...rewrites: readonly ((text: string) => string)[]): (text: string) => string {
  return (text) => rewrites.reduce((said, rewrite) => rewrite(said), text);
}

/** The entry of a `channel-entry` event. */
export function entryIn(event: Json): Json {
  return event['entry'] as Json;
}

/** base64url text with another character near the end. */
export function flipLast(text: unknown): string {
  const value = String(text);
  const at = value.length - 8;
  return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
}
