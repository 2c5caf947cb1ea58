import { sql } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import { tags } from '@lezer/highlight'
import { basicSetup, EditorView } from 'codemirror'
import { useEffect, useRef } from 'react'

export interface Mark {
  readonly line: number
  readonly column: number
  readonly endLine?: number | undefined
  readonly endColumn?: number | undefined
  readonly message: string
}

const theme = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--panel)', color: 'var(--text)' },
  '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--text)', minHeight: '120px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--code)', color: 'var(--dim)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--soft) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--text)', border: '1px solid var(--line)' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--bad)' },
})

/** Colours of the theme, so that light and dark are one style. */
const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--series-3)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--series-5)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--series-2)' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--series-1)' },
  { tag: tags.comment, color: 'var(--dim)', fontStyle: 'italic' },
])

/**
 * SQL with errors at their place. It lives in a shadow root, where the editor's styles are adopted style sheets:
 * the page's content security policy allows no inline styles.
 */
export function SqlEditor({
  value,
  marks,
  label,
  onChange,
}: {
  readonly value: string
  readonly marks: readonly Mark[]
  readonly label: string
  onChange(value: string): void
}) {
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const changed = useRef(onChange)
  changed.current = onChange
  const first = useRef(value)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const shadow = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const parent = document.createElement('div')
    shadow.append(parent)
    const editor = new EditorView({
      doc: first.current,
      root: shadow,
      parent,
      extensions: [
        basicSetup,
        sql(),
        theme,
        syntaxHighlighting(highlighting),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed.current(update.state.doc.toString())
        }),
      ],
    })
    view.current = editor
    return () => {
      editor.destroy()
      parent.remove()
      view.current = null
    }
  }, [label])
  useEffect(() => {
    const editor = view.current
    if (editor !== null && editor.state.doc.toString() !== value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
    }
  }, [value])
  useEffect(() => {
    const editor = view.current
    if (editor === null) return
    const at = (line: number, column: number): number => {
      const found = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines))
      return Math.min(found.from + Math.max(column - 1, 0), found.to)
    }
    const diagnostics = marks.map((mark): Diagnostic => {
      const from = at(mark.line, mark.column)
      const to = mark.endLine === undefined ? from + 1 : at(mark.endLine, (mark.endColumn ?? mark.column) + 1)
      return { from, to: Math.min(Math.max(to, from), editor.state.doc.length), severity: 'error', message: mark.message }
    })
    editor.dispatch(setDiagnostics(editor.state, diagnostics))
  }, [marks])
  return <div className="editor" ref={box} />
}
