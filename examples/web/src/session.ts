import { useSyncExternalStore } from "react";

/** What every part of the page has to know: whether it may ask the gateway now, and with which token. */
export interface Access {
  readonly token: string;
  /** The token was refused, or there is none yet: only the reader can help. */
  readonly tokenRefused: boolean;
  /** The upstream's quota is used up: milliseconds since the epoch when to go on, or null. */
  readonly waitingUntil: number | null;
  /** Counts up when asking is worth while again: whoever failed before tries once more. */
  readonly round: number;
}

export class Session {
  #access: Access = { token: "", tokenRefused: false, waitingUntil: null, round: 0 };
  #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get access(): Access {
    return this.#access;
  }

  /** Takes a new token. It is kept in memory only: storage would outlive the tab. */
  supply(token: string): void {
    this.#change({ token, tokenRefused: false, round: this.#access.round + 1 });
  }

  /** Stops asking: `token` was refused. An answer to a token that has been replaced since changes nothing. */
  refuse(token: string): void {
    if (token === this.#access.token) this.#change({ tokenRefused: true });
  }

  /** Stops asking for so long. A longer wait that is under way stays. */
  wait(seconds: number): void {
    const until = Date.now() + Math.max(1, seconds) * 1000;
    if (until <= (this.#access.waitingUntil ?? 0)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.goOn(), until - Date.now());
    this.#change({ waitingUntil: until });
  }

  /** Ends the wait. */
  goOn(): void {
    clearTimeout(this.#timer);
    this.#change({ waitingUntil: null, round: this.#access.round + 1 });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #change(changes: Partial<Access>): void {
    this.#access = { ...this.#access, ...changes };
    for (const listener of this.#listeners) listener();
  }
}

export function useAccess(session: Session): Access {
  return useSyncExternalStore(session.subscribe, () => session.access);
}

export function mayAsk(access: Access): boolean {
  return !access.tokenRefused && access.waitingUntil === null;
}
