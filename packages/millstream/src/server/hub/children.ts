import { limits } from '../../base/limits.ts'
import { listenOnSocket } from '../../base/real/socket.ts'
import { systemScheduler } from '../../base/real/system.ts'
import { type Rpc, rpcOver } from '../../base/rpc.ts'
import type { Hello, StreamsChanged } from '../../model/hub.ts'
import type { ToldState } from '../told-state.ts'
import type { HubWelcome, RoleWelcome } from '../welcome.ts'

export interface ConnectedChild {
  readonly hello: Hello
  readonly rpc: Rpc
  /** Ends that it has not been told, since it does not take what it was told before. */
  readonly behind: Map<string, number>
}

export interface ChildrenHost {
  /** What a child of this role is told when it comes, beside streams and ends; throwing sends it away. */
  welcome(hello: Hello): Promise<RoleWelcome>
  /** Adds the requests that the hub answers. */
  serve(rpc: Rpc, who: () => Hello | null): void
  onChange(): void
}

/** The hub's side of the socket: who is there, and telling all of them what moved. */
export class Children {
  readonly #host: ChildrenHost
  readonly #told: ToldState
  readonly #children = new Set<ConnectedChild>()
  #moved = new Map<string, number>()
  #scheduled = false

  constructor(told: ToldState, host: ChildrenHost) {
    this.#host = host
    this.#told = told
    told.onMove((streamUid, partition, end) => this.#move(`${streamUid}/${partition}`, end))
  }

  async listen(path: string): Promise<{ close(): Promise<void> }> {
    return listenOnSocket(path, (pipe) => {
      const rpc = rpcOver(pipe)
      let child: ConnectedChild | null = null
      let isGone = false
      rpc.handle('hub.hello', async (hello: Hello): Promise<HubWelcome> => {
        const own = await this.#host.welcome(hello)
        if (isGone) throw new Error('the process is gone')
        child = { hello, rpc, behind: new Map() }
        this.#children.add(child)
        this.#host.onChange()
        // Taken now: what changed while the welcome was made is in it, what changes from here on follows it.
        return { ...own, ...this.#told.snapshot() }
      })
      this.#host.serve(rpc, () => child?.hello ?? null)
      rpc.onClose(() => {
        isGone = true
        if (child !== null) this.#children.delete(child)
        this.#host.onChange()
      })
    })
  }

  /** The process of a role, or null while it is not there. */
  of(role: Hello['role']): Rpc | null {
    for (const child of this.#children) if (child.hello.role === role) return child.rpc
    return null
  }

  /** The process of a role; waits a little for one that is being started. Null: it did not come. */
  async soon(role: Hello['role']): Promise<Rpc | null> {
    const steps = limits.partStartMs / limits.partStartCheckMs
    for (let step = 0; step < steps && this.of(role) === null; step++) await systemScheduler.sleep(limits.partStartCheckMs)
    return this.of(role)
  }

  tellStreams(change: StreamsChanged): void {
    for (const { hello, rpc } of this.#children) rpc.notify(`${hello.role}.streams`, change)
  }

  #move(key: string, end: number): void {
    this.#moved.set(key, end)
    this.#tellSoon(limits.endsDelayMs)
  }

  #tellSoon(delayMs: number): void {
    if (this.#scheduled) return
    this.#scheduled = true
    systemScheduler.after(delayMs, () => {
      this.#scheduled = false
      this.#tellEnds()
    })
  }

  #tellEnds(): void {
    const moved = this.#moved
    this.#moved = new Map()
    const ends = Object.fromEntries(moved)
    let anyBehind = false
    for (const { hello, rpc, behind } of this.#children) {
      const isBehind = rpc.backlogBytes() > limits.childBacklogBytesMax
      if (isBehind || behind.size > 0) for (const [key, end] of moved) behind.set(key, end)
      if (isBehind) anyBehind = true
      else if (behind.size > 0) {
        rpc.notify(`${hello.role}.ends`, { ends: Object.fromEntries(behind) })
        behind.clear()
      } else if (moved.size > 0) rpc.notify(`${hello.role}.ends`, { ends })
    }
    if (anyBehind) this.#tellSoon(limits.childBehindMs)
  }
}
