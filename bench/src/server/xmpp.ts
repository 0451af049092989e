import { connect, type Socket } from 'node:net';

/** Domain of the server under load, and of its rooms. */
export const XMPP_DOMAIN = 'localhost';
const ROOMS = `conference.${XMPP_DOMAIN}`;
const NAMESPACES = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'";
const HEADER = `<?xml version='1.0'?><stream:stream to='${XMPP_DOMAIN}' version='1.0' ${NAMESPACES}>`;
/** Every message begins with its id. */
const BODY = /<body>([0-9a-f]{8}-[0-9a-f-]{27})/g;
/** Characters of the longest beginning of a body that says nothing yet. */
const CUT_OFF = '<body>'.length + 36;
/** Password of everybody. */
export const XMPP_PASSWORD = 'bench';

/**
 * A client of an XMPP server (RFC 6120, 6121; rooms by XEP-0045) on a plain connection, with as little between the load
 * and the wire as possible: it does not parse, it looks for the ids of messages.
 */
export class XmppConnection {
  readonly #socket: Socket;
  readonly #onMessage: (messageId: string) => void;
  #text = '';
  #awaited: { readonly pattern: RegExp; readonly resolve: () => void; readonly reject: (error: Error) => void } | null =
    null;
  #isSignedIn = false;
  #failure: Error | null = null;

  private constructor(socket: Socket, onMessage: (messageId: string) => void) {
    this.#socket = socket;
    this.#onMessage = onMessage;
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.#receive(data.toString('latin1')));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error(`closed by the server: ${this.#text.slice(-300)}`)));
  }

  /** Signs in as `user` with SASL PLAIN and becomes available. @param onMessage is called with the id of each message */
  static async open(port: number, user: string, onMessage: (messageId: string) => void): Promise<XmppConnection> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    const connection = new XmppConnection(socket, onMessage);
    const secret = Buffer.from(`\0${user}\0${XMPP_PASSWORD}`).toString('base64');
    await connection.#ask(HEADER, /<\/stream:features>/);
    await connection.#ask(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`,
      /<success/,
    );
    await connection.#ask(HEADER, /<\/stream:features>/);
    const bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>bench</resource></bind>";
    await connection.#ask(`<iq type='set' id='bind'>${bind}</iq>`, /<iq [^>]*id=['"]bind['"]/);
    // A server shows people their own presence.
    await connection.#ask('<presence/>', /<presence/);
    connection.#isSignedIn = true;
    return connection;
  }

  /** Sends `rest` behind a message's id. */
  send(to: string, messageId: string, rest: string): void {
    this.#say(
      `<message to='${to}@${XMPP_DOMAIN}' type='chat' id='${messageId}'><body>${messageId}${rest}</body></message>`,
    );
  }

  /** The same to everybody in a room, the sender too. */
  sendToRoom(room: string, messageId: string, rest: string): void {
    this.#say(
      `<message to='${room}@${ROOMS}' type='groupchat' id='${messageId}'><body>${messageId}${rest}</body></message>`,
    );
  }

  /** Enters a room; the first makes it, with the server's usual settings. */
  async enter(room: string, name: string, isFirst: boolean): Promise<void> {
    const place = `${room}@${ROOMS}`;
    this.#isSignedIn = false;
    const inside = "<x xmlns='http://jabber.org/protocol/muc'><history maxchars='0'/></x>";
    await this.#ask(`<presence to='${place}/${name}'>${inside}</presence>`, /<status code=['"]110['"]/);
    if (isFirst) {
      const form =
        "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>";
      await this.#ask(`<iq to='${place}' type='set' id='room'>${form}</iq>`, /<iq [^>]*id=['"]room['"]/);
    }
    this.#isSignedIn = true;
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.end('</stream:stream>');
  }

  #say(stanza: string): void {
    if (this.#failure !== null) throw this.#failure;
    this.#socket.write(stanza, 'latin1');
  }

  #ask(stanza: string, pattern: RegExp): Promise<void> {
    this.#text = '';
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      this.#awaited = { pattern, resolve, reject };
      this.#socket.write(stanza, 'latin1');
    });
  }

  #receive(chunk: string): void {
    this.#text += chunk;
    if (this.#isSignedIn) return this.#findMessages();
    const awaited = this.#awaited;
    if (awaited?.pattern.test(this.#text)) {
      this.#awaited = null;
      awaited.resolve();
    }
  }

  #findMessages(): void {
    let end = 0;
    for (const found of this.#text.matchAll(BODY)) {
      end = found.index + found[0].length;
      this.#onMessage(found[1]!);
    }
    // A body may be cut in two by what the network hands over at once.
    this.#text = this.#text.slice(Math.max(end, this.#text.length - CUT_OFF));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#awaited?.reject(error);
    this.#awaited = null;
  }
}
