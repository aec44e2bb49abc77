// Health check, run by mongosh as the root user: ends well when the server takes writes. It makes the replica set of one first.
const members = [{ _id: 0, host: 'mongodb:27017' }]
if (!db.hello().setName) db.adminCommand({ replSetInitiate: { _id: 'marquee', members } })
quit(db.hello().isWritablePrimary ? 0 : 1)
