#!/bin/sh
# The image of PostgreSQL runs this once, as its superuser, when its data are made: the roles of docs/OPERATIONS.md.
# The owner migrates. The server serves: it owns nothing, and enters the other two.
set -eu
secrets=${SECRETS:-/run/secrets}
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
	--set=database="$POSTGRES_DB" \
	--set=owner="$(cat "$secrets/owner_password")" \
	--set=server="$(cat "$secrets/server_password")" <<-'SQL'
	create role seal_owner login password :'owner';
	create role seal_server login password :'server';
	create role seal_app nologin;
	create role seal_ops nologin;
	grant seal_app, seal_ops to seal_owner, seal_server;
	alter database :"database" owner to seal_owner;
	SQL
