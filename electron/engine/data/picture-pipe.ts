/** The engine's end of the pipe that pictures come through. */
import { once } from 'node:events';
import { Socket, type SocketConstructorOpts } from 'node:net';
import type { FrameReader } from './picture-frames.ts';

/** Where a socket of Node's has what it reads from. */
const handlePlace = '_handle';

/**
 * Reads straight to where bytes belong. Through `data` events, which copy twice more, a picture of 512 × 512 takes
 * 4 ms of processor time to go through the pipe instead of 1.4; they remain for a Node without this way in.
 * @param fail what to do when the stream is none of frames that were asked for; nothing more is read
 */
export async function readInto(pipe: Socket, reader: FrameReader, fail: () => void): Promise<void> {
  const inside = pipe as Socket & { [handlePlace]?: object | null };
  const handle = inside[handlePlace];
  let socket = pipe;
  const guarded = (read: () => void): boolean => {
    try {
      read();
    } catch {
      fail();
      socket.destroy();
    }
    return !socket.destroyed;
  };
  if (handle) {
    // The socket that the child came with never begins to read.
    inside[handlePlace] = null;
    const onread = {
      buffer: () => reader.space(),
      callback: (count: number) => guarded(() => reader.filled(count)),
    };
    socket = new Socket({ handle, onread } as SocketConstructorOpts);
    socket.resume();
  } else pipe.on('data', (bytes: Buffer) => void guarded(() => reader.push(bytes)));
  await once(socket, 'close').catch(() => undefined);
}
