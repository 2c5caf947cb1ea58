import type { Ingested } from '../../gateway/host.ts'

export interface IngestCount {
  requests: number
  accepted: number
  rejected: number
  bytes: number
  seconds: number
}

/** What came in since this hub started, by stream: counted a request at a time. */
export class IngestCounts {
  readonly byStream = new Map<string, IngestCount>()

  add({ stream, accepted, rejected, bytes, durationMs }: Ingested): void {
    let count = this.byStream.get(stream.uid)
    if (count === undefined) {
      count = { requests: 0, accepted: 0, rejected: 0, bytes: 0, seconds: 0 }
      this.byStream.set(stream.uid, count)
    }
    count.requests++
    count.accepted += accepted
    count.rejected += rejected
    count.bytes += bytes
    count.seconds += durationMs / 1000
  }
}
