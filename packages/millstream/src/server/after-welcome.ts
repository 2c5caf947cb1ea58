/**
 * Holds back what the hub tells until its welcome was taken. Both can come in one piece, and then what follows the welcome
 * is handled before whoever awaits the welcome goes on: its older ends would stand for good, and rows never be read.
 */
export function afterWelcome(): { take<P>(taken: (params: P) => void): (params: P) => void; release(): void } {
  let held: (() => void)[] | null = []
  return {
    take: (taken) => (params) => {
      if (held === null) taken(params)
      else held.push(() => taken(params))
    },
    release: () => {
      const early = held ?? []
      held = null
      for (const take of early) take()
    },
  }
}
