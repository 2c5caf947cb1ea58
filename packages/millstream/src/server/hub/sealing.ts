import { limits } from '../../base/limits.ts'
import type { StreamSpec } from '../../control/records.ts'
import { packAside, sealNext } from '../../log/seal.ts'
import type { HubState } from './state.ts'

/** Packs closed segments of all streams, one at a time and in small pieces, so that nobody who writes or reads waits for it. */
export class Sealing {
  readonly #hub: Pick<HubState, 'catalogue' | 'ports' | 'told' | 'log'>
  /** Partitions with a segment that cannot be packed: said once, not each minute. */
  readonly #failed = new Set<string>()
  #stopped = false

  constructor(hub: Pick<HubState, 'catalogue' | 'ports' | 'told' | 'log'>) {
    this.#hub = hub
  }

  stop(): void {
    this.#stopped = true
  }

  /** Goes on until all is packed, or its time is over: the next round takes the rest. */
  async run(): Promise<void> {
    const { catalogue, ports, told } = this.#hub
    const until = ports.clock.monotonicMs() + limits.sealRoundMs
    for (const record of catalogue.all<StreamSpec>('stream')) {
      for (const { partition } of record.spec.partitions) {
        while (!this.#stopped && ports.clock.monotonicMs() < until) {
          if (!(await this.#one(record.uid, record.name, partition, told.end(record.uid, partition)))) break
        }
      }
    }
  }

  async #one(streamUid: string, stream: string, partition: number, end: number): Promise<boolean> {
    const { ports, log } = this.#hub
    const key = `${streamUid}/${partition}`
    if (end === 0 || this.#failed.has(key)) return false
    const pause = async (): Promise<void> => {
      await ports.scheduler.sleep(limits.sealPauseMs)
      if (this.#stopped) throw new Error('the hub stops')
    }
    try {
      const sealed = await sealNext(ports.storage, '', streamUid, partition, end, { pack: packAside, pause })
      if (sealed !== null) log.info('segment packed', { stream, partition, ...sealed })
      return sealed !== null
    } catch (error) {
      if (this.#stopped) return false
      this.#failed.add(key)
      log.error('a segment cannot be packed', error, { stream, partition })
      return false
    }
  }
}
