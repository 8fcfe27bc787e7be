/** Requests, upgrades and frames that no browser sends: random, cut short, bent, and reset at awkward moments. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Numbers from a seed, so that what found something can be repeated (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

export interface Target {
  readonly port: number;
  /** A window's secret; without one, only what is done before anybody is let in. */
  readonly secret?: string;
}

const paths = [
  '/',
  '//',
  '///',
  '/rpc',
  '//rpc',
  '/rpc?',
  '/session',
  '/address',
  '*',
  '',
  'http://',
  'http://[',
  '/%',
  '/%ff',
  '/..',
  '/\\',
  'http://evil/rpc',
  '\0',
  '/assets/main.js',
  '/'.repeat(3000),
];
const methods = [
  'GET',
  'POST',
  'PUT',
  'HEAD',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'DELETE',
  'PATCH',
  'get',
  'X',
  '',
  'GET GET',
];
const hosts = ['127.0.0.1', 'localhost', 'evil', '', '[::1]', ':', '127.0.0.1:0:0', '\xff', 'a'.repeat(500)];
const versions = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', '', 'http/1.1'];

/** One request, whole: sometimes an upgrade, sometimes nearly right. */
export function request(dice: Dice, { port, secret }: Target): Buffer {
  const own = `http://127.0.0.1:${port}`;
  const headers: string[] = [`Host: ${dice.below(3) > 0 ? `127.0.0.1:${port}` : dice.pick(hosts)}`];
  if (dice.below(2)) headers.push(`Origin: ${dice.pick([own, 'null', '', 'http://', 'evil', `${own}/`, '\xfe'])}`);
  if (dice.below(2)) {
    headers.push(`Upgrade: ${dice.pick(['websocket', 'WebSocket', 'h2c', '', 'websocket, x'])}`);
    headers.push(`Connection: ${dice.pick(['Upgrade', 'keep-alive, Upgrade', 'close', ''])}`);
    headers.push(`Sec-WebSocket-Version: ${dice.pick(['13', '8', '', '99999999999', '-1'])}`);
    headers.push(`Sec-WebSocket-Key: ${dice.pick(['dGhlIHNhbXBsZSBub25jZQ==', '', 'x', '='.repeat(50)])}`);
    const protocols = [
      'graft',
      `graft, ${secret ?? 'guess'}`,
      ',',
      'graft,',
      ' , , ',
      'graft, a, b',
      '"',
      'a'.repeat(900),
    ];
    if (dice.below(3)) headers.push(`Sec-WebSocket-Protocol: ${dice.pick(protocols)}`);
    if (dice.below(4) === 0)
      headers.push('Sec-WebSocket-Extensions: permessage-deflate; x="', 'Sec-WebSocket-Extensions: ;;=,');
  }
  if (dice.below(4) === 0)
    headers.push(`Content-Length: ${dice.pick(['0', '5', '-1', 'x', '99999999999999', '2, 3'])}`);
  if (dice.below(6) === 0)
    headers.push(`Transfer-Encoding: ${dice.pick(['chunked', 'chunked, chunked', 'x', 'gzip'])}`);
  if (dice.below(6) === 0)
    headers.push(`Authorization: ${dice.pick(['Bearer ', 'Bearer x y', 'Basic x', 'Bearer \xff'])}`);
  if (dice.below(8) === 0) headers.push(`Expect: ${dice.pick(['100-continue', 'x'])}`);
  if (dice.below(20) === 0) headers.push(...Array.from({ length: dice.below(300) }, (_, index) => `X-${index}: y`));
  const bodies = [
    '',
    '{}',
    '{"key":',
    '{"key":"x"}',
    '5\r\nhello\r\n0\r\n\r\n',
    'ffffffffffff\r\n',
    '[',
    'x'.repeat(5000),
  ];
  const line = `${dice.pick(methods)} ${dice.below(2) ? dice.pick(['/rpc', '/session', '//']) : dice.pick(paths)} ${dice.pick(versions)}`;
  return bent(dice, Buffer.from(`${line}\r\n${headers.join('\r\n')}\r\n\r\n${dice.pick(bodies)}`, 'latin1'));
}

/** The upgrade of a window. */
export function windowUpgrade({ port, secret }: Target): Buffer {
  return Buffer.from(
    [
      'GET /rpc HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Origin: http://127.0.0.1:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: graft, ${secret}`,
      '',
      '',
    ].join('\r\n'),
  );
}

const messages = [
  '{"i":"1","p":{"u":"http://orpc/app/info","b":{"json":null}}}',
  '{"i":"2","p":{"u":"/runs/watch","b":{"json":{"run":"/nowhere"}}}}',
  '{"i":"3","t":4}',
  '{"i":"4","t":3,"p":{"e":"message","d":{"json":1}}}',
  '{"i":"5","p":{"u":"/files/list","b":{"json":{"folder":"","endings":[]}}}}',
  '{"i":1e999}',
  '{}',
  '[]',
  'null',
  '{"i":{},"p":{"u":[]}}',
  '{"i":"6","p":{"u":"/app/constructor/prototype","b":{"json":{"__proto__":1}}}}',
  '{"i":"7","p":{"u":"%","m":"\\u0000","h":{"x":[1,null]},"b":{"json":{},"meta":[[99,"x"]]}}}',
  '{"i":"8","p":{"u":"/settings/write","b":{"json":{},"meta":[[0,"__proto__","x"]],"maps":[["a"]]}}}',
  '['.repeat(20_000),
];

/** One frame: a message of a window, nearly right or bent, in a frame that may itself be wrong. */
export function frame(dice: Dice): Buffer {
  const payload = bent(dice, Buffer.from(dice.pick(messages)), 3);
  const code = dice.below(5) === 0 ? dice.below(256) : 0x80 | dice.pick([1, 1, 1, 2, 8, 9, 10]);
  const length =
    dice.below(20) === 0
      ? Buffer.concat([Buffer.of(0x80 | 127), dice.bytes(8)])
      : payload.length < 126
        ? Buffer.of(0x80 | payload.length)
        : payload.length < 65_536
          ? Buffer.of(0x80 | 126, payload.length >> 8, payload.length & 255)
          : Buffer.of(
              0x80 | 127,
              0,
              0,
              0,
              0,
              0,
              payload.length >> 16,
              (payload.length >> 8) & 255,
              payload.length & 255,
            );
  const mask = dice.bytes(4);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index & 3] as number)));
  return Buffer.concat([Buffer.of(code), length, mask, masked]);
}

/** Cut short, with bytes changed, repeated or put in between; as it was in one of `whole` cases. */
export function bent(dice: Dice, bytes: Buffer, whole = 2): Buffer {
  if (dice.below(whole) > 0) return bytes;
  const at = dice.below(bytes.length + 1);
  switch (dice.below(4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), dice.bytes(1 + dice.below(8)), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - dice.below(50)))]);
    default: {
      const changed = Buffer.from(bytes);
      for (let count = 0; count <= dice.below(4); count++) changed[dice.below(changed.length)] = dice.below(256);
      return changed;
    }
  }
}

/** Milliseconds after which a connection that nobody closes is left. */
const patience = 100;

/** Sends the pieces over one connection and leaves it: politely, at once, or by a reset. */
export function send(dice: Dice, { port }: Target, pieces: readonly Buffer[]): Promise<void> {
  const ending = dice.below(4);
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.setTimeout(patience, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.on('data', () => undefined);
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece);
      if (ending === 0) socket.resetAndDestroy();
      else if (ending === 1) socket.end();
    });
  });
}

/** Many at a time, each by a seed of its own. */
export async function inLanes(count: number, lanes: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
