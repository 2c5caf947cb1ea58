import { appendFileSync } from 'node:fs'
import { armFaults, parseFaults } from '../fault.ts'

/**
 * Crash tests set MILLSTREAM_FAULTS (`append=0.01,...`) and MILLSTREAM_FAULTS_LOG: a process that reaches a place
 * ends by SIGKILL with that chance, and the place is in the log first. Called once at the start of every process.
 */
export function armFaultsFromEnvironment(role: string): void {
  const text = process.env.MILLSTREAM_FAULTS
  const log = process.env.MILLSTREAM_FAULTS_LOG
  if (text === undefined || log === undefined) return
  const chances = parseFaults(text)
  armFaults((place) => {
    if (Math.random() >= (chances.get(place) ?? 0)) return
    appendFileSync(log, `${place} ${role}\n`)
    process.kill(process.pid, 'SIGKILL')
  })
}
