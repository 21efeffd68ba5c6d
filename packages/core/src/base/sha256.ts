/** SHA-256 (FIPS 180-4) for hosts that have no synchronous digest of their own: a few hundred bytes instead of a library. */

/** The first 32 bits of the fractions of a root of the first primes. */
function fractions(count: number, root: (prime: number) => number): readonly number[] {
  const primes: number[] = []
  for (let candidate = 2; primes.length < count; candidate++) if (primes.every((prime) => candidate % prime)) primes.push(candidate)
  return primes.map((prime) => ((root(prime) % 1) * 2 ** 32) | 0)
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

const rotated = (word: number, first: number, second: number): number => rotate(word, first) ^ rotate(word, second)

/** One digest function with its tables made once. Lower-case hex of the text as UTF-8. */
export function sha256(): (text: string) => string {
  const rounds = fractions(64, Math.cbrt)
  const initial = fractions(8, Math.sqrt)
  const words = new Int32Array(64)
  const word = (index: number): number => words[index] ?? 0

  const block = (state: Int32Array, view: DataView, offset: number): void => {
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
    for (let i = 0; i < 64; i++) {
      const [early, late] = [word(i - 15), word(i - 2)]
      words[i] =
        i < 16
          ? view.getInt32(offset + i * 4)
          : word(i - 16) + word(i - 7) + (rotated(early, 7, 18) ^ (early >>> 3)) + (rotated(late, 17, 19) ^ (late >>> 10))
      const one = h + (rotated(e, 6, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + (rounds[i] ?? 0) + word(i)
      const two = (rotated(a, 2, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
      ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
    }
    for (const [i, added] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + added
  }
  return (text) => {
    const message = new TextEncoder().encode(text)
    const { length } = message
    // A one bit, zeros and the length in bits: whole blocks of 64 bytes.
    const bytes = new Uint8Array(((length + 72) >> 6) << 6)
    bytes.set(message)
    bytes[length] = 128
    const view = new DataView(bytes.buffer)
    view.setUint32(bytes.length - 8, length / 2 ** 29)
    view.setUint32(bytes.length - 4, length << 3)
    const state = Int32Array.from(initial)
    for (let offset = 0; offset < bytes.length; offset += 64) block(state, view, offset)
    return Array.from(state, (each) => (each >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
