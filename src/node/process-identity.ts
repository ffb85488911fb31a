/** Who a process is, so that another one can tell later whether it still runs. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { codeOf } from './error-code.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** Where its number means something: machine, since its last start, and container. */
  readonly place: string;
  /** When it was started, in the system's ticks; numbers are given to new processes again. Undefined where nothing tells. */
  readonly started?: string;
}

export const processIdentitySchema: z.ZodType<ProcessIdentity> = z.object({
  pid: z.int().min(1),
  place: z.string(),
  started: z.string().exactOptional(),
});

export function ownIdentity(): ProcessIdentity {
  const started = lifeOf(process.pid)?.started;
  return { pid: process.pid, place: ownPlace(), ...(started !== undefined && { started }) };
}

/** `unknown`: it is of another machine or container, or this system does not tell. */
export function stateOf({ pid, place, started }: ProcessIdentity): 'runs' | 'gone' | 'unknown' {
  if (place !== ownPlace()) return 'unknown';
  if (!answers(pid)) return 'gone';
  const life = lifeOf(pid);
  if (!life || started === undefined) return 'unknown';
  return life.started === started && !life.ended ? 'runs' : 'gone';
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function ownPlace(): string {
  const words = [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

/** Of Linux; undefined elsewhere. */
function lifeOf(pid: number): { readonly started: string; readonly ended: boolean } | undefined {
  const text = attempt(() => readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
  // The name, in parentheses, may hold anything.
  const [state, ...fields] = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  const started = fields[18];
  // One that has ended stays until its parent has asked how.
  return started === undefined ? undefined : { started, ended: state === 'Z' || state === 'X' };
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
