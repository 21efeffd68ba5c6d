/** The lesser port that wakes who waits for a log to change, so that nobody has to look again and again. */

export interface WatchOptions {
  /** Ends the watch with its reason. */
  readonly signal?: AbortSignal
}

/**
 * Wakes who watches logs of a session store. A wake-up says that it is worth looking, and nothing else.
 *
 * Contract of `watch`:
 * - The first wake-up comes when the watch stands: who then looks, and looks at each later one, misses nothing. [watch.first]
 * - An append to a log whose key begins with `prefix`, to the letter, wakes [watch.append]; so does its deletion. [watch.delete]
 *   Any string is a prefix, a whole key is one, and the empty one stands for every log. [watch.prefix]
 * - A wake-up comes within two seconds of the change, at once where that is possible, and not before the change can be read. [watch.readable]
 * - Changes while the watcher is busy wake it when it asks again; several may be one wake-up, [watch.busy]
 *   and there may be wake-ups without a change.
 * - Many may watch the same logs, each at its own pace; [watch.many] one that leaves takes nobody with it. [watch.leave]
 * - It goes on until its signal fires, which ends it with the signal's reason, also in the middle of waiting or of being busy. [watch.signal]
 * - It keeps no process alive.
 *
 * What another process has stored wakes as well, where the store may be opened by several. A watch that cannot go on throws why;
 * whoever watched then looks from time to time.
 */
export interface WatchStore {
  readonly contract: 1
  watch(prefix: string, options?: WatchOptions): AsyncIterable<void>
}
