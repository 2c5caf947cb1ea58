/**
 * Places where a crash is most interesting: between what is written and what makes it count.
 * Crash tests arm them; unarmed, passing one costs a comparison.
 */
export type FaultPlace =
  /** A block is written, not yet synced. */
  | 'append'
  /** A job's data is durable, the hub has not committed it. */
  | 'checkpoint'
  /** The hub committed, nobody has been told. */
  | 'commit'
  /** Rows are in the dataset's transaction, which has not committed. */
  | 'handover'
  /** A partition is being recovered at start. */
  | 'recovery'

let reached: ((place: FaultPlace) => void) | null = null

/** Called where a crash would be most interesting. */
export function faultPlace(place: FaultPlace): void {
  if (reached !== null) reached(place)
}

/** Crash tests only: `onPlace` may end the process. */
export function armFaults(onPlace: (place: FaultPlace) => void): void {
  reached = onPlace
}

/** `append=0.01,recovery=0.2` as chances per pass; unknown names are refused. */
export function parseFaults(text: string): ReadonlyMap<FaultPlace, number> {
  const places: readonly string[] = ['append', 'checkpoint', 'commit', 'handover', 'recovery'] satisfies FaultPlace[]
  return new Map(
    text.split(',').map((entry) => {
      const [place = '', chance = ''] = entry.split('=')
      if (!places.includes(place) || !(Number(chance) >= 0)) throw new Error(`MILLSTREAM_FAULTS: '${entry}' is not PLACE=CHANCE`)
      return [place as FaultPlace, Number(chance)]
    }),
  )
}
