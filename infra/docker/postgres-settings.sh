#!/bin/bash
# Runs once, when a server's data folder is made: the settings are the ones of the local engines, read at each start.
set -eu
for file in /etc/marquee/*.conf; do echo "include '$file'"; done >> "$PGDATA/postgresql.conf"
