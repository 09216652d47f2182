-- What a backup of the whole cluster will copy, about: the databases that this role may look into.
select sum(pg_database_size(oid))::bigint as bytes
  from pg_database
 where has_database_privilege(oid, 'connect')
