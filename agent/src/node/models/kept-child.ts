import { NodeAgentError } from '../errors.ts';
import { startWatchedChild, type ChildProgram, type WatchedChild } from './watched-child.ts';

/** Room for JavaScript itself: records, tensors, answers. */
export const SCRIPT_MB = 64;
/** A gateway is small: a child that nobody needs gives its memory back. */
const IDLE_MS = 15_000;

export interface KeptChild<Reply> {
  /** The child that waits or works now, for those who watch or test. */
  readonly childPid: number | undefined;
  /**
   * Jobs wait for each other.
   * @param roomMb what the child may allocate beyond the empty runtime, 2^20 bytes
   * @param job not `ok`, or with a child that it killed: the next job gets a new one
   * @throws NodeAgentError `trial_unavailable`: no process could be started, or `close` came first
   */
  work<Result extends { ok: boolean }>(
    roomMb: number,
    job: (child: WatchedChild<Reply>) => Promise<Result>,
  ): Promise<Result>;
  /** Ends the child at once, whatever it does. */
  close(): Promise<void>;
}

/** One child of a program, kept for the next job while jobs end well and ask for the same room. */
export function keepChild<Reply>(program: ChildProgram<Reply>): KeptChild<Reply> {
  let child: WatchedChild<Reply> | undefined;
  let childRoomMb: number | undefined;
  let runtimeMb: number | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;
  let isClosed = false;

  const letGo = async () => {
    const last = child;
    child = undefined;
    await last?.kill();
  };
  const start = async (limitMb: number | undefined) => {
    const started = await startWatchedChild(program, limitMb);
    if (!isClosed) return started;
    await started.kill();
    throw closed();
  };
  /** It differs between machines (threads, their stacks), so one child is started just to be asked. */
  const measureRuntime = async () => {
    const measured = await start(undefined);
    await measured.kill();
    return measured.dataMb;
  };
  const attempt = async <Result extends { ok: boolean }>(
    roomMb: number,
    job: (child: WatchedChild<Reply>) => Promise<Result>,
  ): Promise<Result> => {
    if (isClosed) throw closed();
    clearTimeout(idle);
    if (child !== undefined && (!child.alive || childRoomMb !== roomMb)) await letGo();
    runtimeMb ??= await measureRuntime();
    child ??= await start(Math.ceil(runtimeMb + roomMb));
    childRoomMb = roomMb;
    const result = await job(child);
    if (result.ok && !isClosed) idle = setTimeout(() => void letGo(), IDLE_MS).unref();
    else await letGo();
    return result;
  };

  return {
    work(roomMb, job) {
      const result = turn.then(() => attempt(roomMb, job));
      turn = result.catch(() => undefined);
      return result;
    },
    async close() {
      isClosed = true;
      clearTimeout(idle);
      await letGo();
      await turn;
      await letGo();
    },
    get childPid() {
      return child?.pid;
    },
  };
}

function closed(): NodeAgentError {
  return new NodeAgentError('trial_unavailable', 'trials were closed before this one began', { kind: 'unavailable' });
}
