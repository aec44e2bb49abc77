#!/bin/bash
# Joins the nodes of the catalogue; joining twice changes nothing.
set -eu
psql -v ON_ERROR_STOP=1 -h postgres-catalog <<SQL
SELECT citus_set_coordinator_host('postgres-catalog', 5432);
SELECT citus_add_node('postgres-catalog-worker-1', 5432);
SELECT citus_add_node('postgres-catalog-worker-2', 5432);
SQL
