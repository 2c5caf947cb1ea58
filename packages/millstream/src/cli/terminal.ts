import { count } from './output.ts'

const drawEveryMs = 100
const barWidth = 24

/** Progress of long work: a bar on a terminal, nothing elsewhere. */
export interface Progress {
  /** `done` and `total` in the same unit; total 0: unknown. */
  update(done: number, total: number, rows: number): void
  end(): void
}

export function progressBar(what: string, write: ((text: string) => void) | null, nowMs: () => number): Progress {
  if (write === null) return { update: () => {}, end: () => {} }
  const beganMs = nowMs()
  let drawnMs = 0
  return {
    update(done, total, rows) {
      const now = nowMs()
      if (now - drawnMs < drawEveryMs) return
      drawnMs = now
      const seconds = Math.max((now - beganMs) / 1000, 0.001)
      const rate = `${count(rows)} ${what}, ${count(rows / seconds)}/s`
      if (total === 0) return write(`\r\x1b[K${rate}`)
      const part = Math.min(done / total, 1)
      const full = Math.round(part * barWidth)
      const left = part > 0 ? `, ${Math.ceil((seconds / part) * (1 - part))} s left` : ''
      write(`\r\x1b[K${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${Math.floor(part * 100)} %  ${rate}${left}`)
    },
    end: () => write('\r\x1b[K'),
  }
}
