import { MillstreamError } from '../../base/errors.ts'
import { superviseThis } from '../child.ts'
import { type Hub, startHub } from '../hub/hub.ts'
import type { ToSupervisor } from '../messages.ts'
import { optionsFromEnvironment } from '../options.ts'

/** Gateway, catalogue and HTTP: see hub/hub.ts. */
let hub: Hub | null = null
const log = superviseThis('hub', () => hub?.stop())
try {
  hub = await startHub(optionsFromEnvironment(), log)
} catch (error) {
  log.error('the hub cannot start', error)
  if (error instanceof MillstreamError && process.send !== undefined) {
    const { code, message, advice } = error
    const told: ToSupervisor = { kind: 'fatal', problem: { code, message, advice } }
    process.send(told, undefined, undefined, () => process.exit(1))
  } else process.exit(1)
}
