import { PARTY_LIMITS } from '@seal-chat/protocol/api';
import type { WebSocket } from 'ws';

/** Shorter pauses cost more than they save, ms. */
const LEAST_PAUSE_MS = 50;

/** Whether a socket is read: what is not read waits on the client's side, and costs nothing here. */
export class Reading {
  private readonly client: Pick<WebSocket, 'pause' | 'resume' | 'once'>;
  private readonly onResumed: () => void;
  private timer: NodeJS.Timeout | null = null;
  private isFull = false;
  private isHolding = false;
  private isStopped = false;

  /** @param onResumed is called at the end of every pause */
  constructor(client: Pick<WebSocket, 'pause' | 'resume' | 'once'>, onResumed: () => void) {
    this.client = client;
    this.onResumed = onResumed;
    client.once('close', () => this.stop());
  }

  /** Whether the client has to wait because it has used up what a process bears. */
  get isPausing(): boolean {
    return this.timer !== null;
  }

  /** Says whether there is as much to do as may wait. */
  fill(isFull: boolean): void {
    this.isFull = isFull;
    this.update();
  }

  /** Reads nothing for so long, ms; 0 for no pause. */
  pauseFor(ms: number): void {
    if (ms <= 0 || this.timer !== null || this.isStopped) return;
    const length = Math.min(Math.max(ms, LEAST_PAUSE_MS), PARTY_LIMITS.longestPauseMs);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.onResumed();
      this.update();
    }, length);
    this.timer.unref();
    this.update();
  }

  /** Reads nothing more. */
  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.isStopped = true;
    this.client.pause();
  }

  private update(): void {
    const isHolding = this.isFull || this.timer !== null;
    if (isHolding === this.isHolding || this.isStopped) return;
    this.isHolding = isHolding;
    if (isHolding) this.client.pause();
    else this.client.resume();
  }
}
