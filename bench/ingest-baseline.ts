import { closeSync, fdatasync, openSync, write } from 'node:fs'
import { createServer, type Server } from 'node:http'

/**
 * What one writes by hand: JSON.parse of each line as the check, then the line as it came is appended to one file. The
 * same promise as the gateway's: an answer means that the rows are on the disk, and requests of the same 5 ms share a sync.
 */
export function baselineServer(path: string): Server {
  const file = openSync(path, 'a')
  let lines: string[] = []
  let group: (() => void)[] = []
  let due = false
  let syncing = false
  const soon = (): void => {
    if (due) return
    due = true
    setTimeout(commit, 5)
  }
  const commit = (): void => {
    due = false
    if (syncing || group.length === 0) return
    const taken = group
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    group = []
    lines = []
    syncing = true
    write(file, bytes, (failed, written) => {
      if (failed !== null || written !== bytes.length) throw failed ?? new Error('the disk is full')
      fdatasync(file, (notSynced) => {
        if (notSynced) throw notSynced
        syncing = false
        for (const answer of taken) answer()
        if (group.length > 0) soon()
      })
    })
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
      let accepted = 0
      for (const line of body.toString('utf8').split('\n')) {
        if (line === '') continue
        const event = JSON.parse(line) as { ts?: unknown; device_id?: unknown }
        if (typeof event.ts !== 'number' || typeof event.device_id !== 'string') throw new Error('a bad event')
        lines.push(line)
        accepted++
      }
      group.push(() => {
        const text = JSON.stringify({ accepted })
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
        response.end(text)
      })
      soon()
    })
  })
  server.on('close', () => closeSync(file))
  return server
}
