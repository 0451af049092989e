#!/bin/sh
# Makes the secrets that docker/compose.yml mounts, in docker/secrets. Run once; what is there is kept.
set -eu
cd "$(dirname "$0")"
umask 022
mkdir -p secrets
# The folder is closed; in containers, whose users have other numbers, only the files are seen.
chmod 700 secrets
if [ -e secrets/database_url ]; then
	echo "docker/secrets exists already: nothing was changed" >&2
	exit 0
fi
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
owner=$(random)
server=$(random)
redis=$(random)
# Of the superuser, which only PostgreSQL's own image uses, of the role that migrates and of the one that serves.
printf '%s' "$(random)" >secrets/postgres_password
printf '%s' "$owner" >secrets/owner_password
printf '%s' "$server" >secrets/server_password
printf 'postgresql://seal_owner:%s@postgres:5432/seal' "$owner" >secrets/owner_url
printf 'postgresql://seal_server:%s@postgres:5432/seal' "$server" >secrets/database_url
printf 'requirepass %s\n' "$redis" >secrets/redis_auth
printf 'redis://:%s@redis:6379' "$redis" >secrets/redis_url
