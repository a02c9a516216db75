import { connect } from 'node:net';

/** Whether something accepts a TCP connection there in time. It is closed at once, with nothing said. */
export function accepts(host: string, port: number, withinMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (accepted: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cut);
      socket.destroy();
      resolve(accepted);
    };
    const cut = () => end(false);
    // Where this process was held up, the timer comes first even if the connection was made in time: sockets get a turn.
    const timer = setTimeout(() => setImmediate(cut), withinMs);
    signal.addEventListener('abort', cut);
    socket.once('connect', () => end(true));
    // It stays: a socket may fail after it has been destroyed.
    socket.on('error', cut);
    if (signal.aborted) {
      cut();
    }
  });
}
