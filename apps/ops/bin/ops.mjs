#!/usr/bin/env node
// The command line alone, for where everything is installed and compiled already (the container image).
import { main } from '../dist/cli.js'

await main(process.argv.slice(2))
