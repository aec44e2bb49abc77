#!/bin/bash
# Runs once, when a node's data folder is made: the settings are the ones of the local engines, read at each start.
set -eu
for file in postgres citus; do echo "include '/etc/marquee/$file.conf'"; done >> "$PGDATA/postgresql.conf"
