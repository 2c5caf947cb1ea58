/** `preview.start`, from the hub: runs until it ends, `preview.stop` comes, or a limit is reached. */
export interface PreviewStart {
  readonly id: number
  /** As `planText` wrote it. */
  readonly plan: string
  readonly mode: 'select' | 'preview'
  readonly fromMs: number | null
  readonly rowsMax: number
  readonly durationMs: number
}

/** `hub.previewLines`, answered when the asker took them: lines of `SqlMessage`, as JSON texts. */
export interface PreviewLines {
  readonly id: number
  readonly lines: readonly string[]
}

/** Answer of `preview.start`. */
export interface PreviewEnd {
  readonly rows: number
}
