/** What marker blocks say, as JSON in the header. Other kinds are passed over: later versions may add some. */
export type Marker = OpeningMarker

/**
 * The first block of every segment. It says where the segment before it ends: what stands there beyond `end` was
 * never committed (a group whose sync failed, a torn tail), though it may look whole.
 */
export interface OpeningMarker {
  readonly type: 'opening'
  /** Null: nothing before it. */
  readonly previous: { readonly segment: string; readonly bytes: number; readonly end: number; readonly rejectedEnd: number } | null
  /** The segment was packed after it was closed (seal.ts): places that others name in it, such as `previous.bytes`, are those of before. */
  readonly sealed?: boolean
}

/** A minute's blocks, next to each other: their range of offsets, accepted rows and rejected rows. */
export type AccountRow = readonly [minuteMs: number, from: number, to: number, accepted: number, rejected: number]

export const markerText = (marker: Marker): string => JSON.stringify(marker)

export function parseMarker(text: string): Marker | null {
  const marker = JSON.parse(text) as Marker
  return marker.type === 'opening' ? marker : null
}
