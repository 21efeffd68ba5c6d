/** Reads the body of a response as far as a limit. */

/** `whole` is false where there was more; what is left is not waited for. */
export async function readBounded(response: Response, limit: number): Promise<{ readonly text: string; readonly whole: boolean }> {
  const chunks: Uint8Array[] = []
  let left = limit
  let whole = true
  if (response.body !== null) {
    for await (const chunk of response.body) {
      whole = chunk.length <= left
      chunks.push(chunk.subarray(0, left))
      left -= chunk.length
      if (!whole) break // which cancels the rest
    }
  }
  return { text: Buffer.concat(chunks).toString('utf8'), whole }
}
