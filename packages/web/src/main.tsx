import '@xyflow/react/dist/style.css'
import 'uplot/dist/uPlot.min.css'
import './styles.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { startTheme } from './state/theme.ts'

startTheme()
const root = document.getElementById('app')
if (root !== null) createRoot(root).render(<App />)
