import type {
  AttachmentId,
  ConversationId,
  Message,
  MessageAttachment,
  MessageView,
  Reaction,
  UserId,
} from '@seal-chat/client';
import { channel, type ChannelLine } from './channel-seeds.ts';
import type { FakeSeed } from './fake-client.ts';
import { picture, tone } from './media.ts';
import { NOW, SIGNED_IN, conversationId, dialogue, person, summary, type Line } from './seeds.ts';

/** Every state of messages that are more than plain text, as what the fake client starts with. */

const MINUTE = 60_000;
const bob = person(1, 'bob');
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

type Extras = Partial<Pick<Message, 'reactions' | 'editedAt' | 'expiresAt' | 'isShared' | 'mentionsSelf'>>;

/** A dialogue with bob where some messages have more to them. */
function direct(lines: readonly (readonly [Line, Extras?])[], more: Partial<FakeSeed> = {}): FakeSeed {
  const id = conversationId(0);
  const plain = dialogue(
    id,
    bob,
    lines.map(([line]) => line),
  );
  const messages = plain.map((message, i) => ({ ...message, ...lines[i]![1] }));
  return {
    account: SIGNED_IN,
    conversations: [summary(id, bob, messages, { presence: 'online' })],
    messages: new Map([[id, messages]]),
    ...more,
  };
}

function inChannel(
  lines: readonly (readonly [ChannelLine, Extras?])[],
  options: Parameters<typeof channel>[1] = {},
  more: Partial<FakeSeed> = {},
): FakeSeed {
  const made = channel(0, { ...options, lines: lines.map(([line]) => line) });
  const messages = made.messages.map((message, i) => ({ ...message, ...lines[i]![1] }));
  return {
    account: SIGNED_IN,
    conversations: [made.summary],
    messages: new Map<ConversationId, readonly Message[]>([[conversationId(0), messages]]),
    ...more,
  };
}

function post(text: string, more: Partial<Extract<MessageView, { kind: 'post' }>> = {}): MessageView {
  return { kind: 'post', text, replyTo: null, mentions: [], attachments: [], ...more };
}

function answer(seq: number, by: UserId | null, preview: string): Partial<Extract<MessageView, { kind: 'post' }>> {
  const messageId = `00000005-0000-4000-8000-${(seq - 1).toString(16).padStart(12, '0')}` as Message['messageId'];
  return { replyTo: { seq, messageId, senderUserId: by, preview } };
}

function reaction(emoji: string, userIds: readonly UserId[]): Reaction {
  return { emoji, userIds, isOwn: userIds.includes(SIGNED_IN.userId) };
}

let files = 0;
function file(name: string, mimeType: string, size: number, more: Partial<MessageAttachment> = {}): MessageAttachment {
  files++;
  return {
    attachmentId: `0000000f-0000-4000-8000-${files.toString(16).padStart(12, '0')}` as AttachmentId,
    kind: 'file',
    size,
    name,
    mimeType,
    width: null,
    height: null,
    durationMs: null,
    preview: null,
    thumbnail: null,
    upload: null,
    ...more,
  };
}

const blurHash = (text: string): MessageAttachment['preview'] => new TextEncoder().encode(text);
const levels = Uint8Array.from({ length: 60 }, (_, i) =>
  Math.round(90 + 80 * Math.sin(i / 2.3) * Math.cos(i / 5) + 40 * Math.sin(i)),
);

const harbour = file('harbour.png', 'image/png', 412_000, {
  kind: 'image',
  width: 1200,
  height: 800,
  preview: blurHash('LEHV6nWB2yk8pyo0adR*.7kCMdnj'),
});
const slip = file('slip 14.png', 'image/png', 318_000, {
  kind: 'image',
  width: 700,
  height: 900,
  preview: blurHash('LGF5]+Yk^6#M@-5c,1J5@[or[Q6.'),
});
const voice = file('', 'audio/wav', 64_000, { kind: 'voice', durationMs: 4_000, preview: levels });
const opened = {
  [harbour.attachmentId]: () => picture(1200, 800, 205),
  [slip.attachmentId]: () => picture(700, 900, 25),
  [voice.attachmentId]: () => tone(4),
};
const drawing = file('<script>alert(1)</script>.svg', 'image/svg+xml', 1_300, { kind: 'image' });
const page = file('index.html', 'text/html', 2_600, { kind: 'file' });
/** Its name reads as a picture's: it turns around in the middle. */
const turned = file('../photo\u202egpj.svg', 'image/svg+xml', 60, { kind: 'image', width: 10, height: 10 });
const typed = file('clip.html', 'text/html; charset=utf-8', 60, { kind: 'video' });

export const richStates = {
  rich: direct([
    [{ from: 'them', ago: 90 * MINUTE, text: 'Shall we take berth 14 or the one behind the crane?' }],
    [
      {
        from: 'me',
        ago: 80 * MINUTE,
        content: post(
          'Fourteen. It has the better ladder.',
          answer(1, bob.userId, 'Shall we take berth 14 or the one behind the crane?'),
        ),
      },
      { reactions: [reaction('👍', [bob.userId]), reaction('🎉', [bob.userId, SIGNED_IN.userId])] },
    ],
    [{ from: 'them', ago: 70 * MINUTE, content: { kind: 'deleted', isConfirmed: true } }],
    [
      { from: 'them', ago: 69 * MINUTE, text: 'I meant the long one, of course.' },
      { editedAt: NOW - 60 * MINUTE, reactions: [reaction('😂', [SIGNED_IN.userId])] },
    ],
    [{ from: 'them', ago: 61 * MINUTE, content: { kind: 'event', event: { type: 'timer', seconds: 86_400 } } }],
    [
      { from: 'them', ago: 60 * MINUTE, text: 'From now on these go away after a day.' },
      { expiresAt: NOW + 1380 * MINUTE },
    ],
    [
      { from: 'me', ago: 20 * MINUTE, content: post('Agreed', answer(99, null, '')) },
      { expiresAt: NOW + 1420 * MINUTE, editedAt: NOW - 10 * MINUTE },
    ],
  ]),
  richChannel: inChannel(
    [
      [
        {
          from: 0,
          ago: 100 * MINUTE,
          content: { kind: 'event', event: { type: 'joined', userIds: [SIGNED_IN.userId] } },
        },
      ],
      [{ from: 1, ago: 99 * MINUTE, text: 'This was said before you came.' }, { isShared: true }],
      [{ from: 0, ago: 90 * MINUTE, text: 'Who brings the slings?' }],
      [
        {
          from: 1,
          ago: 88 * MINUTE,
          content: post('@alice has them, and @bob the rope', {
            mentions: [
              { userId: SIGNED_IN.userId, start: 0, length: 6 },
              { userId: person(1, 'bob').userId, start: 21, length: 4 },
            ],
          }),
        },
        { mentionsSelf: true, reactions: [reaction('👍', [bob.userId, SIGNED_IN.userId])] },
      ],
      [{ from: 1, ago: 87 * MINUTE, text: 'If the wind lets us.' }],
      [{ from: 'me', ago: 60 * MINUTE, content: post('I do!', answer(3, bob.userId, 'Who brings the slings?')) }],
      [{ from: 0, ago: 50 * MINUTE, content: { kind: 'event', event: { type: 'profile', name: 'spring-launch' } } }],
      [
        {
          from: 0,
          ago: 40 * MINUTE,
          content: { kind: 'event', event: { type: 'removed', userIds: [person(9, 'x').userId] } },
        },
      ],
      [{ from: 0, ago: 30 * MINUTE, content: { kind: 'deleted', isConfirmed: true } }],
    ],
    { ownRole: 'admin' },
  ),
  invitationCards: direct([
    [
      {
        from: 'them',
        ago: 9 * MINUTE,
        content: {
          kind: 'invitation',
          channelId: conversationId(40),
          name: 'night-watch',
          description: 'Who is on board when.',
          state: 'open',
        },
      },
    ],
    [
      {
        from: 'them',
        ago: 8 * MINUTE,
        content: {
          kind: 'invitation',
          channelId: conversationId(41),
          name: 'berths',
          description: '',
          state: 'accepted',
        },
      },
    ],
    [
      {
        from: 'them',
        ago: 7 * MINUTE,
        content: { kind: 'invitation', channelId: conversationId(42), name: 'tides', description: '', state: 'gone' },
      },
    ],
    // The name had characters that cannot be seen.
    [
      {
        from: 'them',
        ago: 6 * MINUTE,
        content: { kind: 'invitation', channelId: conversationId(44), name: '', description: '', state: 'open' },
      },
    ],
    [
      {
        from: 'me',
        ago: 2 * MINUTE,
        content: { kind: 'invitation', channelId: conversationId(43), name: 'regatta', description: '', state: 'open' },
      },
    ],
  ]),
  missingMessages: direct(
    [
      [{ from: 'them', ago: 9 * MINUTE, text: 'one' }],
      [{ from: 'me', ago: 8 * MINUTE, text: 'two' }],
      [{ from: 'them', ago: 7 * MINUTE, text: 'three' }],
    ],
    {
      missing: [
        { afterSeq: 1, count: 2, isWithheld: false },
        { afterSeq: 3, count: 1, isWithheld: true },
      ],
    },
  ),
  serverNotices: direct(
    [
      [{ from: 'them', ago: 9 * MINUTE, text: 'one' }],
      [{ from: 'me', ago: 8 * MINUTE, text: 'two' }],
      [{ from: 'them', ago: 7 * MINUTE, content: { kind: 'deleted', isConfirmed: false } }],
      [{ from: 'them', ago: 6 * MINUTE, text: 'four' }],
    ],
    {
      notices: [
        { kind: 'missing', afterSeq: 1, userId: bob.userId },
        { kind: 'reordered', afterSeq: 2, userId: bob.userId },
        { kind: 'forked', afterSeq: 3, userId: bob.userId },
        { kind: 'oldList', afterSeq: 3, userId: bob.userId },
        { kind: 'listWithheld', afterSeq: 4, userId: bob.userId },
      ],
    },
  ),
  files: direct(
    [
      [{ from: 'them', ago: 30 * MINUTE, content: post('', { attachments: [harbour] }) }],
      [
        {
          from: 'me',
          ago: 28 * MINUTE,
          content: post('Both of them, as they are now', {
            attachments: [slip, { ...harbour, attachmentId: slip.attachmentId.replace(/.$/, 'f') as AttachmentId }],
          }),
        },
      ],
      [{ from: 'them', ago: 20 * MINUTE, content: post('', { attachments: [voice] }) }],
      [
        {
          from: 'them',
          ago: 18 * MINUTE,
          content: post('The contract', {
            attachments: [
              file('Contract for berth 14 (signed, final).pdf', 'application/pdf', 1_420_000),
              drawing,
              page,
            ],
          }),
        },
      ],
      [
        {
          from: 'me',
          ago: 15 * MINUTE,
          content: post('', {
            attachments: [
              file('crane.mp4', 'video/mp4', 18_200_000, {
                kind: 'video',
                width: 1280,
                height: 720,
                durationMs: 74_000,
              }),
            ],
          }),
        },
      ],
      [
        {
          from: 'them',
          ago: 10 * MINUTE,
          content: post('', {
            attachments: [file('shanty.mp3', 'audio/mpeg', 3_100_000, { kind: 'audio', durationMs: 180_000 })],
          }),
        },
      ],
    ],
    { files: opened },
  ),
  hostileFiles: direct(
    [[{ from: 'them', ago: 9 * MINUTE, content: post('', { attachments: [turned, typed, page] }) }]],
    {
      files: {
        [turned.attachmentId]: async () =>
          new Blob(['<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>']),
      },
    },
  ),
  uploads: direct(
    [
      [{ from: 'them', ago: 30 * MINUTE, text: 'Send them over!' }],
      [
        {
          from: 'me',
          ago: MINUTE,
          status: 'sending',
          content: post('On their way', {
            attachments: [
              { ...harbour, upload: { loaded: 150_000, total: 412_000, state: 'uploading' } },
              file('film.mov', 'video/quicktime', 24_000_000, {
                kind: 'video',
                upload: { loaded: 9_000_000, total: 24_000_000, state: 'failed' },
              }),
            ],
          }),
        },
      ],
    ],
    {
      files: opened,
      pending: [
        { ...slip, upload: { loaded: 0, total: 318_000, state: 'preparing' } },
        file('Contract for berth 14 (signed, final).pdf', 'application/pdf', 1_420_000, {
          upload: { loaded: 600_000, total: 1_420_000, state: 'uploading' },
        }),
        file('sea.wav', 'audio/wav', 9_000_000, {
          kind: 'audio',
          upload: { loaded: 3_000_000, total: 9_000_000, state: 'paused' },
        }),
        file('log.txt', 'text/plain', 4_000, { upload: { loaded: 0, total: 4_000, state: 'failed' } }),
        file('done.zip', 'application/zip', 800_000, { upload: { loaded: 800_000, total: 800_000, state: 'done' } }),
      ],
    },
  ),
  uploadLimit: direct([[{ from: 'them', ago: 30 * MINUTE, text: 'Send them over!' }]], { limit: 1_000 }),
  richLong: inChannel([
    [
      {
        from: 0,
        ago: 9 * MINUTE,
        content: post(`@alice ${LONG}`, {
          mentions: [{ userId: SIGNED_IN.userId, start: 0, length: 6 }],
          ...answer(1, bob.userId, `${LONG} `.repeat(3)),
          attachments: [file(`${LONG}.tar.gz`, 'application/gzip', 0), { ...harbour, width: 40, height: 1200 }],
        }),
      },
      {
        reactions: ['👍', '❤️', '😂', '😮', '😢', '🙏', '🎉', '🚀', '👀'].map((emoji, i) =>
          reaction(emoji, i % 2 === 0 ? [bob.userId] : [bob.userId, SIGNED_IN.userId]),
        ),
        editedAt: NOW,
        expiresAt: NOW,
        isShared: true,
      },
    ],
  ]),
} satisfies Record<string, FakeSeed>;
