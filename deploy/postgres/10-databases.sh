#!/usr/bin/env bash
# Makes what the four services and sign-in need in a PostgreSQL (15 or newer): for each one database, an owner who makes
# its tables (`parindex migrate`), and a role that works with them and can neither change nor delete what is in the log.
# Nobody gets into another's database. Run by the image of PostgreSQL at its first start; and by hand, where a later
# version has one database more. What is there already stays as it is:
#   PGHOST=… POSTGRES_USER=postgres SURVEY_OWNER_PASSWORD=… SURVEY_PASSWORD=… … deploy/postgres/10-databases.sh
# Passwords come from the environment, and reach psql there too: no command line on the machine shows them.
set -euo pipefail

known() {
    echo "SELECT 1 FROM pg_database WHERE datname = :'database'" |
        psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --no-psqlrc -At --set database="$1"
}

for service in assessment survey scoring publication sign_in; do
    if [ -n "$(known "$service")" ]; then
        continue
    fi
    word=${service^^}
    owner_password=${word}_OWNER_PASSWORD
    password=${word}_PASSWORD
    echo "parindex: database $service"
    service=$service owner_password=${!owner_password:?} password=${!password:?} \
        psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'SQL'
\getenv service service
\getenv password password
\getenv owner_password owner_password
\set owner :service _owner
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
SQL
done
psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --command 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'
