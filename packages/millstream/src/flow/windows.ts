import { unreachable } from '../base/assert.ts'
import type { WindowSpec } from '../model/plan.ts'

/**
 * Windows are made of slices of equal length: a row is added to one slice, and a window answers the sum of its slices.
 * A slice is known by its end. Times are epoch milliseconds.
 */
export interface Slicing {
  readonly sliceMs: number
  /** End of the slice that a time falls into. */
  sliceEnd(timeMs: number): number
  /** Ends of the windows that hold the slice, ascending. */
  windowEnds(sliceEndMs: number): number[]
  /** The last of them: after it has fired, the slice is not needed. */
  lastWindowEnd(sliceEndMs: number): number
  windowStart(windowEndMs: number): number
  /** The first window that starts at or after this slice's start ends here: its slices begin here. */
  firstSliceEnd(windowEndMs: number): number
}

export function slicingOf(window: WindowSpec): Slicing {
  switch (window.kind) {
    case 'tumble':
      return hopping(window.sizeMs, window.sizeMs, window.offsetMs)
    case 'hop':
      return hopping(window.sizeMs, window.slideMs, window.offsetMs)
    case 'cumulate':
      return cumulating(window.sizeMs, window.stepMs, window.offsetMs)
    default:
      return unreachable(window)
  }
}

/** The start of the grid cell that a time falls into. */
export function floorTo(timeMs: number, sizeMs: number, offsetMs: number): number {
  return Math.floor((timeMs - offsetMs) / sizeMs) * sizeMs + offsetMs
}

function hopping(sizeMs: number, slideMs: number, offsetMs: number): Slicing {
  return {
    sliceMs: slideMs,
    sliceEnd: (timeMs) => floorTo(timeMs, slideMs, offsetMs) + slideMs,
    windowEnds: (sliceEndMs) => Array.from({ length: sizeMs / slideMs }, (_, i) => sliceEndMs + i * slideMs),
    lastWindowEnd: (sliceEndMs) => sliceEndMs + sizeMs - slideMs,
    windowStart: (windowEndMs) => windowEndMs - sizeMs,
    firstSliceEnd: (windowEndMs) => windowEndMs - sizeMs + slideMs,
  }
}

function cumulating(sizeMs: number, stepMs: number, offsetMs: number): Slicing {
  const start = (windowEndMs: number): number => floorTo(windowEndMs - 1, sizeMs, offsetMs)
  return {
    sliceMs: stepMs,
    sliceEnd: (timeMs) => {
      const from = floorTo(timeMs, sizeMs, offsetMs)
      return from + Math.floor((timeMs - from) / stepMs) * stepMs + stepMs
    },
    windowEnds(sliceEndMs) {
      const last = start(sliceEndMs) + sizeMs
      return Array.from({ length: (last - sliceEndMs) / stepMs + 1 }, (_, i) => sliceEndMs + i * stepMs)
    },
    lastWindowEnd: (sliceEndMs) => start(sliceEndMs) + sizeMs,
    windowStart: start,
    firstSliceEnd: (windowEndMs) => start(windowEndMs) + stepMs,
  }
}
