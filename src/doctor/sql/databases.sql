-- The databases that may be connected to, for who has asked for one that is not there.
select d.datname from pg_catalog.pg_database d where d.datallowconn and not d.datistemplate order by d.datname
