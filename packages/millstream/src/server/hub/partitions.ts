import type { Ports } from '../../base/ports.ts'
import { partitionFolder } from '../../log/layout.ts'
import { readSnapshot } from '../../log/snapshot.ts'
import type { GatewayPartition } from '../../log/writer.ts'
import { openGatewayPartition } from '../../log/writer.ts'
import { endKey } from '../../model/hub.ts'
import type { StreamDescriptor } from '../../model/streams.ts'

/** The gateway's writers, one a partition, opened (and so recovered) as streams come. */
export class GatewayPartitions {
  readonly #ports: Ports
  readonly #onEnd: (streamUid: string, partition: number, end: number) => void
  readonly #open = new Map<string, Promise<GatewayPartition>>()
  readonly #ready = new Map<string, GatewayPartition>()
  /** Why a partition could not be opened. */
  readonly #failures = new Map<string, Error>()

  constructor(ports: Ports, onEnd: (streamUid: string, partition: number, end: number) => void) {
    this.#ports = ports
    this.#onEnd = onEnd
  }

  /** Opens what is not open yet; resolves when all partitions of the stream can be written. */
  async open(stream: StreamDescriptor): Promise<void> {
    await Promise.all(stream.partitions.flatMap(({ partition, owner }) => (owner === 'gateway' ? [this.#openOne(stream, partition)] : [])))
  }

  /** Null while it is being opened, or where a job writes. */
  get(streamUid: string, partition: number): GatewayPartition | null {
    return this.#ready.get(endKey(streamUid, partition)) ?? null
  }

  /** Throws why the partition could not be opened, if that is so. */
  check(streamUid: string, partition: number): void {
    const failure = this.#failures.get(endKey(streamUid, partition))
    if (failure !== undefined) throw failure
  }

  async closeStream(stream: StreamDescriptor): Promise<void> {
    for (const { partition } of stream.partitions) {
      const key = endKey(stream.uid, partition)
      const writer = await this.#open.get(key)
      this.#failures.delete(key)
      this.#open.delete(key)
      this.#ready.delete(key)
      await writer?.close()
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(async (writer) => (await writer).close()))
    this.#open.clear()
    this.#ready.clear()
  }

  #openOne(stream: StreamDescriptor, partition: number): Promise<GatewayPartition> {
    const key = endKey(stream.uid, partition)
    let opening = this.#open.get(key)
    if (opening === undefined) {
      opening = openGatewayPartition(this.#ports, '', stream, partition).then(
        (writer) => {
          writer.onMove((end) => this.#onEnd(stream.uid, partition, end))
          this.#onEnd(stream.uid, partition, writer.end())
          this.#ready.set(key, writer)
          this.#failures.delete(key)
          return writer
        },
        async (error: Error) => {
          this.#open.delete(key)
          this.#failures.set(key, error)
          // Readers get what is whole, and meet the damage where it is: fewer rows without a word would be a lie.
          const snapshot = await readSnapshot(this.#ports.storage, partitionFolder('', stream.uid, partition))
          if (snapshot !== null) this.#onEnd(stream.uid, partition, snapshot.end)
          throw error
        },
      )
      this.#open.set(key, opening)
    }
    return opening
  }
}
