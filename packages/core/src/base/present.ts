/** Leaves out of an object what is undefined, so that facts and options hold only what there is. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  for (const name in fields) if (fields[name] !== undefined) there[name] = fields[name] as Exclude<T[typeof name], undefined>
  return there
}

/** What there is of it, or undefined where there is nothing. */
export function some<T extends object>(fields: T): ReturnType<typeof present<T>> | undefined {
  const there = present(fields)
  return Object.keys(there).length > 0 ? there : undefined
}
