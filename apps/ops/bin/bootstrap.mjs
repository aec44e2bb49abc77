#!/usr/bin/env node
// The first file that runs on a fresh machine. It has no static import, so that an old Node
// reaches the sentence about its version instead of a syntax error in something newer.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Marquee needs Node 20.19 or newer; this is ${process.versions.node}.`)
  console.error('Install a newer one (https://nodejs.org, or: nvm install 20) and run the command again.')
  process.exit(1)
} else {
  void import('./main.mjs').then((entry) => entry.main(process.argv.slice(2)))
}
