import { limits } from '../../base/limits.ts'
import { listenOnSocket } from '../../base/real/socket.ts'
import { systemScheduler } from '../../base/real/system.ts'
import { type Rpc, rpcOver } from '../../base/rpc.ts'
import type { Hello, StreamsChanged } from '../../model/hub.ts'
import type { ToldState } from '../told-state.ts'
import type { HubWelcome } from '../welcome.ts'

export interface ConnectedChild {
  readonly hello: Hello
  readonly rpc: Rpc
}

export interface ChildrenHost {
  /** What a child is told when it comes; throwing sends it away. */
  welcome(hello: Hello): Promise<HubWelcome>
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
      rpc.handle('hub.hello', async (hello: Hello) => {
        const welcome = await this.#host.welcome(hello)
        child = { hello, rpc }
        this.#children.add(child)
        this.#host.onChange()
        // Ends that moved while the welcome was made are in it or follow it.
        return { ...welcome, ends: this.#told.snapshot() }
      })
      this.#host.serve(rpc, () => child?.hello ?? null)
      rpc.onClose(() => {
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
    if (this.#scheduled) return
    this.#scheduled = true
    systemScheduler.after(limits.endsDelayMs, () => {
      this.#scheduled = false
      const ends = Object.fromEntries(this.#moved)
      this.#moved = new Map()
      for (const { hello, rpc } of this.#children) rpc.notify(`${hello.role}.ends`, { ends })
    })
  }
}
