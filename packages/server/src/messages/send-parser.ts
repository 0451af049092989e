import { messageInputs } from '@seal-chat/protocol/api';
import type { z } from 'zod';
import { base64Of } from '../db/bytes.ts';
import type { SendInput } from './service.ts';

/**
 * Checks the input of `messages.send` by its schema, and keeps bytes together with their text, which goes on to
 * whoever is connected as it came.
 */
export const sendParser: {
  readonly _input: z.input<typeof messageInputs.send>;
  readonly _output: SendInput;
  parse(input: unknown): SendInput;
} = {
  _input: undefined as never,
  _output: undefined as never,
  parse(input) {
    const { body, envelopes, ...rest } = messageInputs.send.parse(input);
    return {
      ...rest,
      body: { bytes: body, text: base64Of(body) },
      envelopes: envelopes.map(({ deviceId, envelope }) => ({
        deviceId,
        envelope: { bytes: envelope, text: base64Of(envelope) },
      })),
    };
  },
};
