#!/bin/bash
# The members of a replica set know each other by a key file, which must belong to the server: a mounted one does not.
set -eu
key=/tmp/marquee-key
printf %s "$MONGO_INITDB_ROOT_PASSWORD" | sha256sum | cut -c 1-64 > "$key"
chown mongodb "$key"
chmod 400 "$key"
# The settings are the ones of the local engine; outside of it the network guards the server.
exec docker-entrypoint.sh mongod --config /etc/marquee/mongod.conf --bind_ip 0.0.0.0 --keyFile "$key"
