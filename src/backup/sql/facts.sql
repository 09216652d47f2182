-- What a manifest says of the database that was dumped.
select current_database() as dbname,
       pg_catalog.pg_database_size(d.oid) as bytes,
       pg_catalog.pg_encoding_to_char(d.encoding) as encoding,
       d.datcollate as collate,
       d.datctype as ctype,
       pg_catalog.pg_get_userbyid(d.datdba) as owner,
       current_setting('server_version') as server_version,
       coalesce(current_setting('timescaledb.restoring', true), 'off') as restoring
  from pg_catalog.pg_database d
 where d.datname = current_database()
