// Health check of an app's container: ends well when the app says that it and its stores work.
const answer = await fetch(`http://127.0.0.1:${process.argv[2]}/health/ready`).catch(() => undefined)
process.exit(answer?.ok ? 0 : 1)
